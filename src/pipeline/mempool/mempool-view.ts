import { setImmediate } from 'node:timers/promises'
import PQueue from 'p-queue'
import { extractPending } from '../../chains/extract.ts'
import type { Mempool, PendingTransaction } from '../../chains/source.ts'
import type { MatchedPending } from '../../ledger/mempool/commit-mempool.ts'
import type { Conflict } from '../../ledger/mempool/pending-transactions.ts'
import { screen } from '../../screening/screen.ts'
import type { Finding, OwnLookup, ScreenableTx } from '../../screening/types.ts'
import type { Listings } from '../../screening/watchlist.ts'

/** Transactions read at once, and how many such reads: a follower shares the node and the thread. */
const sliceSize = 50
const readsAtOnce = 2

interface Touching {
  transaction: PendingTransaction
  screenable: ScreenableTx
  /** Of the list revision and the day that `terms` names. */
  findings: readonly Finding[]
  terms: string
}

/** How transactions are read. */
export interface Reading {
  own: OwnLookup
  /** The outpoints and nonces that are watched now. */
  watched: () => ReadonlySet<string>
  /** Called with those that were read, and which of the watched outpoints and nonces they spend. */
  onRead: (hashes: readonly string[], conflicts: readonly Conflict[]) => Promise<void>
  signal: AbortSignal
}

/**
 * What is known of one mempool: the hashes that were looked through, and the transactions that touch own addresses.
 * Every other transaction is read once and forgotten.
 */
export class MempoolView {
  #seen = new Set<string>()
  readonly #touching = new Map<string, Touching>()
  /** What could not be read in the last poll. */
  #failed: ReadonlySet<string> | null = null

  /** Own addresses were added: looks again through what touches any. What touched none has to be read again, see {@link forget}. */
  extractAgain(own: OwnLookup): void {
    const transactions = Array.from(this.#touching.values(), ({ transaction }) => transaction)
    this.#touching.clear()
    this.#note(transactions, own)
  }

  /** Everything is to be read again. */
  forget(): void {
    this.#seen.clear()
  }

  /** Forgets what left. @returns what has to be read. */
  renew(holds: ReadonlySet<string>): string[] {
    for (const hash of this.#touching.keys()) if (!holds.has(hash)) this.#touching.delete(hash)
    const fresh: string[] = []
    const seen = new Set<string>()
    for (const hash of holds) {
      if (this.#seen.has(hash)) seen.add(hash)
      else fresh.push(hash)
    }
    this.#seen = seen
    return fresh
  }

  /** Reads transactions a few at a time, and hands each portion on. @returns how many can't be read. */
  async read(
    mempool: Mempool,
    hashes: readonly string[],
    { own, watched, onRead, signal }: Reading,
  ): Promise<number> {
    const queue = new PQueue({ concurrency: readsAtOnce })
    const stop = new AbortController()
    const either = AbortSignal.any([signal, stop.signal])
    const failed = new Set<string>()
    const slices = Array.from({ length: Math.ceil(hashes.length / sliceSize) }, (_, i) =>
      hashes.slice(i * sliceSize, (i + 1) * sliceSize),
    )
    const readSlice = async (slice: readonly string[]) => {
      either.throwIfAborted()
      const transactions = await mempool.read(slice, either)
      either.throwIfAborted()
      this.#note(transactions, own)
      for (const hash of slice) if (!this.#seen.has(hash)) failed.add(hash)
      const spends = watched()
      await onRead(
        slice,
        transactions.flatMap(({ hash, spends: used }) =>
          used.filter((spent) => spends.has(spent)).map((spent) => ({ spent, by: hash })),
        ),
      )
      await setImmediate()
    }
    try {
      await Promise.all(slices.map((slice) => queue.add(() => readSlice(slice))))
    } finally {
      queue.clear()
      stop.abort()
      // Nobody may be left who still writes when the database is closed.
      await queue.onIdle()
    }
    const before = this.#failed
    this.#failed = failed
    // One that left between the list and the reading is no failure: it is not asked for again.
    return before === null ? failed.size : [...failed].filter((hash) => before.has(hash)).length
  }

  /** The unconfirmed transactions that match a list. @param time unix seconds, now. @param among only of these. */
  waiting(
    watchlist: Listings & { revision: number },
    time: number,
    among: Iterable<string> = this.#touching.keys(),
  ): MatchedPending[] {
    const terms = `${watchlist.revision} ${Math.floor(time / 86_400)}`
    const waiting: MatchedPending[] = []
    for (const hash of among) {
      const touching = this.#touching.get(hash)
      if (touching === undefined) continue
      if (touching.terms !== terms) {
        touching.findings = screen(touching.screenable, time, watchlist)
        touching.terms = terms
      }
      const { transaction, findings } = touching
      if (findings.length > 0) waiting.push({ hash, spends: transaction.spends, findings })
    }
    return waiting
  }

  #note(transactions: readonly PendingTransaction[], own: OwnLookup): void {
    for (const transaction of transactions) {
      this.#seen.add(transaction.hash)
      const screenable = extractPending(transaction, own)
      if (screenable !== null)
        this.#touching.set(transaction.hash, { transaction, screenable, findings: [], terms: '' })
    }
  }
}
