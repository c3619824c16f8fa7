import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { linkSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { takeDaemonLock, takeFileLock } from '../../src/ledger/file-locks.ts'
import { openLedger, openLedgerForReading } from '../../src/ledger/open.ts'
import { tempDir } from '../temp.ts'
import { freshLedger } from './fixtures.ts'

const dist = (path: string) => JSON.stringify(fileURLToPath(new URL(`../../dist/${path}`, import.meta.url)))

/** Another process that holds the lock of a database. */
async function otherDaemon(path: string) {
  const script = `
    import { openLedger } from ${dist('ledger/open.js')}
    import { takeDaemonLock, takeFileLock } from ${dist('ledger/file-locks.js')}
    await takeDaemonLock(openLedger(${JSON.stringify(path)}))
    // Nobody refers to the lock any more, and it must stay all the same.
    await new Promise(setImmediate)
    gc()
    console.log('locked')
    setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await once(child.stdout, 'data')
  return child
}

describe('the file of a lock', () => {
  it('is for this user alone, whatever the umask: who may read it may lock it', () => {
    const path = join(tempDir(), 'ledger.db.loading.lock')
    const release = takeFileLock(path)
    onTestFinished(() => release?.())
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600')
  })
})

describe('the lock of a daemon', () => {
  it('is not refused for who only looks whether it is free', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = freshLedger(path)
    ;(await takeDaemonLock(db))()
    // A look that takes 100 ms, as on a busy machine.
    const looker = new Worker(
      `const { parentPort, workerData } = require('node:worker_threads')
       const Database = require(workerData.sqlite)
       const lock = new Database(workerData.path, { readonly: true })
       lock.exec('begin; select count(*) from sqlite_schema')
       const read = lock.prepare('select name from sqlite_schema').all()
       parentPort.postMessage('looks')
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
       lock.close()`,
      {
        eval: true,
        workerData: {
          path: `${path}.lock`,
          sqlite: createRequire(import.meta.url).resolve('better-sqlite3'),
        },
      },
    )
    onTestFinished(async () => void (await looker.terminate()))
    await once(looker, 'message')
    const release = await takeDaemonLock(db)
    release()
  })

  it('is refused while another process holds it, with its pid, and free once that is killed', async () => {
    const path = join(tempDir(), 'ledger.db')
    const child = await otherDaemon(path)
    const db = freshLedger(path)
    await expect(takeDaemonLock(db)).rejects.toThrow(
      expect.objectContaining({
        code: 'database-locked',
        message: expect.stringContaining(`pid ${child.pid}`),
      }),
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    ;(await takeDaemonLock(db))()
  })

  it('is free again once it is let go of', async () => {
    const path = join(tempDir(), 'ledger.db')
    const [one, two] = [freshLedger(path), freshLedger(path)]
    const release = await takeDaemonLock(one)
    await expect(takeDaemonLock(two)).rejects.toThrow(`pid ${process.pid}`)
    release()
    ;(await takeDaemonLock(two))()
  })

  it('is one for all names of the file', async () => {
    const dir = tempDir()
    const db = freshLedger(join(dir, 'ledger.db'))
    symlinkSync('ledger.db', join(dir, 'other.db'))
    const other = freshLedger(join(dir, 'other.db'))
    const release = await takeDaemonLock(db)
    await expect(takeDaemonLock(other)).rejects.toThrow(expect.objectContaining({ code: 'database-locked' }))
    release()
  })

  it('is passed by nobody through a hard link: by neither name the file is opened', async () => {
    const [dir, elsewhere] = [tempDir(), tempDir()]
    const [path, other] = [join(dir, 'ledger.db'), join(elsewhere, 'other.db')]
    const child = await otherDaemon(path)
    linkSync(path, other)
    for (const name of [path, other]) {
      for (const open of [openLedger, openLedgerForReading]) {
        expect(() => open(name)).toThrow(
          expect.objectContaining({
            code: 'database',
            message: expect.stringContaining(`The database ${name} has 2 names (hard links to inode `),
          }),
        )
      }
    }
    rmSync(other)
    const db = freshLedger(path)
    await expect(takeDaemonLock(db)).rejects.toThrow(`pid ${child.pid}`)
  })

  it('keeps nobody from reading and from short writes', async () => {
    const path = join(tempDir(), 'ledger.db')
    const release = await takeDaemonLock(freshLedger(path))
    const beside = openLedger(path)
    beside.exec(`insert into meta values ('beside', 'yes')`)
    expect(beside.prepare(`select value from meta where key = 'beside'`).pluck().get()).toBe('yes')
    beside.close()
    release()
  })
})
