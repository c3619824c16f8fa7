import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { tempDir } from '../temp.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** Everything below a folder that others than its user may look at or change, but for what the test brought. */
function openToOthers(folder: string, brought: readonly string[]): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !brought.includes(name))
    .flatMap((name) => {
      const stats = statSync(join(folder, name))
      const expected = stats.isDirectory() ? 0o700 : 0o600
      const mode = stats.mode & 0o777
      return mode === expected ? [] : [`${name} ${mode.toString(8)}`]
    })
}

describe('files that the program makes', () => {
  it('are for its user alone, whatever the umask', () => {
    const folder = tempDir()
    const brought = ['own.csv', 'list.csv', 'temp']
    mkdirSync(join(folder, 'temp'))
    writeFileSync(join(folder, 'own.csv'), `address,kind,reference\n0x${'1'.repeat(40)},hot,u-1\n`)
    writeFileSync(join(folder, 'list.csv'), `address,subject\n0x${'2'.repeat(40)},A party\n`)
    const run = (...args: string[]) => {
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', 'umask 022 && exec "$@"', 'sh', process.execPath, main, ...args],
        { cwd: folder, env: { ...process.env, TMPDIR: join(folder, 'temp'), ONE: 'x' } },
      )
      return { status, stderr: stderr.toString() }
    }
    expect(run('init')).toEqual({ status: 0, stderr: '' })
    const config = {
      database: './chainscreen.db',
      lists: [{ id: 'house', format: 'csv', file: './list.csv' }],
      chains: [],
    }
    expect(openToOthers(folder, brought)).toEqual([])
    writeFileSync(join(folder, 'chainscreen.yaml'), JSON.stringify({ ...config, log: { level: 'silent' } }))
    // What is open keeps the log of writes and its index.
    const open = new Database(join(folder, 'chainscreen.db'), { readonly: true })
    open.prepare('select 1 from meta').get()
    for (const args of [
      ['lists', 'import', 'house', 'list.csv'],
      ['own', 'import', 'own.csv'],
      ['run', '--once'],
    ])
      expect({ args, ...run(...args) }).toEqual({ args, status: 0, stderr: '' })
    expect(run('screen', `0x${'2'.repeat(40)}`, '--reference', 'w-1').status).toBe(3)
    expect(run('demo').status).toBe(0)
    const made = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    open.close()
    expect(made).toEqual(expect.arrayContaining(['chainscreen.db-wal', 'chainscreen.db-shm']))
    expect(made.filter((name) => /\.snapshots\/.*\.gz$/.test(name)).length).toBeGreaterThan(1)
    expect(openToOthers(folder, brought)).toEqual([])
  })
})
