import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from './database.ts'
import { inTurn } from './write-turns.ts'

/** Writes of many requests, which share commits. */
export interface GroupCommit {
  /**
   * Does work in a transaction with whatever else is asked for meanwhile, in the order of the calls.
   *
   * @param work synchronous. It may use `inTransaction`. Where SQLite is busy it is done again from the start.
   * @returns what the work returned, once it is committed and on the disk: not before may it be answered.
   * @throws what the work throws: its own writes are undone, those of others stay. `database-busy` and `database-disk` where the
   * commit fails: none of it is stored then.
   */
  write<T>(work: () => T): Promise<T>
}

export interface GroupCommitOptions {
  /** How long one commit goes on taking work, so that other threads have their turn. Default 25 ms. */
  budgetMs?: number
  /** Called after each commit with the number of works in it. */
  onCommit?: (works: number) => void
}

interface Waiting {
  work: () => unknown
  resolve: (value: unknown) => void
  reject: (error: unknown) => void
}

type Ended = { value: unknown } | { error: unknown }

/**
 * Makes one commit, and so one flush to the disk, of all writes that are asked for within a tick or while another commit is under
 * way. A flush takes far longer than a row: so many requests at once cost about as much as one.
 *
 * @param db opened for writing, with `synchronous = FULL`: `openLedger` does that.
 * @example
 * const group = createGroupCommit(db)
 * const { results } = await group.write(() => screen(db, subjects, terms, act))
 */
export function createGroupCommit(db: Db, options: GroupCommitOptions = {}): GroupCommit {
  const { budgetMs = 25, onCommit = () => {} } = options
  const queue: Waiting[] = []
  let isScheduled = false

  const schedule = () => {
    isScheduled = true
    setImmediate(() => void commitNext())
  }
  const commitNext = async () => {
    try {
      let ends: Ended[] = []
      await inTurn(db, () => {
        ends = inTransaction(db, () => doWorks(db, queue, budgetMs))
      })
      for (const [index, { resolve, reject }] of queue.splice(0, ends.length).entries())
        settle(ends[index], resolve, reject)
      onCommit(ends.length)
    } catch (error) {
      for (const { reject } of queue.splice(0)) reject(error)
    } finally {
      isScheduled = false
      if (queue.length > 0) schedule()
    }
  }
  return {
    write: <T>(work: () => T) =>
      new Promise<T>((resolve, reject) => {
        queue.push({ work, resolve: resolve as Waiting['resolve'], reject })
        if (!isScheduled) schedule()
      }),
  }
}

function settle(end: Ended | undefined, resolve: Waiting['resolve'], reject: Waiting['reject']): void {
  if (end === undefined) throw new Error('unreachable: a work that was done has an end')
  if ('error' in end) reject(end.error)
  else resolve(end.value)
}

/** Inside a transaction. At least one, then as many as the time allows. */
function doWorks(db: Db, queue: readonly Waiting[], budgetMs: number): Ended[] {
  const until = performance.now() + budgetMs
  const ends: Ended[] = []
  for (const { work } of queue) {
    ends.push(doOne(db, work))
    if (performance.now() >= until) break
  }
  return ends
}

/** A savepoint of its own: what it wrote before it failed is undone. */
function doOne(db: Db, work: () => unknown): Ended {
  try {
    return { value: db.transaction(work)() }
  } catch (error) {
    // A full or failing disk ends the whole transaction (https://www.sqlite.org/lang_transaction.html, "Response To Errors").
    if (!db.inTransaction || isOfTheDatabase(error)) throw error
    return { error }
  }
}

function isOfTheDatabase(error: unknown): boolean {
  return error instanceof ChainscreenError && error.code.startsWith('database')
}
