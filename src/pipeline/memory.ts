import type { Key } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import { countOwnAddresses, isOwn, ownKeysSince } from '../ledger/own-addresses.ts'
import { type Revisions, readRevisions } from '../ledger/revisions.ts'
import type { OwnLookup } from '../screening/own.ts'
import { OwnTable } from '../screening/own-table.ts'
import { StoredWatchlist } from './stored-watchlist.ts'

/**
 * What screening needs in memory of the lists and the own addresses, and the revisions it was read at. One for all chains
 * of a daemon.
 */
export class Memory {
  readonly watchlist: StoredWatchlist
  readonly #db: Db
  readonly #own: OwnTable
  #ownRevision = 0

  constructor(db: Db) {
    this.#db = db
    this.watchlist = new StoredWatchlist(db)
    this.#own = new OwnTable(countOwnAddresses(db))
    this.refresh()
  }

  get revisions(): Revisions {
    return { list: this.watchlist.revision, own: this.#ownRevision }
  }

  /** Reads what is new since. Nothing listed or own is ever forgotten: keys are only added. */
  refresh(): void {
    this.#db.transaction(() => {
      const { list, own } = readRevisions(this.#db)
      this.watchlist.refresh(list)
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
