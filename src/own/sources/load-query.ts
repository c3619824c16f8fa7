import { createHash } from 'node:crypto'
import type { OwnQueryConfig } from '../../config/own-sources.ts'
import type { GivenOwn } from '../../ledger/own/own-addresses.ts'
import {
  knownOwn,
  mostUntaken,
  type OwnSourceState,
  readOwnSource,
  type UntakenRow,
} from '../../ledger/own/own-sources.ts'
import { placeOf } from '../../postgres/connect.ts'
import { ownAddressOf } from '../import-own.ts'
import { type Look, type LookOutcome, loadFromSource, unreadSince } from './load.ts'
import { readQuery } from './read-query.ts'
import { removedReason } from './removed.ts'

/** All rows are asked for once a day: that finds what was committed later than the overlap allows, and what was changed in place. */
const wholeEveryMs = 86_400_000

/** Below every sequence number. */
const beforeAll = -1n

/** Tells a query from another one: its position means nothing there. The login may change. */
export function queryIdentity({ url, query }: OwnQueryConfig): string {
  return createHash('sha256')
    .update(`${placeOf(url)}\n${query}`)
    .digest('hex')
}

/**
 * Asks the exchange's database for new own addresses: for the rows after the highest seq less the overlap, or for all of them.
 * A row that is no own address is noted, and the others are taken.
 *
 * @throws ChainscreenError as `readQuery` and `addOwnAddresses`: then nothing was taken, and the same is asked again.
 */
export async function loadQuery(look: Look, source: OwnQueryConfig): Promise<LookOutcome> {
  const { db, at } = look
  const identity = queryIdentity(source)
  const known = readOwnSource(db, source.id)
  const last = known?.identity === identity ? known : undefined
  const after = afterOf(last, source.overlap, at)
  // Below it rows are asked for once a day.
  const lateBelow = after === null && last?.position != null ? last.position - BigInt(source.overlap) : null
  let newSince = unreadSince(known, at)
  const untaken: UntakenRow[] = []
  let highest: bigint | null = after === null ? null : (last?.position ?? null)
  const skip = (place: bigint, kind: UntakenRow['kind'], reason: string) => {
    if (untaken.length < mostUntaken) untaken.push({ place: place.toString(), kind, reason })
  }
  const isSame = (there: ReturnType<typeof knownOwn>, own: GivenOwn) =>
    there.state === 'own' && there.kind === own.kind && there.reference === own.reference
  // What was read before is asked again for what was committed late. Its words are compared once a day.
  const isCompared = (seq: bigint) => after === null || last?.position == null || seq > last.position
  async function* wanted(): AsyncGenerator<GivenOwn> {
    let lowestChange: bigint | null = null
    let highestSame: bigint | null = null
    for await (const { seq, own } of ownRows(source, after ?? beforeAll, look)) {
      if (highest === null || seq > highest) highest = seq
      if (typeof own === 'string') {
        skip(seq, 'bad', own)
        continue
      }
      const there = knownOwn(db, own.key, own.chain)
      if (there.state === 'removed') skip(seq, 'removed', removedReason)
      else if (there.state === 'unknown') {
        const wasLate = lateBelow !== null && seq < lateBelow
        if (wasLate && last?.wholeAt != null && last.wholeAt < newSince) newSince = last.wholeAt
        yield own
      } else if (!isCompared(seq)) continue
      else if (isSame(there, own)) {
        if (highestSame === null || seq > highestSame) highestSame = seq
      } else {
        if (lowestChange === null || seq < lowestChange) lowestChange = seq
        yield own
      }
    }
    // Of several rows of one address the highest seq counts: that may be one which says what is known, and came before.
    if (lowestChange === null || highestSame === null || highestSame < lowestChange) return
    for await (const { seq, own } of ownRows(source, lowestChange - 1n, look))
      if (typeof own !== 'string' && isCompared(seq) && isSame(knownOwn(db, own.key, own.chain), own))
        yield { ...own, isKnown: true }
  }
  const read = () => ({
    ...{ id: source.id, type: source.type, identity, position: highest, at, untaken, after },
    ...{ wholeAt: after === null ? at : (last?.wholeAt ?? null), sha256: null },
    unreadSince: newSince,
  })
  return loadFromSource(look, source, wanted(), read, { twice: 'highest place counts' })
}

/** The rows after a seq, one by one, as own addresses; or why one is none, as a clause. */
async function* ownRows(
  source: OwnQueryConfig,
  after: bigint,
  { chains, signal }: Pick<Look, 'chains' | 'signal'>,
): AsyncGenerator<{ seq: bigint; own: GivenOwn | string }> {
  for await (const rows of readQuery(source, after, signal))
    for (const { seq, ...fields } of rows) {
      const own = ownAddressOf(fields, chains)
      yield { seq, own: typeof own === 'string' ? own : { ...own, place: seq } }
    }
}

/** @returns `null` to ask for all rows. */
function afterOf(last: OwnSourceState | undefined, overlap: number, at: string): bigint | null {
  if (last === undefined || last.position === null || last.wholeAt === null) return null
  const age = Date.parse(at) - Date.parse(last.wholeAt)
  // A clock that was set back must not put it off.
  if (age >= wholeEveryMs || age < 0) return null
  const after = last.position - BigInt(overlap) - 1n
  return after > beforeAll ? after : beforeAll
}
