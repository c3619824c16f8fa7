import { keyFamily } from '../../address/key.ts'
import type { ChainConfig } from '../../config/chains.ts'
import type { OwnSourceConfig } from '../../config/own-sources.ts'
import { writeAudit } from '../../ledger/audit.ts'
import { type Db, inTransaction } from '../../ledger/database.ts'
import { askLookback } from '../../ledger/own/lookbacks.ts'
import { type AddOptions, addOwnAddresses, type GivenOwn } from '../../ledger/own/own-addresses.ts'
import { noteOwnSourceRead, type OwnSourceRead, type OwnSourceState } from '../../ledger/own/own-sources.ts'
import { inTurn } from '../../ledger/write-turns.ts'

/** What one look at a source needs. */
export interface Look {
  /** For look-ups. */
  db: Db
  /** For the load itself: a connection adds one load after the other, and a slow source holds up no other. */
  writer: Db
  chains: readonly ChainConfig[]
  /** Now, ISO-8601. */
  at: string
  signal: AbortSignal
}

/** What a look came to. */
export interface SourceRead extends OwnSourceRead {
  /** Since when an address that is new may stand there, ISO-8601. */
  unreadSince: string
}

/** Since when nobody knows what a source names: rows that came meanwhile were not looked for in the blocks of that time. */
export function unreadSince(state: OwnSourceState | undefined, at: string): string {
  const since = state?.seenAt ?? state?.failingSince ?? at
  return since < at ? since : at
}

/** What came of it. */
export interface LookOutcome {
  added: number
  changed: number
}

/**
 * Makes addresses of a source own, and notes in the same transaction how far the source was read and which blocks are to be
 * rescanned: a crash before it leaves all of that to be done again, and none after it.
 *
 * @param read what is to be noted, called when the last address was given.
 * @throws what the addresses throw, and as `addOwnAddresses`. Nothing counts then.
 */
export async function loadFromSource(
  { db, writer, chains, at, signal }: Look,
  source: OwnSourceConfig,
  addresses: AsyncGenerator<GivenOwn>,
  read: () => SourceRead,
  options: Pick<AddOptions, 'twice'> = {},
): Promise<LookOutcome> {
  const first = await addresses.next()
  if (first.done === true) {
    await inTurn(db, () => inTransaction(db, () => noteOwnSourceRead(db, read())))
    return { added: 0, changed: 0 }
  }
  const touched = new Set<string>()
  const counts = await addOwnAddresses(writer, noting(first.value, addresses, touched), at, {
    ...{ signal, keepsAside: true, ...options },
    record: ({ added, changed, revision }) => {
      const noted = read()
      noteOwnSourceRead(writer, noted)
      if (added + changed > 0)
        writeAudit(writer, { actor: 'chainscreen', note: null, at }, 'own.imported', source.id, {
          added,
          changed,
        })
      if (added === 0 || source.lookbackMs === 0) return
      const since = Math.floor((Date.parse(noted.unreadSince) - source.lookbackMs) / 1000)
      for (const { id, type } of chains)
        if (touched.has(`${type} `) || touched.has(`${type} ${id}`))
          askLookback(writer, id, { since, ownRevision: revision })
    },
  })
  return { added: counts.added, changed: counts.changed }
}

/** Gives what comes, and notes of which family and chain it is. */
async function* noting(
  first: GivenOwn,
  others: AsyncGenerator<GivenOwn>,
  touched: Set<string>,
): AsyncGenerator<GivenOwn> {
  const note = (own: GivenOwn) => {
    touched.add(`${keyFamily(own.key)} ${own.chain}`)
    return own
  }
  yield note(first)
  for await (const own of others) yield note(own)
}
