import { describe, expect, it } from 'vitest'
import { run as runSql } from '../../src/ledger/database.ts'
import { newProject } from '../e2e/project.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { busyUser, houseListed, refused } from './refusal.ts'

const flat = (text: string) => text.replace(/\s+/g, ' ')

describe('a list that the config does not name any more', () => {
  it('is refused to be removed while the config has it', async () => {
    const user = await busyUser()
    await refused(user, ['lists', 'remove', 'house'], {
      code: 2,
      says: 'List house is in the config, and would be loaded again: take it out of the config, then remove it.',
    })
  })

  it('is told of by each command, removed, and comes back with the config', async () => {
    const user = await busyUser()
    const lists = [{ id: 'house', format: 'csv', file: `${user.dir}/house.csv` }]
    user.configure({ lists: [], chains: [] })
    const left =
      /list house is not in the config: it stays in force as it was activated at \S+, and is no longer updated; `chainscreen lists remove house` takes it out of force/
    expect(flat((await user.run('lists', 'show')).stdout)).toContain(
      'NOT IN CONFIG still in force, and no longer updated: `lists remove` takes it out of force',
    )
    expect((await user.run('coverage')).stdout).toMatch(left)
    expect(flat((await user.run('doctor')).stdout)).toMatch(
      /list house.*is not in the config: it stays in force/,
    )
    expect((await user.run('screen', houseListed)).code).toBe(3)

    const removed = await user.run('lists', 'remove', 'house', '--actor', 'ann', '--note', 'case 7')
    expect(removed).toMatchObject({ code: 0, stderr: '' })
    expect(removed.stdout).toBe(
      'house is out of force from list revision 2 on: 1 entry ended. Its versions and alerts stay.\n',
    )
    expect((await user.run('lists', 'remove', 'house')).stdout).toMatch(
      /^house is out of force already: removed by ann at /,
    )
    expect(flat((await user.run('lists', 'show', 'house')).stdout)).toMatch(
      /REMOVED out of force, by ann at \S+: case 7 active snapshot none .* in force 0 .*removed 1 /,
    )
    expect((await user.run('coverage')).stdout).not.toMatch(/house/)
    const { code, stdout } = await user.run('screen', houseListed)
    expect({ code, stdout }).toMatchObject({ code: 4, stdout: expect.stringContaining('was on house until') })

    user.configure({ lists, chains: [] })
    await user.follow()
    expect((await user.run('screen', houseListed)).code).toBe(3)
    expect((await user.run('lists', 'show')).stdout).not.toMatch(/REMOVED|NOT IN CONFIG/)
  })

  it('and has another name there: both are named, since each raises alerts', async () => {
    const user = await busyUser()
    user.configure({
      lists: [{ id: 'mine', format: 'csv', file: `${user.dir}/house.csv` }],
      chains: [],
      log: { level: 'warn' },
    })
    const { stderr } = await user.run('run', '--once')
    expect(stderr).toContain(
      'list mine has the same source, so each of its addresses raises an alert of each list; `chainscreen lists remove house` takes it out of force',
    )
  })
})

describe('a chain that the config does not name any more', () => {
  it('is told of, with what it means for what is stored', async () => {
    const user = newProject({ chains: [] })
    const db = freshLedger(user.database)
    runSql(
      db,
      `insert into chains (id, caip2, genesis_hash, cursor_height, cursor_hash, cursor_time, updated_at)
       values ('old', 'eip155:1', 'g', 41, 'h', 1700000000, '2026-01-01')`,
    )
    const left =
      'chain old is not in the config: it is not followed, and was screened up to block 41 (2023-11-14T22:13:20.000Z); its alerts stay as they are'
    expect((await user.run('coverage')).stdout).toContain(`note: ${left}`)
    expect(flat((await user.run('doctor')).stdout)).toContain(left)
    user.configure({ chains: [], log: { level: 'warn' } })
    expect((await user.run('run', '--once')).stderr).toContain(left)
  })

  it('is told of where own addresses are registered for it alone, also where it was never followed', async () => {
    const evm = { type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:9'], start: 0 }
    const user = newProject({ chains: [{ id: 'ethereum', ...evm }] })
    await user.own(
      user.file(
        'own.csv',
        `address,kind,reference,chain\n0x${'1'.repeat(40)},hot,1,ethereum\n0x${'2'.repeat(40)},hot,2,\n`,
      ),
    )
    user.configure({ chains: [], log: { level: 'warn' } })
    const left =
      '1 own address is registered for chain ethereum alone, which is not in the config: no block is searched for them'
    expect(flat((await user.run('doctor')).stdout)).toContain(left)
    expect((await user.run('run', '--once')).stderr).toContain(left)
    user.configure({ chains: [{ id: 'ethereum', ...evm }] })
    expect((await user.run('doctor')).stdout).not.toContain('is not in the config')
  })
})
