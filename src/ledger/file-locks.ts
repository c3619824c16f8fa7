import { existsSync, realpathSync } from 'node:fs'
import Database from 'better-sqlite3'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { createPrivate, type Db, databaseError, one, run } from './database.ts'
import { inTurn } from './write-turns.ts'

/**
 * One daemon per database. The lock is an exclusive SQLite lock on `<database>.lock`: the operating system releases
 * it when the process ends, however it ends. The ledger has the pid, for the error that another process gets.
 *
 * @param chains that the process follows; `null` for a command that works as a daemon does.
 * @returns releases the lock.
 * @throws `database-locked` with the pid of the daemon that holds it.
 */
export async function takeDaemonLock(db: Db, chains: readonly string[] | null = null): Promise<() => void> {
  const release = takeFileLock(lockPath(db), lookMs)
  if (release === null) {
    throw new ChainscreenError(
      'database-locked',
      `Another chainscreen daemon (pid ${daemonPid(db) ?? 'unknown'}) holds ${db.name}: stop it first, or use another database.`,
    )
  }
  try {
    await inTurn(db, () =>
      run(
        db,
        `insert into meta (key, value) values ('daemon_pid', ?), ('daemon_chains', ?)
         on conflict (key) do update set value = excluded.value`,
        ...[String(process.pid), JSON.stringify(chains)],
      ),
    )
  } catch (error) {
    release()
    throw error
  }
  return release
}

/**
 * The chains that the last daemon on this database follows, by their ids in its config; `null` if a command had the lock last, or a
 * daemon of an earlier version.
 */
export function daemonChains(db: Db): string[] | null {
  const row = one<{ value: string }>(db, `select value from meta where key = 'daemon_chains'`)
  return row === undefined ? null : (JSON.parse(row.value) as string[] | null)
}

/** Whether no daemon, nor any command that works as one does, holds the database. */
export function isDaemonLockFree(db: Db): boolean {
  return isFileLockFree(lockPath(db))
}

/** A symbolic link is another name of the same database. One with hard links is not opened. */
function lockPath(db: Db): string {
  return `${realpathSync(db.name)}.lock`
}

/** Three times as long as a daemon waits from one heartbeat to the next. */
const freshMs = 90_000

/** Whether the one that holds the lock is a daemon: a command that holds it has no heartbeat. @param at now, ISO-8601. */
export function isDaemonBeating(db: Db, at: string): boolean {
  const beat = one<{ value: string }>(db, `select value from meta where key = 'daemon_heartbeat'`)?.value
  const beatAt = Date.parse(beat?.split(' ')[1] ?? '')
  return Math.abs(Date.parse(at) - beatAt) < freshMs
}

function daemonPid(db: Db): string | undefined {
  return one<{ value: string }>(db, `select value from meta where key = 'daemon_pid'`)?.value
}

/** Who only looks whether the lock is free has it for a moment: a look at `/health` must not fail a daemon's start. */
const lookMs = 500

/** Kept from the garbage collector, which closes what nobody refers to, and so would release the lock. */
const held = new Set<Db>()

/**
 * An exclusive lock between processes: SQLite's own, on a file of its own. The operating system lets go of it when the
 * process ends, however it ends.
 *
 * @param waitMs for whom holds it so long only, the thread waits.
 * @returns lets go; `null` where somebody else holds it.
 * @throws ChainscreenError `database` where the file can't be made.
 */
export function takeFileLock(path: string, waitMs = 0): (() => void) | null {
  let lock: Db
  try {
    createPrivate(path)
    lock = new Database(path, { timeout: waitMs })
  } catch (error) {
    throw databaseError(path, error)
  }
  try {
    lock.exec('begin exclusive')
  } catch (error) {
    lock.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null
    throw databaseError(path, error)
  }
  held.add(lock)
  return () => {
    held.delete(lock)
    lock.close()
  }
}

/** Whether nobody holds the lock. Only looks: whoever takes it at the same moment gets it, but for the time of one read. */
function isFileLockFree(path: string): boolean {
  if (!existsSync(path)) return true
  const lock = new Database(path, { timeout: 0, readonly: true })
  try {
    lock.prepare('select count(*) from sqlite_schema').get()
    return true
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return false
    throw databaseError(path, error)
  } finally {
    lock.close()
  }
}
