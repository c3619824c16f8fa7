import { isWatched } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import type { Db } from '../../ledger/database.ts'
import { entriesMet, formsSince, lastForm } from '../../ledger/lists/list-forms.ts'
import { KeyTable } from '../../screening/key-table.ts'
import type { Listings, Match } from '../../screening/watchlist.ts'

/**
 * The entries of all lists, which stay in the ledger. In memory is only a compact table of the keys by which a party on a
 * watched chain may meet one: nearly every party ends there. Keys are only ever added, and long before their entries are in
 * force, so a list that changes costs nothing here.
 *
 * What it answers is as of the moment it is asked. It holds for a revision where that is the ledger's at the refresh and
 * still is when the answer is written: see `screenUntilCurrent`.
 */
export class StoredWatchlist implements Listings {
  readonly #db: Db
  readonly #table: KeyTable
  #readTo = 0
  #revision = -1

  constructor(db: Db) {
    this.#db = db
    this.#table = new KeyTable(lastForm(db))
  }

  /** The list revision that it was last brought up to. */
  get revision(): number {
    return this.#revision
  }

  /** Takes in the keys that are new. @param revision the ledger's, read in the same transaction. */
  refresh(revision: number): void {
    this.#take(null)
    this.#revision = revision
  }

  /**
   * Takes in some of the keys that are new, while their list is being loaded: of many, all at once would keep the step
   * waiting that meets them. @returns whether there may be more of them now.
   */
  readAhead(limit: number): boolean {
    return this.#take(limit) === limit
  }

  #take(limit: number | null): number {
    let taken = 0
    for (const { id, form } of formsSince(this.#db, this.#readTo, limit)) {
      if (isWatched(form)) this.#table.addKey(form)
      this.#readTo = id
      taken++
    }
    return taken
  }

  lookup(key: Key): readonly Match[] {
    return isWatched(key) && !this.#table.mayHave(key) ? [] : entriesMet(this.#db, key)
  }
}
