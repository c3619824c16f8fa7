import type { Key } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import { readEntries } from '../ledger/list-entries.ts'
import { countOwnAddresses, isOwn, ownKeysSince } from '../ledger/own-addresses.ts'
import { type Revisions, readRevisions } from '../ledger/revisions.ts'
import type { OwnLookup } from '../screening/own.ts'
import { OwnTable } from '../screening/own-table.ts'
import { Watchlist } from '../screening/watchlist.ts'

/**
 * What screening needs in memory: the watchlist and the own addresses, at the revisions they were read at. One for
 * all chains of a daemon.
 */
export class Memory {
  readonly #db: Db
  #watchlist: Watchlist
  #own: OwnTable
  #ownRevision = 0

  constructor(db: Db) {
    this.#db = db
    this.#watchlist = new Watchlist(-1, [])
    this.#own = new OwnTable(countOwnAddresses(db))
    this.refresh()
  }

  get revisions(): Revisions {
    return { list: this.#watchlist.revision, own: this.#ownRevision }
  }

  get watchlist(): Watchlist {
    return this.#watchlist
  }

  /** Reads again what moved since. Own addresses are never forgotten: only new ones are added. */
  refresh(): void {
    this.#db.transaction(() => {
      const { list, own } = readRevisions(this.#db)
      if (list !== this.#watchlist.revision) this.#watchlist = new Watchlist(list, readEntries(this.#db))
      if (own === this.#ownRevision) return
      for (const key of ownKeysSince(this.#db, this.#ownRevision)) this.#own.addKey(key)
      this.#ownRevision = own
    })()
  }

  /** The own addresses as one chain sees them. */
  ownOn(chain: string): OwnLookup {
    const table = this.#own
    return {
      mayHaveEvm: (hex) => table.mayHaveEvm(hex),
      mayHaveEvmTopic: (hex) => table.mayHaveEvmTopic(hex),
      mayHaveScript: (bytes, start, end) => table.mayHaveScript(bytes, start, end),
      has: (key: Key) => isOwn(this.#db, chain, key),
    }
  }
}
