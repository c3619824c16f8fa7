import { ChainscreenError } from '../diagnostics/errors.ts'
import { pause } from '../lifecycle/loop.ts'
import type { Db } from './database.ts'

/** Rows of 32 bits in the shared memory: the next ticket, who writes (0: nobody), a count of changes, then a ticket for each thread. */
const [nextTicket, writer, changes, firstThread] = [0, 1, 2, 3]
const mostThreads = 16

/** How long a turn works while another waits, about: with the commit it is below 50 ms as a rule. */
export const pieceMs = 30

/**
 * Takes turns at writing to one database among the threads of a process: SQLite lets one connection write at a time, and has no
 * queue. Each thread that waits has a ticket, and the lowest ticket is next, so that nobody waits for longer than each of the
 * others has one turn. Waiting is awaited: the thread does other work meanwhile. It keeps no thread alive that has nothing else to do.
 */
export class WriteTurns {
  /** To be handed to another thread, which makes turns of its own of it. */
  readonly memory: SharedArrayBuffer
  readonly #cells: Int32Array
  readonly #thread: number
  /** The turns of this thread, in the order in which they were asked for. */
  #last: Promise<unknown> = Promise.resolve()
  /** How many of them are not done. */
  #asked = 0

  /** @param thread from 1 to 16, another one for each thread. */
  constructor(thread = 1, memory = new SharedArrayBuffer(4 * (firstThread + mostThreads))) {
    this.memory = memory
    this.#cells = new Int32Array(memory)
    this.#thread = thread
  }

  /** Does work as soon as it is this thread's turn. @throws what the work throws. */
  take<T>(work: () => T | Promise<T>): Promise<T> {
    this.#asked++
    const turn = this.#last.then(async () => {
      await this.#begin()
      try {
        return await work()
      } finally {
        this.#asked--
        this.#end(this.#thread)
      }
    })
    this.#last = turn.catch(() => {})
    return turn
  }

  /** During a turn: whether somebody waits for the next one, in this thread or another. */
  isAwaited(): boolean {
    if (this.#asked > 1) return true
    for (let thread = 1; thread <= mostThreads; thread++)
      if (Atomics.load(this.#cells, ticketOf(thread)) !== 0) return true
    return false
  }

  /** A thread died, perhaps while it wrote: SQLite has rolled that back with its connection, and the next one has its turn. */
  forget(thread: number): void {
    Atomics.store(this.#cells, ticketOf(thread), 0)
    this.#end(thread)
  }

  async #begin(): Promise<void> {
    const mine = ticketOf(this.#thread)
    // Odd, so that no ticket is 0, which is none: also once they have wrapped around.
    Atomics.store(this.#cells, mine, Atomics.add(this.#cells, nextTicket, 2) | 1)
    for (;;) {
      const seen = Atomics.load(this.#cells, changes)
      if (this.#isNext() && Atomics.compareExchange(this.#cells, writer, 0, this.#thread) === 0) break
      const { async, value } = Atomics.waitAsync(this.#cells, changes, seen)
      if (async) await value
    }
    Atomics.store(this.#cells, mine, 0)
  }

  #end(thread: number): void {
    Atomics.compareExchange(this.#cells, writer, thread, 0)
    Atomics.add(this.#cells, changes, 1)
    Atomics.notify(this.#cells, changes)
  }

  #isNext(): boolean {
    const mine = Atomics.load(this.#cells, ticketOf(this.#thread))
    for (let thread = 1; thread <= mostThreads; thread++) {
      const ticket = Atomics.load(this.#cells, ticketOf(thread))
      // As a difference of 32 bits: it is right when tickets wrap around.
      if (ticket !== 0 && ((ticket - mine) | 0) < 0) return false
    }
    return true
  }
}

function ticketOf(thread: number): number {
  return firstThread + thread - 1
}

const turnsOf = new WeakMap<Db, WriteTurns>()

/** Has a connection take turns with those of other threads. Without it, it takes turns with itself alone. */
export function shareTurns(db: Db, turns: WriteTurns): void {
  turnsOf.set(db, turns)
}

/** Has a second connection of this thread take its turns with those of the first. */
export function shareTurnsOf(first: Db, second: Db): void {
  const turns = turnsOf.get(first) ?? new WriteTurns()
  shareTurns(first, turns)
  shareTurns(second, turns)
}

/** How long one tries while another process writes, and how often. Tests shorten it. */
export const whileBusy = { longestMs: 30_000, retryMs: 10 }

/**
 * Writes in turn: see {@link WriteTurns}. Another process may still hold SQLite's lock: then it is tried again, and nothing of
 * this thread waits meanwhile but who wants to write.
 *
 * @param write one transaction, or one statement: what is refused as busy has written nothing. Where it may end early, it asks
 * `isOver` between two parts of it: it has lasted for 30 ms, and somebody waits.
 * @throws ChainscreenError `database-busy` where another process writes for longer than that; and what the work throws.
 */
export function inTurn<T>(db: Db, write: (isOver: () => boolean) => T): Promise<T> {
  let turns = turnsOf.get(db)
  if (turns === undefined) {
    turns = new WriteTurns()
    turnsOf.set(db, turns)
  }
  const mine = turns
  return mine.take(async () => {
    const until = performance.now() + whileBusy.longestMs
    for (;;) {
      const pieceEnd = performance.now() + pieceMs
      try {
        return write(() => performance.now() >= pieceEnd && mine.isAwaited())
      } catch (error) {
        if (!(error instanceof ChainscreenError) || error.code !== 'database-busy') throw error
        if (performance.now() >= until) throw heldTooLong(db, error)
      }
      await pause(whileBusy.retryMs)
    }
  })
}

function heldTooLong(db: Db, cause: ChainscreenError): ChainscreenError {
  const seconds = Math.round(whileBusy.longestMs / 1000)
  return new ChainscreenError(
    'database-busy',
    `The database ${db.name} can't be used: another process has held the write lock for more than ${seconds} seconds: try again.`,
    { cause },
  )
}
