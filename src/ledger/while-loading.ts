import { realpathSync } from 'node:fs'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { pause } from '../lifecycle/loop.ts'
import type { Db } from './database.ts'
import { takeFileLock } from './file-locks.ts'
import { hasLeftovers, sweepLeftovers } from './sweep-leftovers.ts'

/** How long one waits for another process that loads: a list of a million entries takes minutes. */
const maxWaitMs = 15 * 60_000
const lookEveryMs = 50

const waitListeners = new WeakMap<Db, (text: string) => void>()

/** Hears it once for each load of this connection that has to wait for another process. */
export function onLoadWait(db: Db, listener: (text: string) => void): void {
  waitListeners.set(db, listener)
}

/** Work of this process, by connection: it waits for itself however long that takes. */
const queues = new WeakMap<Db, Promise<unknown>>()
const queuesOf = new WeakMap<Db, Db>()

/** Has a second connection of this thread load in turn with the first. */
export function shareLoads(first: Db, second: Db): void {
  queuesOf.set(second, first)
}

interface WaitOptions {
  signal?: AbortSignal | undefined
  /** Default 15 minutes; 0 = not at all. */
  maxWaitMs?: number
}

/**
 * Does work that writes something large in pieces (a snapshot, own addresses), while nobody else does, in this process
 * or another. So pieces that are there when it begins are what a crash left: they are swept first.
 *
 * @throws `database-busy` where another process is at it for too long, `aborted` on the signal; and what the work throws.
 */
export function whileLoading<T>(db: Db, work: () => Promise<T> | T, options: WaitOptions = {}): Promise<T> {
  const queue = queuesOf.get(db) ?? db
  const turn = (queues.get(queue) ?? Promise.resolve()).then(async () => {
    const release = await waitForLock(db, options)
    try {
      await sweepLeftovers(db)
      return await work()
    } finally {
      release()
    }
  })
  queues.set(
    queue,
    turn.catch(() => {}),
  )
  return turn
}

/** Sweeps what a crash left, unless somebody is loading right now. At a start: no load may follow for long. */
export async function sweepAtStart(db: Db): Promise<void> {
  if (!hasLeftovers(db)) return
  await whileLoading(db, () => {}, { maxWaitMs: 0 }).catch((error: unknown) => {
    if (!(error instanceof ChainscreenError && error.code === 'database-busy')) throw error
  })
}

async function waitForLock(
  db: Db,
  { signal, maxWaitMs: mostMs = maxWaitMs }: WaitOptions,
): Promise<() => void> {
  // Nobody else has a database in memory.
  if (db.memory) return () => {}
  const path = `${realpathSync(db.name)}.loading.lock`
  const until = performance.now() + mostMs
  const most = `${mostMs / 60_000} minutes`
  let isReported = false
  for (;;) {
    if (signal?.aborted) throw new ChainscreenError('aborted', 'Stopped before anything was loaded.')
    const release = takeFileLock(path)
    if (release !== null) return release
    if (performance.now() >= until) {
      throw new ChainscreenError(
        'database-busy',
        `Another process is loading a list or own addresses into ${db.name}, and was not done within ${most}: nothing was loaded here. Try again when it is done.`,
      )
    }
    if (!isReported)
      waitListeners.get(db)?.(
        `Another process is loading a list or own addresses into this database: waiting for it, for up to ${most}.`,
      )
    isReported = true
    await pause(lookEveryMs, signal)
  }
}
