import { isWatched } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import type { Db } from '../../ledger/database.ts'
import { lastVariant, matchingEntries, variantsSince } from '../../ledger/lists/list-variants.ts'
import { watchedSpends } from '../../ledger/mempool/pending-transactions.ts'
import { type LoadPosition, loadUnderWay, rowsOfLoad } from '../../ledger/own/load-own.ts'
import { isOwn, mostOwnAddresses } from '../../ledger/own/own-addresses.ts'
import { ownKeysSince } from '../../ledger/own/own-keys.ts'
import { type Revisions, readRevisions } from '../../ledger/revisions.ts'
import { type Loop, startLoop } from '../../lifecycle/loop.ts'
import { KeyTable } from '../../screening/key-table.ts'
import type { OwnLookup } from '../../screening/types.ts'
import type { Listings, Match } from '../../screening/watchlist.ts'

/**
 * The listed and own addresses that a block is compared with, in memory, and the revisions they were read at. One for all chains
 * of a daemon.
 */
export class ScreeningIndex {
  readonly watchlist: StoredWatchlist
  readonly #db: Db
  readonly #own: KeyTable
  #ownRevision = 0
  /** How far a load of own addresses was read before it counts. */
  #ahead: LoadPosition | null = null

  constructor(db: Db) {
    this.#db = db
    this.watchlist = new StoredWatchlist(db)
    this.#own = new KeyTable(mostOwnAddresses(db))
    this.#own.complete(0)
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
      for (const keys of ownKeysSince(this.#db, this.#ownRevision, this.#ahead)) this.#own.addKeys(keys)
      this.#ownRevision = own
      this.#own.complete(own)
    })()
  }

  /**
   * Reads some of the listed keys and own addresses that are being loaded, before they count: a million of them would
   * keep the step that needs them waiting for a second. One too many does no harm, since a hit is confirmed.
   *
   * @returns whether there may be more of them now.
   */
  readAhead(limit = 2_000): boolean {
    const listed = this.watchlist.readAhead(limit)
    return this.#readOwnAhead(limit) || listed
  }

  #readOwnAhead(limit: number): boolean {
    return this.#db.transaction(() => {
      const mark = loadUnderWay(this.#db)
      if (mark === null) return false
      const { own } = readRevisions(this.#db)
      if (this.#ahead?.mark !== mark) this.#ahead = { mark, revision: own + 1, key: '', chain: '' }
      const rows = rowsOfLoad(this.#db, this.#ahead, limit)
      for (const { key } of rows) this.#own.addKey(key)
      this.#ahead = { ...this.#ahead, ...rows.at(-1) }
      return rows.length === limit
    })()
  }

  /** The own addresses of all chains, for readers to filter blocks with: complete up to the own revision of `revisions`. */
  get ownTable(): KeyTable {
    return this.#own
  }

  /** Outpoints and nonces that unconfirmed transactions with alerts spend: nearly always none. */
  watchedSpends(chain: string): ReadonlySet<string> {
    return watchedSpends(this.#db, chain)
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

/**
 * The entries of all lists, which stay in the ledger. In memory is only a compact table of the keys by which a party on a
 * watched chain may match one: nearly every party ends there. Keys are only ever added, and long before their entries are in
 * force, so a list that changes costs nothing here.
 *
 * What it answers is as of the moment it is asked. It holds for a revision where that is the ledger's at the refresh and
 * still is when the answer is written: see `screenAndWiden`.
 */
class StoredWatchlist implements Listings {
  readonly #db: Db
  readonly #table: KeyTable
  #readTo = 0
  #revision = -1

  constructor(db: Db) {
    this.#db = db
    this.#table = new KeyTable(lastVariant(db))
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
   * waiting that needs them. @returns whether there may be more of them now.
   */
  readAhead(limit: number): boolean {
    return this.#take(limit) === limit
  }

  #take(limit: number | null): number {
    let taken = 0
    for (const { id, variant } of variantsSince(this.#db, this.#readTo, limit)) {
      if (isWatched(variant)) this.#table.addKey(variant)
      this.#readTo = id
      taken++
    }
    return taken
  }

  lookup(key: Key): readonly Match[] {
    return isWatched(key) && !this.#table.mayHave(key) ? [] : matchingEntries(this.#db, key)
  }
}

/** Short beside what a large load takes; one look-up where there is none. */
const lookEveryMs = 200

/** Reads listed keys and own addresses into memory while they are being loaded, here or by another process. */
export function startReadingAhead(index: ScreeningIndex, log: Log): Loop {
  return startLoop(
    () => {
      try {
        return index.readAhead() ? 1 : lookEveryMs
      } catch (error) {
        // They are read when they count: only later, and all at once.
        log.debug(`what is being loaded could not be read ahead: ${messageOf(error)}`)
        return lookEveryMs
      }
    },
    { ref: false },
  )
}
