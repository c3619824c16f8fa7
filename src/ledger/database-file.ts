import { randomUUID } from 'node:crypto'
import { type Stats, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ChainscreenError, isTemporary, messageOf } from '../diagnostics/errors.ts'
import { type Loop, startLoop } from '../lifecycle/loop.ts'
import { type Db, one, run } from './database.ts'
import { inTurn } from './write-turns.ts'

export interface DatabaseFileWatch {
  /** Aborted when the file is lost. */
  readonly signal: AbortSignal
  /** Rejects with `database-lost` when the file is lost; otherwise never settles. */
  readonly lost: Promise<never>
  stop(): Promise<void>
}

const defaultCheckEveryMs = 1_000
const heartbeatEveryMs = 30_000

/**
 * Watches that the file under an open database is still the one at its path. SQLite goes on writing to a file that was
 * deleted or replaced (https://www.sqlite.org/howtocorrupt.html, 2.4), and all of that is gone when the process ends. The
 * inodes of the database and of its write-ahead log are compared. A heartbeat row with a token of this daemon is read
 * back, which finds another database copied over the same inode.
 *
 * @param now ISO-8601.
 * @param options.checkEveryMs between two checks, in milliseconds; default one second.
 */
export function watchDatabaseFile(
  db: Db,
  now: () => string,
  options: { checkEveryMs?: number } = {},
): DatabaseFileWatch {
  const { checkEveryMs = defaultCheckEveryMs } = options
  const failed = new AbortController()
  let fail: (error: ChainscreenError) => void = () => {}
  const lost = new Promise<never>((_resolve, reject) => {
    fail = reject
  })
  // Nobody may be waiting for it any more.
  lost.catch(() => {})

  function startWatch(): Loop {
    const paths = [db.name, `${db.name}-wal`]
    const files = paths.flatMap((path) => {
      const stats = statOf(path)
      return stats === undefined ? [] : [{ path, stats }]
    })
    const token = randomUUID()
    let beatAt: number | null = null
    return startLoop(async () => {
      const moved = files.find(({ path, stats }) => !isSameFile(stats, statOf(path)))
      const reason =
        moved === undefined ? heartbeatFault(db, beatAt === null ? null : token) : movedReason(moved.path)
      if (reason !== null) {
        fail(
          new ChainscreenError(
            'database-lost',
            `The database ${db.name} was lost while the daemon ran: ${reason}. Nothing more is written to it. Put the file back or restore a backup, then start the daemon.`,
          ),
        )
        failed.abort()
        return null
      }
      if (beatAt === null || performance.now() - beatAt >= heartbeatEveryMs) {
        if (await writeHeartbeat(db, token, now())) beatAt = performance.now()
      }
      return checkEveryMs
    })
  }

  const loop = db.memory ? undefined : startWatch()
  return {
    signal: failed.signal,
    lost,
    stop: async () => loop?.stop(),
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function isSameFile(before: Stats, now: Stats | undefined): boolean {
  return now !== undefined && now.ino === before.ino && now.dev === before.dev
}

function movedReason(path: string): string {
  return statOf(path) === undefined
    ? `${path} was deleted or moved away`
    : `${path} was replaced by another file`
}

/** @param token as last written; `null` before. @returns why this is not the database the daemon opened; `null` where it is. */
function heartbeatFault(db: Db, token: string | null): string | null {
  try {
    const row = one<{ value: string }>(db, `select value from meta where key = 'daemon_heartbeat'`)
    return token === null || row?.value.startsWith(token)
      ? null
      : 'its content was replaced by that of another database'
  } catch (error) {
    return isTemporary(error) ? null : `it can't be read any more (${messageOf(error)})`
  }
}

/** @returns whether it was written. A disk that is full, or a busy database, is tried again; the next check tells the rest. */
async function writeHeartbeat(db: Db, token: string, at: string): Promise<boolean> {
  try {
    await inTurn(db, () =>
      run(
        db,
        `insert into meta (key, value) values ('daemon_heartbeat', ?) on conflict (key) do update set value = excluded.value`,
        `${token} ${at}`,
      ),
    )
    return true
  } catch {
    return false
  }
}

/** Below this, a checkpoint of the write-ahead log and one large list may no longer fit. */
const lowBytes = 256 * 1024 * 1024

/**
 * Free space on the disk of the database.
 *
 * @returns bytes that this process may still write there; `null` for a database in memory, or where the system does not say.
 */
export function freeDiskBytes(db: Db): number | null {
  if (db.memory) return null
  try {
    const { bavail, bsize } = statfsSync(dirname(db.name))
    return bavail * bsize
  } catch {
    return null
  }
}

/** @returns what to tell an operator; `null` while there is enough, or where nothing is known. */
export function lowDiskWarning(freeBytes: number | null): string | null {
  if (freeBytes === null || freeBytes >= lowBytes) return null
  return `the disk of the database is nearly full: ${Math.floor(freeBytes / 1_000_000)} MB are free`
}
