import { realpathSync } from 'node:fs'
import { ChainscreenError } from '../errors.ts'
import { type Db, one, run } from './database.ts'
import { takeFileLock } from './file-lock.ts'

/**
 * One daemon per database. The lock is an exclusive SQLite lock on `<database>.lock`: the operating system lets go
 * of it when the process ends, however it ends. Our pid stands in the ledger, for the one who is refused.
 *
 * @returns lets go of the lock.
 * @throws `database-locked` with the pid of the daemon that holds it.
 */
export function takeDaemonLock(db: Db): () => void {
  // A symbolic link is another name of the same database. One with hard links is not opened.
  const path = `${realpathSync(db.name)}.lock`
  const letGo = takeFileLock(path)
  if (letGo === null) {
    throw new ChainscreenError(
      'database-locked',
      `Another chainscreen daemon (pid ${daemonPid(db) ?? 'unknown'}) holds ${db.name}: stop it first, or use another database.`,
    )
  }
  try {
    run(
      db,
      `insert into meta (key, value) values ('daemon_pid', ?) on conflict (key) do update set value = excluded.value`,
      String(process.pid),
    )
  } catch (error) {
    letGo()
    throw error
  }
  return letGo
}

function daemonPid(db: Db): string | undefined {
  return one<{ value: string }>(db, `select value from meta where key = 'daemon_pid'`)?.value
}
