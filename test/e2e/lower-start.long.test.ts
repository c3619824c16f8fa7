import { describe, expect, it, onTestFinished } from 'vitest'
import { startAnvil } from '../anvil.ts'
import { contentsOf } from './database.ts'
import { type DemoFamily, demoFile, demoLists, playDemoNode } from './demo-chain.ts'
import { newProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

const later = { evm: 14, bitcoin: 118 }

async function userOf(family: DemoFamily) {
  const { chain } = await playDemoNode(family)
  const user = newProject({ lists: demoLists, chains: [chain] })
  await user.own(demoFile(`demo-${family}.own.csv`))
  const startAt = (start: unknown) =>
    user.configure({ lists: demoLists, chains: [{ ...chain, start }], log: { level: 'info' } })
  return { user, chain, startAt, first: Number(chain.start) }
}

/** What was found; the rows' numbers tell only in which order. */
function found(user: Project) {
  return {
    own: contentsOf(user.database, { times: false })?.own_addresses?.length,
    alerts: user.query('select id, status, level, block_hash from alerts order by id'),
    moved: user.query(
      `select chain, block_hash, tx_hash, transfer, direction, amount, own_address, role, party_key, match_key
       from transfer_parties where not orphaned order by 2, 3, 4, 8, 9, 10`,
    ),
  }
}

const doctor = async (user: Project, what: string) =>
  (
    JSON.parse((await user.run('doctor', '--json')).stdout) as {
      what: string
      state: string
      found: string
    }[]
  )
    .filter((each) => each.what === what)
    .map(({ state, found: text }) => `${state} ${text}`)

describe.each(['evm', 'bitcoin'] as const)('a start that is lowered on a recorded %s chain', (family) => {
  it('is made up for by the next run, as if it had been so from the beginning, and told until it is', async () => {
    const always = await userOf(family)
    await always.user.follow()
    const { user, startAt, first } = await userOf(family)
    startAt(later[family])
    await user.follow()
    const before = found(user)
    startAt(first)
    const missing = `${first}–${later[family] - 1}`
    const coverage = async () => (await user.run('coverage', family)).stdout
    expect(await coverage()).toContain(`gap ${missing}: not screened: \`start\` in the config is ${first}`)
    expect(await doctor(user, `start of ${family}`)).toEqual([
      `warn \`start\` is ${first}, and blocks ${first} to ${later[family] - 1} (${later[family] - first}) were never screened`,
    ])
    expect(found(user)).toEqual(before)
    const run = await user.run('run', '--once')
    expect(run.code).toBe(0)
    expect(run.stderr).toContain(`${family}, rescan: `)
    expect(run.stderr).toContain('were never screened and `start` asks for them')
    expect(found(user)).toEqual(found(always.user))
    expect(await coverage()).not.toContain('not screened')
    expect(await doctor(user, `start of ${family}`)).toEqual([])
    expect(await doctor(user, `rescan of ${family}`)).toEqual([])
    await user.follow()
    expect(user.query('select from_height, state from replays')).toEqual([
      { from_height: first, state: 'done' },
    ])
  })

  it('is told where it is raised, and changes nothing of what is stored', async () => {
    const { user, startAt, first } = await userOf(family)
    await user.follow()
    const before = found(user)
    startAt(later[family])
    const told = `\`start\` is ${later[family]}, and the database has this chain from block ${first} on: what is stored stays`
    expect((await user.run('run', '--once')).stderr).toContain(told)
    expect((await doctor(user, `start of ${family}`))[0]).toContain(told)
    expect(found(user)).toEqual(before)
    expect((await user.run('coverage', family)).stdout).not.toContain('not screened')
  })

  it('is warned of above the head, where nothing is read', async () => {
    const { user, startAt } = await userOf(family)
    startAt(5_000)
    const run = await user.run('run', '--once')
    expect(run.code).toBe(0)
    expect(run.stderr).toMatch(/`start` is 5000, above the node's head \d+: nothing is screened/)
    expect((await doctor(user, `start of ${family}`))[0]).toMatch(
      /^warn `start` is 5000, above the node's head/,
    )
  })
})

it('a rescan for a lower start survives kill -9 of the daemon, and is queued once', async () => {
  const anvil = await startAnvil()
  onTestFinished(() => anvil.stop())
  await anvil.rpc('anvil_mine', '0x258')
  const settings = (start: number) => ({
    lists: demoLists,
    chains: [
      {
        ...{ id: 'anvil', type: 'evm', chainId: 31337, rpc: [anvil.url], start, prefetch: 1 },
        finality: { tag: 'none', depth: 2 },
      },
    ],
  })
  const user = newProject(settings(596))
  await user.own(demoFile('demo-evm.own.csv'))
  await user.follow()
  user.configure(settings(0))
  const next = () =>
    user.query<{ next: number }>('select max(next_height) as next from replays')[0]?.next ?? 0
  for (const height of [40, 200, 400]) {
    const daemon = user.start(['run'])
    await waitFor(`block ${height}`, () => (next() >= height ? true : undefined))
    daemon.child.kill('SIGKILL')
    await daemon.done
    expect(next()).toBeLessThan(596)
    expect((await user.run('coverage')).stdout).toContain(`gap ${next()}–595: not screened yet: `)
  }
  await user.follow()
  expect(user.query('select from_height, to_height, state from replays')).toEqual([
    { from_height: 0, to_height: 595, state: 'done' },
  ])
  expect((await user.run('coverage')).stdout).toContain('no gaps')
  expect(user.query(`select from_height, to_height from coverage where kind = 'replay' order by id`)).toEqual(
    [{ from_height: 0, to_height: 595 }],
  )
})
