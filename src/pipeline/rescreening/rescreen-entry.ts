import { equivalents, holderVariants, type MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { ownAddressText, writeOwnAlert } from '../../ledger/alerts/own-alert.ts'
import type { Db } from '../../ledger/database.ts'
import type { MatchPosition } from '../../ledger/lists/rescreens.ts'
import { isOwn } from '../../ledger/own/own-addresses.ts'
import { mayBeOwn } from '../../ledger/own/own-variants.ts'
import {
  hasEarlierParty,
  nextParty,
  readStoredTransaction,
  type StoredTransaction,
} from '../../ledger/transfers/stored-transactions.ts'
import { screen } from '../../screening/screen.ts'
import type { Entry, Finding } from '../../screening/types.ts'
import { matchParty, Watchlist } from '../../screening/watchlist.ts'

/** A key that matches an entry, and why. */
export interface EntryVariant {
  key: Key
  basis: MatchBasis
}

/** Every key that matches an entry: its own first. */
export function variantsOf(key: Key): EntryVariant[] {
  return [{ key, basis: 'exact' }, ...equivalents(key)]
}

/** A place in the rows of parties: of this variant, rows up to this one are done. */
export type Place = Pick<MatchPosition, 'variant' | 'row'>

/** A stored transaction that a variant of an entry took part in. */
export interface Hit {
  /** `null` for one that was a hit before: an address may have millions, and whoever asks looks at the time. */
  transactionId: number | null
  /** The place in front of it, and the one behind it. */
  before: Place
  behind: Place
}

/**
 * The stored transactions that an entry may say something of, each by its id once, and looked for when it is asked for.
 *
 * @param range.from where to go on. @param range.to the last row of parties to look at.
 * @param range.isUnderWay the first one is a hit that is done in part, and is not asked again whether it is: of thousands of
 * rows that takes its time.
 */
export function* hitsOf(
  db: Db,
  variants: readonly EntryVariant[],
  { from, to, isUnderWay = false }: { from: Place; to: number; isUnderWay?: boolean },
): Generator<Hit> {
  let isKnown = isUnderWay
  for (const [variant, { key: matchKey }] of variants.entries()) {
    if (variant < from.variant) continue
    const before = variants.slice(0, variant).map(({ key }) => key)
    let row = variant === from.variant ? from.row : 0
    for (;;) {
      const hit = nextParty(db, matchKey, { after: row, to })
      if (hit === undefined) break
      const wasHit = !isKnown && hasEarlierParty(db, hit, { matchKey, before, to })
      isKnown = false
      const transactionId = wasHit ? null : hit.transactionId
      yield { transactionId, before: { variant, row }, behind: { variant, row: hit.id } }
      row = hit.id
    }
  }
}

/** A stored transaction, and what an entry says of it. */
export interface ScreenedHit {
  stored: StoredTransaction
  findings: Finding[]
}

/**
 * What one entry says of stored transactions, as own addresses are now: one that became own since is no other party any
 * more. The equivalents are derived once, as for a watchlist of all entries. `undefined` where its block was reorged out.
 */
export function screeningStored(db: Db, entry: Entry): ScreeningStored {
  const watchlist = new Watchlist(0, [entry])
  return (transactionId) => {
    const stored = readStoredTransaction(db, transactionId)
    if (stored === undefined) return undefined
    // Thousands of transfers may have the same party.
    const foreign = new Map<Key, boolean>()
    const findings = screen(stored.tx, stored.block.time, watchlist).filter(({ party }) => {
      const isForeign = foreign.get(party) ?? !isOwn(db, stored.chain.id, party)
      foreign.set(party, isForeign)
      return isForeign
    })
    return { stored, findings }
  }
}

/** What one entry says of a stored transaction. */
export type ScreeningStored = (transactionId: number) => ScreenedHit | undefined

/** The own addresses that an entry in force names, by the rule for every party, on their most direct basis. */
export function ownHits(
  db: Db,
  entry: Entry,
  variants: readonly EntryVariant[],
): { key: Key; address: string; match: MatchBasis }[] {
  if (entry.intervals.at(-1)?.to !== null) return []
  const listed = new Watchlist(0, [entry])
  const keys = mayBeOwn(
    db,
    variants.map(({ key }) => key),
  )
  return keys.flatMap((key) => {
    const address = ownAddressText(db, key)
    if (address === undefined) return []
    return matchParty(listed, { key, variants: holderVariants(key) }).map(({ basis }) => ({
      key,
      address,
      match: basis,
    }))
  })
}

/** Raises an alert for each own address that an entry in force names. */
export function alertOwn(
  db: Db,
  entry: Entry,
  variants: readonly EntryVariant[],
  revision: number,
  at: string,
): ReturnType<typeof writeOwnAlert>[] {
  return ownHits(db, entry, variants).map((own) => writeOwnAlert(db, own, entry, revision, at))
}
