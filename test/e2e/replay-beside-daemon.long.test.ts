import Database from 'better-sqlite3'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { startAnvil } from '../anvil.ts'
import type { RunningCli } from './cli.ts'
import { demoFile, demoLists } from './demo-chain.ts'
import { newProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

interface Row {
  from_height: number
  to_height: number
  next_height: number
  state: string
  cause: string
}

describe('replay beside a daemon that runs', () => {
  let user: Project
  let daemon: RunningCli

  beforeEach(async () => {
    const anvil = await startAnvil()
    onTestFinished(() => anvil.stop())
    await anvil.rpc('anvil_mine', '0x3c')
    user = newProject({
      lists: demoLists,
      log: { level: 'info' },
      chains: [
        {
          ...{ id: 'anvil', type: 'evm', chainId: 31337, rpc: [anvil.url], start: 0 },
          finality: { tag: 'none', depth: 2 },
        },
      ],
    })
    await user.own(demoFile('demo-evm.own.csv'))
    await user.follow()
    sayHead(59)
    daemon = user.start(['run'])
    await waitFor("the daemon's first look at the head", () =>
      user.query('select 1 from chains where head_height = 60').length > 0 ? true : undefined,
    )
  })

  /** As the node told it last: while the follower is behind it, the daemon reads nothing again. */
  function sayHead(height: number): void {
    const db = new Database(user.database)
    db.prepare('update chains set head_height = ?').run(height)
    db.close()
  }

  const words = ['replay', 'anvil', '--from', '10', '--to', '50']
  const rows = () =>
    user.query<Row>('select from_height, to_height, next_height, state, cause from replays order by id')
  const queued = () => waitFor('the request', () => (rows().length > 0 ? true : undefined))
  const asked = { from_height: 10, to_height: 50, cause: 'asked' }

  it('is done by it, watched to the end, and said as a replay alone says it', async () => {
    const watched = await user.run(...words, '--json')
    expect(watched.code).toBe(0)
    expect(JSON.parse(watched.stdout)).toEqual({
      ...{ chain: 'anvil', from: 10, to: 50, created: 0, reinstated: 0, known: 0 },
    })
    expect(watched.stderr).toContain('a daemon runs: blocks 10 to 50 are queued to it')
    expect(watched.stderr).toContain('anvil: 41 of 41')
    expect(rows()).toEqual([{ ...asked, next_height: 51, state: 'done' }])
    expect(user.query(`select from_height, to_height from coverage where kind = 'replay'`)).toEqual([
      { from_height: 10, to_height: 50 },
    ])
    const above = await user.run('replay', 'anvil', '--from', '10', '--to', '5000')
    expect(above.code).toBe(2)
    expect(above.stderr).toContain('--to 5000 is above 60, the last block of anvil that was followed')
    expect((await user.run('replay', 'anvil', '--from', '9', '--to', '8')).code).toBe(2)
    expect(rows()).toHaveLength(1)
  })

  it('goes on when the watching is ended, and the same command watches it again', async () => {
    sayHead(5_000)
    const watcher = user.start(words)
    await queued()
    watcher.child.kill('SIGINT')
    const { code, stderr } = await watcher.done
    expect(code).toBe(1)
    expect(stderr).toContain('the follower comes first: it is 4940 blocks behind the head')
    expect(stderr).toContain('Stopped watching. The daemon goes on with blocks 10 to 50 of anvil')
    const again = user.start(words)
    // Its first line is that of the request.
    await new Promise((resolve) => again.child.stderr?.once('data', resolve))
    sayHead(60)
    expect(await again.done).toMatchObject({ code: 0, stdout: expect.stringContaining('0 new alerts') })
    expect(rows()).toEqual([{ ...asked, next_height: 51, state: 'done' }])
  })

  it.each([
    ['the next run', ['run', '--once']],
    ['a replay alone', words],
  ])('is left to %s when the daemon ends before it is done', async (_who, next) => {
    sayHead(5_000)
    const watcher = user.start(words)
    await queued()
    daemon.child.kill('SIGKILL')
    const { code, stderr } = await watcher.done
    expect(code).toBe(75)
    expect(stderr).toContain(
      'The daemon ended before the rescan was done: blocks 10 to 50 of anvil stay queued, and the next `run` reads them',
    )
    expect(rows()).toEqual([{ ...asked, next_height: 10, state: 'pending' }])
    expect((await user.run(...next)).code).toBe(0)
    expect(rows()).toMatchObject([{ ...asked, state: 'done' }])
  })
})
