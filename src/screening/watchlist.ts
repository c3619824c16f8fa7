import { bases, type MatchBasis, weaker } from '../address/basis.ts'
import { equivalents } from '../address/equivalents.ts'
import type { Key } from '../address/key.ts'
import type { Entry, Party } from './types.ts'

/** An entry, and why it was met. */
export interface Match {
  entry: Entry
  basis: MatchBasis
}

/**
 * The active entries of all lists as one index in memory, at one list revision. Equivalents are derived when it is
 * built, so that a look-up is one hash look-up.
 */
export class Watchlist {
  readonly revision: number
  readonly #byKey = new Map<Key, Match[]>()

  constructor(revision: number, entries: Iterable<Entry>) {
    this.revision = revision
    for (const entry of entries) {
      this.#add(entry.key, { entry, basis: 'exact' })
      for (const { key, basis } of equivalents(entry.key)) this.#add(key, { entry, basis })
    }
  }

  /** Every entry that this key meets, each on its most direct basis. */
  lookup(key: Key): readonly Match[] {
    return this.#byKey.get(key) ?? []
  }

  /** Every entry that a party meets by its key or by another form of it, each on its most direct basis. */
  meet({ key, forms = [] }: Pick<Party, 'key' | 'forms'>): readonly Match[] {
    const direct = this.lookup(key)
    if (forms.length === 0) return direct
    const best = new Map<Entry, MatchBasis>(direct.map(({ entry, basis }) => [entry, basis]))
    for (const form of forms) {
      for (const match of this.lookup(form.key)) {
        const basis = weaker(form.basis, match.basis)
        const known = best.get(match.entry)
        if (known === undefined || bases.indexOf(basis) < bases.indexOf(known)) best.set(match.entry, basis)
      }
    }
    return [...best].map(([entry, basis]) => ({ entry, basis }))
  }

  #add(key: Key, match: Match): void {
    const known = this.#byKey.get(key)
    if (known === undefined) this.#byKey.set(key, [match])
    else known.push(match)
  }
}
