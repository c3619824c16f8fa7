import { equivalents, holderForms, type MatchBasis } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { atOnce } from '../../in-slices.ts'
import { ownAddressText, writeOwnAlert } from '../../ledger/alerts/own-alert.ts'
import type { Db } from '../../ledger/database.ts'
import { isOwn } from '../../ledger/own/own-addresses.ts'
import { mayBeOwn } from '../../ledger/own/own-variants.ts'
import {
  hasEarlierParty,
  nextParty,
  readIfSmall,
  readingStoredTransaction,
  readStoredTransaction,
  type StoredTransaction,
} from '../../ledger/transfers/stored-transactions.ts'
import { screening } from '../../screening/screen.ts'
import type { Entry, Finding } from '../../screening/types.ts'
import { matchParty, Watchlist } from '../../screening/watchlist.ts'

/** A key that meets an entry, and why. */
export interface EntryForm {
  key: Key
  basis: MatchBasis
}

/** Every key that meets an entry: its own first. */
export function formsOf(key: Key): EntryForm[] {
  return [{ key, basis: 'exact' }, ...equivalents(key)]
}

/** A stored transaction that a form of an entry took part in. */
export interface Hit {
  /** `null` for one that was a hit before: an address may have millions, and whoever asks looks at the time. */
  transactionId: number | null
  /** The place in front of it, and the one behind it. */
  before: string
  behind: string
}

/**
 * The stored transactions that an entry may say something of, each by its id once, and looked for when it is asked for.
 *
 * @param range.place where to go on, `''` to begin. `n:row`: form `n` is done up to that row of parties, and the transaction
 * of that row whole. @param range.to the last row of parties to look at. @param range.isUnderWay the first one is a hit
 * that is done in part, and is not asked again whether it is: of thousands of rows that takes its time.
 */
export function* hitsOf(
  db: Db,
  forms: readonly EntryForm[],
  { place, to, isUnderWay = false }: { place: string; to: number; isUnderWay?: boolean },
): Generator<Hit> {
  let isKnown = isUnderWay
  const [from, row] = place === '' ? [0, 0] : (place.split(':').map(Number) as [number, number])
  for (const [index, { key: matchKey }] of forms.entries()) {
    if (index < from) continue
    const before = forms.slice(0, index).map(({ key }) => key)
    let after = index === from ? row : 0
    for (;;) {
      const hit = nextParty(db, matchKey, { after, to })
      if (hit === undefined) break
      const { id } = hit
      const wasHit = !isKnown && hasEarlierParty(db, hit, { matchKey, before, to })
      isKnown = false
      const transactionId = wasHit ? null : hit.transactionId
      yield { transactionId, before: `${index}:${after}`, behind: `${index}:${id}` }
      after = id
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
 * more. The equivalents are derived once, as for a watchlist of all entries. `undefined` where its block lost.
 */
export function screeningStored(db: Db, entry: Entry): ScreeningStored {
  const watchlist = new Watchlist(0, [entry])
  const screened = (stored: StoredTransaction) => atOnce(screenedBy(db, stored, watchlist))
  return {
    whole: (transactionId) => {
      const stored = readStoredTransaction(db, transactionId)
      return stored && screened(stored)
    },
    ifSmall: (transactionId) => {
      const stored = readIfSmall(db, transactionId)
      return stored === undefined || stored === 'large' ? stored : screened(stored)
    },
    inSlices: function* (transactionId) {
      const stored = yield* readingStoredTransaction(db, transactionId)
      return stored && (yield* screenedBy(db, stored, watchlist))
    },
  }
}

/** What one entry says of a stored transaction. */
export interface ScreeningStored {
  whole: (transactionId: number) => ScreenedHit | undefined
  /** `large` where it has hundreds of transfers or more: then nothing was done. */
  ifSmall: (transactionId: number) => ScreenedHit | undefined | 'large'
  /** What is read may change between two slices: see `readingStoredTransaction`. */
  inSlices: (transactionId: number) => Generator<undefined, ScreenedHit | undefined>
}

/** Own addresses that are looked up between two interruptions. */
const askedAtOnce = 100

function* screenedBy(
  db: Db,
  stored: StoredTransaction,
  watchlist: Watchlist,
): Generator<undefined, ScreenedHit> {
  const findings = yield* screening(stored.tx, stored.block.time, watchlist)
  // Thousands of transfers may have the same party.
  const foreign = new Map<Key, boolean>()
  const kept: Finding[] = []
  for (const [index, finding] of findings.entries()) {
    const { party } = finding
    const isForeign = foreign.get(party) ?? !isOwn(db, stored.chain.id, party)
    foreign.set(party, isForeign)
    if (isForeign) kept.push(finding)
    if (index % askedAtOnce === askedAtOnce - 1) yield
  }
  return { stored, findings: kept }
}

/** The own addresses that an entry in force names, by the rule for every party, on their most direct basis. */
export function ownHits(
  db: Db,
  entry: Entry,
  forms: readonly EntryForm[],
): { key: Key; address: string; match: MatchBasis }[] {
  if (entry.intervals.at(-1)?.to !== null) return []
  const listed = new Watchlist(0, [entry])
  const keys = mayBeOwn(
    db,
    forms.map(({ key }) => key),
  )
  return keys.flatMap((key) => {
    const address = ownAddressText(db, key)
    if (address === undefined) return []
    return matchParty(listed, { key, forms: holderForms(key) }).map(({ basis }) => ({
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
  forms: readonly EntryForm[],
  revision: number,
  at: string,
): ReturnType<typeof writeOwnAlert>[] {
  return ownHits(db, entry, forms).map((own) => writeOwnAlert(db, own, entry, revision, at))
}
