import type { MatchBasis } from '../address/basis.ts'
import { equivalents } from '../address/equivalents.ts'
import type { Key } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import { isOwn } from '../ledger/own-addresses.ts'
import { ownAddressText, writeOwnAlert } from '../ledger/own-alert.ts'
import { partiesOf, readStoredTransaction, type StoredTransaction } from '../ledger/stored-transactions.ts'
import { screen } from '../screening/screen.ts'
import type { Entry, Finding } from '../screening/types.ts'
import { Watchlist } from '../screening/watchlist.ts'

/** A key that meets an entry, and why. */
export interface EntryForm {
  key: Key
  basis: MatchBasis
}

/** Every key that meets an entry: its own first. */
export function formsOf(key: Key): EntryForm[] {
  return [{ key, basis: 'exact' }, ...equivalents(key)]
}

/** Stored transactions that a form of an entry took part in, a few at a time. */
export interface HitPage {
  transactions: StoredTransaction[]
  /** Where to go on; `null` at the end. */
  cursor: string | null
}

/** @param range.cursor where to go on, `''` to begin. @param range.to the last row of parties to look at. */
export function nextHits(
  db: Db,
  forms: readonly EntryForm[],
  { cursor, to, limit }: { cursor: string; to: number; limit: number },
): HitPage {
  const [index, after] = cursor === '' ? [0, 0] : (cursor.split(':').map(Number) as [number, number])
  const form = forms[index]
  if (form === undefined) return { transactions: [], cursor: null }
  const hits = partiesOf(db, form.key, { after, to, limit })
  const transactions = [...new Set(hits.map(({ transactionId }) => transactionId))]
    .map((id) => readStoredTransaction(db, id))
    .filter((stored) => stored !== undefined)
  const last = hits.at(-1)
  if (last !== undefined && hits.length === limit) return { transactions, cursor: `${index}:${last.id}` }
  return { transactions, cursor: index + 1 < forms.length ? `${index + 1}:0` : null }
}

/**
 * What one entry says of stored transactions. An address that became own since is no other party any more. The
 * equivalents are derived once, as for a watchlist of all entries.
 */
export function screenStored(
  db: Db,
  entry: Entry,
  transactions: readonly StoredTransaction[],
): { stored: StoredTransaction; findings: Finding[] }[] {
  if (transactions.length === 0) return []
  const watchlist = new Watchlist(0, [entry])
  return transactions.map((stored) => ({
    stored,
    findings: screen(stored.tx, stored.block.time, watchlist).filter(
      ({ party }) => !isOwn(db, stored.chain.id, party),
    ),
  }))
}

/** The own addresses that an entry in force names, on their most direct basis. */
export function ownHits(
  db: Db,
  { intervals }: Pick<Entry, 'intervals'>,
  forms: readonly EntryForm[],
): { key: Key; address: string; match: MatchBasis }[] {
  if (intervals.at(-1)?.to !== null) return []
  return forms.flatMap(({ key, basis }) => {
    const address = ownAddressText(db, key)
    return address === undefined ? [] : [{ key, address, match: basis }]
  })
}

/** Raises an alert for each own address that an entry in force names. @returns the ids of the new ones. */
export function alertOwn(
  db: Db,
  entry: Entry,
  forms: readonly EntryForm[],
  revision: number,
  at: string,
): string[] {
  return ownHits(db, entry, forms).flatMap((own) => writeOwnAlert(db, own, entry, revision, at) ?? [])
}
