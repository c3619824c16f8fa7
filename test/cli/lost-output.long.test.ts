import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { busyUser, houseListed } from './refusal.ts'

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const clean = `0x${'2'.repeat(40)}`

/** Runs the program with a file or device for stdout or stderr, and the other one read. */
function runInto(device: string, stream: 'stdout' | 'stderr', args: readonly string[]) {
  const file = openSync(device, 'w')
  const stdio: ('ignore' | 'pipe' | number)[] = ['ignore', 'pipe', 'pipe']
  stdio[stream === 'stdout' ? 1 : 2] = file
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
      stdio,
      encoding: 'utf8',
    })
    return { status, stdout, stderr }
  } finally {
    closeSync(file)
  }
}

/** Runs it with a reader that is gone before anything is printed. */
async function runIntoNobody(args: readonly string[]) {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.destroy()
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [code] = await once(child, 'close')
  return { code, stderr }
}

const lost =
  "The output can't be written (ENOSPC: no space left on device, write), and is not complete. The other effects of the command are kept: write the output somewhere else.\n"

describe('a disk that is full under the output', { timeout: 120_000 }, () => {
  it('is told once on stderr, with exit code 1, by every command that prints', async () => {
    const user = await busyUser()
    const commands = [
      ['--help'],
      ['alerts'],
      ['alerts', '--json'],
      ['coverage'],
      ['lists', 'show'],
      ['own', 'list', '--json'],
      ['own', 'add', clean],
      ['screen', houseListed],
      ['doctor'],
    ]
    for (const words of commands) {
      const config = words[0]?.startsWith('--') ? [] : ['--config', user.config]
      const { status, stderr } = runInto('/dev/full', 'stdout', [...words, ...config])
      expect({ words, status, stderr }).toEqual({ words, status: 1, stderr: lost })
    }
    // What a command does besides printing is done.
    expect(user.query('select 1 from own_addresses where address = ?', clean)).toHaveLength(1)
  })

  it('of errors changes no exit code', async () => {
    const user = await busyUser()
    const config = ['--config', user.config]
    expect(runInto('/dev/full', 'stderr', ['alerts', '--level', 'red', ...config]).status).toBe(2)
    expect(runInto('/dev/full', 'stderr', ['screen', houseListed, ...config])).toMatchObject({
      status: 3,
      stdout: expect.stringContaining('LISTED'),
    })
  })

  it('of the log ends no daemon', async () => {
    const user = await busyUser()
    user.configure({ lists: [], log: { level: 'debug' } })
    const { status } = runInto('/dev/full', 'stderr', ['run', '--once', '--config', user.config])
    expect(status).toBe(0)
  })
})

describe('a reader that has seen enough', { timeout: 120_000 }, () => {
  it.each([
    [['alerts'], 0],
    [['own', 'list', '--json'], 0],
    [['screen', houseListed], 3],
  ])('is no failure of %j', async (words, exitCode) => {
    const user = await busyUser()
    expect(await runIntoNobody([...words, '--config', user.config])).toEqual({ code: exitCode, stderr: '' })
  })
})
