import { describe, expect, it } from 'vitest'
import { type DemoFamily, demoLists, demoUser, playDemoNode } from './demo-chain.ts'
import { fillOnce, newProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

/** A user of a recorded chain, and another one who took a listed address that pays deposits for an own one. */
async function mistaken(family: DemoFamily) {
  const { chain } = await playDemoNode(family)
  const never = await demoUser(family, chain, { own: true, followed: true })
  const [party] = never.query<{ counterparty: string }>(
    `select counterparty from alerts where role = 'source' and match = 'exact' order by block_height limit 1`,
  )
  const address = party?.counterparty ?? ''
  const user = await demoUser(family, chain, { own: true, followed: false })
  await fillOnce(user, `${family}, with ${address} as own`, async () => {
    await user.run('own', 'add', address, '--listed')
    await user.follow()
  })
  expect(standing(user).moved).not.toEqual(standing(never).moved)
  return { user, never, address, chain }
}

/** What moved, and the alerts that stand of it. */
function standing(user: Project) {
  return {
    moved: user.query(
      `select chain, block_hash, tx_hash, transfer, direction, amount, own_address, role, party_key, match_key
       from transfer_parties where not orphaned order by 2, 3, 4, 8, 9, 10`,
    ),
    alerts: user.query(
      `select id, status, direction, level, own_address, counterparty, role, match, amount, block_hash
       from alerts where status != 'withdrawn' order by id`,
    ),
  }
}

const coverage = async (user: Project) => (await user.run('coverage')).stdout

describe.each(['evm', 'bitcoin'] as const)('own remove on %s', (family) => {
  it('screens again what the address blinded, as if it never had been own', async () => {
    const { user, never, address } = await mistaken(family)
    const removed = await user.run(
      'own',
      'remove',
      address,
      '--actor',
      'A. Person',
      '--note',
      'a typing error',
    )
    expect(removed).toMatchObject({ code: 0, stderr: '' })
    expect(removed.stdout).toMatch(/^1 removed: foreign from now on\.\n/)
    expect(removed.stdout).toMatch(/rescanned: [1-9]\d* new alerts/)
    expect(standing(user)).toEqual(standing(never))
    expect(user.query(`select 1 from alerts where role = 'own' and status = 'withdrawn'`)).toHaveLength(1)
    expect(user.query('select actor, note from own_removals')).toEqual([
      { actor: 'A. Person', note: 'a typing error' },
    ])
    expect(user.query('select cause, state from replays')).toEqual([{ cause: 'removed', state: 'done' }])
    expect(await coverage(user)).not.toContain('removed since')
    expect((await user.run('own', 'list', '--json')).stdout).not.toContain(address)
    const again = await user.run('own', 'remove', address)
    expect(again).toMatchObject({ code: 2, stdout: '' })
    expect(again.stderr).toContain('Nothing was removed: these are not own addresses')
    expect(standing(user)).toEqual(standing(never))
  })
})

describe('own remove', () => {
  it('leaves what is to be read again to the daemon that is running', async () => {
    const { user, never, address } = await mistaken('bitcoin')
    const stopDaemon = await user.daemon()
    const removed = await user.run('own', 'remove', address, '--json')
    expect(JSON.parse(removed.stdout)).toMatchObject({ removed: 1, backwards: [{ state: 'left' }] })
    await waitFor('the end of the replay', () => user.query(`select 1 from replays where state = 'done'`)[0])
    await stopDaemon()
    expect(standing(user)).toEqual(standing(never))
  })

  it('that could not read the blocks again leaves it to the next run, and says so', async () => {
    const { user, never, address, chain } = await mistaken('bitcoin')
    user.configure({ lists: demoLists, chains: [{ ...chain, rpc: ['http://127.0.0.1:1'] }] })
    const removed = await user.run('own', 'remove', address)
    expect(removed.code).not.toBe(0)
    expect(removed.stdout).toContain('1 removed: foreign from now on.')
    expect(removed.stderr).toMatch(
      /The addresses were removed, and blocks \d+ to \d+ of bitcoin are still to be rescanned: the next `run` does it\./,
    )
    expect(await coverage(user)).toMatch(
      /1 addresses were screened as own, and were removed since \(a rescan of blocks/,
    )
    user.configure({ lists: demoLists, chains: [chain] })
    await user.follow()
    expect(standing(user)).toEqual(standing(never))
    expect(await coverage(user)).not.toContain('removed since')
  })

  it.each([
    ['of a descriptor', '#abcdefgh', 'only addresses that were added one by one can be removed'],
    ['of what is no address', 'nonsense', "nonsense can't be read"],
    ['of what never was registered', '0x00000000000000000000000000000000000000aa', 'are not own addresses'],
  ])('%s is refused, and changes nothing', async (_of, word, reason) => {
    const user = newProject({ lists: [], chains: [] })
    await user.run('init')
    await user.run('own', 'add', '0x32bB5bda5f38B92972ABB9AbF4A78D3968892B8c')
    const before = user.query('select * from own_rows')
    const refused = await user.run('own', 'remove', '0x32bB5bda5f38B92972ABB9AbF4A78D3968892B8c', word)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(reason)
    expect(user.query('select * from own_rows')).toEqual(before)
    expect(user.query('select * from own_removals')).toEqual([])
  })
})
