import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { takeDaemonLock } from '../../src/ledger/file-locks.ts'
import { openLedger } from '../../src/ledger/open.ts'
import type { CliResult } from '../e2e/cli.ts'
import { contentsOf } from '../e2e/database.ts'
import type { Project } from '../e2e/project.ts'
import { busyUser, expectRefused, refused } from './refusal.ts'

const address = `0x${'2'.repeat(40)}`

describe('a database from the future', () => {
  it.each([
    [['run', '--once']],
    [['screen', address]],
    [['own', 'add', address]],
    [['init']],
    [['alerts', '--json']],
  ])('is refused with exit 5 by %j', async (args) => {
    const user = await busyUser()
    const db = new Database(user.database)
    db.pragma('user_version = 999')
    db.close()
    // `run` as a process of its own: the exit code is what a supervisor sees.
    await (args[0] === 'run' ? refused : refused)(user, args, {
      code: 5,
      says: new RegExp(
        `^${user.database} has schema version 999, and this chainscreen knows \\d+: use the version that wrote it, or a newer one\\.$`,
      ),
    })
  })
})

describe('a read-only disk', () => {
  /** For root no file is read-only: then a command runs as nobody. */
  const isRoot = process.getuid?.() === 0
  const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {}

  async function runAsNobody(user: Project, ...args: string[]): Promise<CliResult> {
    if (!isRoot) return user.run(...args)
    process.setegid?.(65_534)
    process.seteuid?.(65_534)
    try {
      return await user.run(...args)
    } finally {
      process.seteuid?.(0)
      process.setegid?.(0)
    }
  }

  async function onReadOnlyDisk(): Promise<Project> {
    const user = await busyUser()
    user.file('more.csv', `address,kind,reference\n${address},hot,1\n`)
    chmodSync(user.database, 0o444)
    chmodSync(user.dir, 0o555)
    onTestFinished(() => chmodSync(user.dir, 0o755))
    return user
  }

  it('is told in one sentence by everything that writes, and by what can not even read there', async () => {
    const user = await onReadOnlyDisk()
    const before = contentsOfCopy(user)
    const refusal = {
      code: 1,
      says: `The database ${user.database} can't be used: it cannot be written there (a read-only disk, or no permission).`,
    }
    expectRefused(await user.start(['run', '--once'], nobody).done, refusal)
    for (const args of [
      ['own', 'import', `${user.dir}/more.csv`],
      ['screen', address],
    ])
      expectRefused(await runAsNobody(user, ...args), refusal)
    expect(contentsOfCopy(user)).toEqual(before)
    const { code, stdout } = await runAsNobody(user, 'doctor', '--json')
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toContainEqual({
      ...{ what: 'database', state: 'fail', found: expect.stringContaining('it cannot be written there') },
      advice: expect.stringContaining('give the user of the daemon the right to write'),
    })
  })

  it('does not get a new database either', async () => {
    const user = await onReadOnlyDisk()
    const path = `${user.dir}/new.db`
    expectRefused(await runAsNobody(user, 'init', '--db', path), {
      code: 1,
      says: `The database ${path} can't be used: it cannot be written there (a read-only disk, or no permission).`,
    })
    expect(existsSync(path)).toBe(false)
  })

  /** Bytes: reading rows there would leave files beside it. */
  function contentsOfCopy(user: Project): [string, boolean] {
    return [readFileSync(user.database).toString('base64'), existsSync(`${user.database}-journal`)]
  }
})

describe('a database that somebody else has', () => {
  it('is refused with exit 6 and the pid of the daemon; short writes go on beside it', async () => {
    const user = await busyUser({
      chains: [{ id: 'eth', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
    })
    const db = openLedger(user.database)
    const release = await takeDaemonLock(db)
    // Which tells a daemon from a command that holds the lock.
    db.prepare(`update meta set value = ? where key = 'daemon_heartbeat'`).run(
      `beat ${new Date().toISOString()}`,
    )
    onTestFinished(() => {
      release()
      db.close()
    })
    const locked = {
      code: 6,
      says: `Another chainscreen daemon (pid ${process.pid}) holds ${user.database}: stop it first, or use another database.`,
    }
    await refused(user, ['run', '--once'], locked)
    // A running daemon would do it; of this chain it has nothing to do.
    await refused(user, ['replay', 'eth', '--from', '1', '--to', '2'], {
      code: 2,
      says: 'No block of eth was followed yet: there is none to rescan.',
    })
    expect(await user.run('own', 'add', address)).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 added/),
    })
    expect(await user.run('screen', address)).toMatchObject({ code: 0 })
  })
})

describe('a database that is none', () => {
  it('is missing: reading commands say how to make one', async () => {
    const user = await busyUser()
    const path = `${user.dir}/other.db`
    expectRefused(await user.run('alerts', '--db', path), {
      code: 1,
      says: `There is no database at ${path}: \`chainscreen init\` creates it.`,
    })
    expect(existsSync(path)).toBe(false)
  })

  it('is another file, a folder, or the database of another program: left as it is', async () => {
    const user = await busyUser()
    const text = user.file('text.db', 'not a database at all, but long enough to look at\n'.repeat(40))
    expectRefused(await user.run('own', 'list', '--db', text), {
      code: 1,
      says: `The database ${text} can't be used: the file is no SQLite database, or is damaged.`,
    })
    const folder = `${user.dir}/folder.db`
    mkdirSync(folder)
    expectRefused(await user.run('init', '--db', folder), {
      code: 2,
      says: `${folder} is a folder: name the database's file.`,
    })

    const other = `${user.dir}/other.db`
    const db = new Database(other)
    db.exec('create table cats (name text)')
    db.close()
    const before = contentsOf(other)
    expectRefused(await user.run('init', '--db', other), {
      code: 1,
      says: `${other} is a SQLite database, but not one of chainscreen's.`,
    })
    expect(contentsOf(other)).toEqual(before)
    expect(statSync(text).size).toBe(50 * 40)
  })

  it('is empty', async () => {
    const user = await busyUser()
    const path = `${user.dir}/empty.db`
    writeFileSync(path, '')
    expectRefused(await user.run('coverage', '--db', path), {
      code: 1,
      says: `${path} is empty: run \`chainscreen init\` first.`,
    })
  })
})
