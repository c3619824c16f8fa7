import { bases, equivalents, type MatchBasis, weaker } from '../address/equivalents.ts'
import type { Key } from '../address/key.ts'
import type { Entry, Party, ScreenableTx } from './types.ts'

/** An entry, and why it matched. */
export interface Match {
  entry: Entry
  basis: MatchBasis
}

/** What parties are compared with. */
export interface Listings {
  /** Every entry that this key matches, each on its most direct basis. */
  lookup(key: Key): readonly Match[]
}

/**
 * Entries as an index in memory, at one list revision. Equivalents are derived when it is built, so that a look-up is one
 * hash look-up. For few entries: all of all lists stay in the ledger.
 */
export class Watchlist implements Listings {
  readonly revision: number
  readonly #byKey = new Map<Key, Match[]>()

  constructor(revision: number, entries: Iterable<Entry>) {
    this.revision = revision
    for (const entry of entries) {
      this.#add(entry.key, { entry, basis: 'exact' })
      for (const { key, basis } of equivalents(entry.key)) this.#add(key, { entry, basis })
    }
  }

  lookup(key: Key): readonly Match[] {
    return this.#byKey.get(key) ?? []
  }

  #add(key: Key, match: Match): void {
    const known = this.#byKey.get(key)
    if (known === undefined) this.#byKey.set(key, [match])
    else known.push(match)
  }
}

/** Every entry that a party matches by its key or by another variant of it, each on its most direct basis. */
export function matchParty(
  listings: Listings,
  { key, variants = [] }: Pick<Party, 'key' | 'variants'>,
): readonly Match[] {
  const direct = listings.lookup(key)
  if (variants.length === 0) return direct
  const best = new Map(direct.map((match) => [entryId(match), match]))
  for (const variant of variants) {
    for (const match of listings.lookup(variant.key)) {
      const basis = weaker(variant.basis, match.basis)
      const known = best.get(entryId(match))
      if (known === undefined || bases.indexOf(basis) < bases.indexOf(known.basis)) {
        best.set(entryId(match), { entry: match.entry, basis })
      }
    }
  }
  return [...best.values()]
}

/**
 * The transaction with those as parties, beyond what is stored of its undecoded logs, of whom a list has an entry: a stranger
 * who names thousands of addresses hides no listed one among them.
 */
export function withListed(tx: ScreenableTx, listings: Listings): ScreenableTx {
  const listed = (tx.beyond ?? []).filter((key) => listings.lookup(key).length > 0)
  if (listed.length === 0) return tx
  return { ...tx, parties: [...tx.parties, ...listed.map((key) => ({ key, role: 'named' as const }))] }
}

/** An entry is one key in one list. */
function entryId({ entry }: Match): string {
  return `${entry.listId} ${entry.key}`
}
