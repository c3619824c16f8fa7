import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { askReplay } from '../../src/ledger/blocks/replays.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { startFakeNode } from '../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../chains/bitcoin/regtest-chain.ts'
import { descriptor, own, pays } from '../pipeline/bitcoin-ledger.ts'
import { contentsOf } from './database.ts'
import { type DemoFamily, demoFile, demoLists, demoUser, playDemoNode } from './demo-chain.ts'
import { newProject, type Project } from './project.ts'
import { waitFor } from './wait-for.ts'

const first = { evm: 1, bitcoin: 111 }
const ownFile = (family: DemoFamily) => demoFile(`demo-${family}.own.csv`)

/** A user who followed a recorded chain to its head without own addresses, and one who knew them from the start. */
async function late(family: DemoFamily): Promise<{ user: Project; always: Project; chain: object }> {
  const { chain } = await playDemoNode(family)
  const always = await demoUser(family, chain, { own: true, followed: true })
  const user = await demoUser(family, chain, { own: false, followed: true })
  expect(user.query('select * from alerts')).toEqual([])
  return { user, always, chain }
}

/** What moved, and what was found; the rows' numbers tell only in which order. */
function found(user: Project) {
  const contents = contentsOf(user.database, { times: false })
  const status = user.query('select id, status, level, block_hash from alerts order by id')
  const moved = user.query(
    `select chain, block_hash, tx_hash, transfer, direction, amount, own_address, role, party_key, match_key
     from transfer_parties where not orphaned order by 2, 3, 4, 8, 9, 10`,
  )
  return { own: contents?.own_addresses?.length, status, moved }
}

const coverage = async (user: Project) => (await user.run('coverage')).stdout

describe.each(['evm', 'bitcoin'] as const)('own addresses of %s that are registered late', (family) => {
  it('are found backwards with --since, as if they had been own from the start', async () => {
    const { user, always } = await late(family)
    const since = String(first[family])
    const added = await user.run('own', 'import', ownFile(family), '--since', since)
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(added.stdout).toMatch(/rescanned: [1-9]\d* new alerts, 0 reinstated, 0 existed already/)
    expect(found(user)).toEqual(found(always))
    expect(await coverage(user)).not.toContain('registered later')
    expect(user.query('select state from replays')).toEqual([{ state: 'done' }])
  })
})

describe('--since', () => {
  it('leaves a gap of the coverage below it', async () => {
    const { user } = await late('bitcoin')
    const from = first.bitcoin + 5
    const [address = '', kind = ''] =
      readFileSync(ownFile('bitcoin'), 'utf8').split('\n')[1]?.split(',') ?? []
    const done = await user.run('own', 'add', address, '--kind', kind, '--since', String(from), '--json')
    expect(JSON.parse(done.stdout)).toMatchObject({ added: 1, backwards: { from, state: 'done' } })
    expect(await coverage(user)).toContain(
      `gap ${first.bitcoin}–${from - 1}: 1 own addresses were registered later`,
    )
    // Asked again there is nothing to do; asked from further down there is.
    const again = await user.run('own', 'add', address, '--since', String(from), '--json')
    expect(JSON.parse(again.stdout)).toMatchObject({ added: 0, backwards: { state: 'done', known: 0 } })
    await user.run('own', 'add', address, '--since', String(first.bitcoin))
    expect(await coverage(user)).not.toContain('registered later')
    expect(user.query('select 1 from replays')).toHaveLength(2)
  })

  it('is left to the daemon that is running, which reads behind its follower', async () => {
    const { user, always } = await late('bitcoin')
    const daemon = user.start(['run'])
    const pid = () =>
      user.query<{ value: string }>(`select value from meta where key = 'daemon_pid'`)[0]?.value
    await waitFor('the daemon', () => (pid() === String(daemon.pid) ? true : undefined))
    const added = await user.run('own', 'import', ownFile('bitcoin'), '--since', String(first.bitcoin))
    expect(added.stdout).toContain('The running daemon rescans blocks')
    await waitFor('the end of the replay', () => user.query(`select 1 from replays where state = 'done'`)[0])
    daemon.child.kill('SIGTERM')
    expect(await daemon.done).toMatchObject({ code: 0 })
    expect(found(user)).toEqual(found(always))
  })

  it('is queued, and says so, where the running daemon does not follow the chain', async () => {
    const { user, chain } = await late('bitcoin')
    user.configure({ lists: demoLists, chains: [] })
    const stopDaemon = await user.daemon()
    user.configure({ lists: demoLists, chains: [chain] })
    const since = ['--since', String(first.bitcoin)]
    const added = await user.run('own', 'import', ownFile('bitcoin'), ...since)
    expect(added).toMatchObject({ code: 0, stdout: expect.stringContaining('does not follow bitcoin') })
    const range = ['--from', String(first.bitcoin), '--to', String(first.bitcoin + 1)]
    const replay = await user.run('replay', 'bitcoin', ...range)
    expect(replay).toMatchObject({ code: 1, stdout: '' })
    expect(replay.stderr).toContain('The running daemon does not follow bitcoin: its config has no chain.')
    expect(user.query('select cause, state from replays')).toEqual([{ cause: 'added', state: 'pending' }])
    await stopDaemon()
  })

  it('from a block that the node does not have adds the addresses, says so, and asks for nothing', async () => {
    const { user, always } = await late('bitcoin')
    const missing = await user.run('own', 'import', ownFile('bitcoin'), '--since', '1')
    expect(missing.code).toBe(1)
    expect(missing.stderr).toBe(
      'The node of bitcoin has no block 1 (it may be pruned); its first block is 111. The addresses were added, and no rescan was queued: repeat the command with --since 111.\n',
    )
    expect(user.query('select 1 from replays')).toEqual([])
    const later = await user.run('own', 'import', ownFile('bitcoin'), '--since', '111')
    expect(later).toMatchObject({ code: 0, stderr: '' })
    expect(found(user)).toEqual(found(always))
  })

  it('takes the place of an earlier one that the node can not serve, which halts no run', async () => {
    const { user, always, chain } = await late('bitcoin')
    user.configure({ lists: demoLists, chains: [chain], log: { level: 'warn' } })
    await user.own(ownFile('bitcoin'))
    const db = openLedger(user.database)
    askReplay(db, { chain: 'bitcoin', from: 1, ownRevision: 1 }, '2026-01-01T00:00:00.000Z')
    db.close()
    const once = await user.run('run', '--once')
    expect(once.code).toBe(0)
    expect(once.stderr).toContain('has no block 1 (it may be pruned)')
    expect(user.query('select state from replays')).toEqual([{ state: 'pending' }])
    expect(await coverage(user)).toContain('registered later')
    const later = await user.run('own', 'import', ownFile('bitcoin'), '--since', '111')
    expect(later.code).toBe(0)
    expect(later.stderr).toContain('blocks 1 to 110, queued earlier, are no longer queued')
    expect(user.query('select from_height, state from replays')).toEqual([
      { from_height: 111, state: 'done' },
    ])
    expect(await coverage(user)).not.toContain('registered later')
    expect(found(user)).toEqual(found(always))
  })

  it('is done by the next run --once when nobody did it', async () => {
    const { user, always } = await late('bitcoin')
    await user.own(ownFile('bitcoin'))
    const db = openLedger(user.database)
    askReplay(db, { chain: 'bitcoin', from: 111, ownRevision: 1 }, '2026-01-01T00:00:00.000Z')
    db.close()
    expect(await coverage(user)).toContain('a rescan of blocks 111 to 123 is queued')
    await user.follow()
    expect(found(user)).toEqual(found(always))
  })

  it('finds the windows of a descriptor as they were opened', async () => {
    const blocks = [19, 39, 59].map((index) => ({ txs: [pays([own(index)])] }))
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const chain = {
      id: 'bitcoin',
      type: 'bitcoin',
      network: 'regtest',
      rpc: [node.url],
      start: 0,
      verify: 'off',
    }
    const user = newProject({ lists: [], chains: [chain] })
    await user.follow()
    const words = ['own', 'add', '--descriptor', descriptor, '--gap', '20']
    const added = await user.run(...words, '--since', '1', '--json')
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(added.stdout)).toMatchObject({
      descriptors: [{ branch: 0, derived: 20 }, { branch: 1 }],
      backwards: { from: 1, to: 3, state: 'done' },
    })
    expect(user.query('select transfer from transfers')).toHaveLength(3)
    const listed = (await user.run('own', 'list', '--json')).stdout.split('\n')[0] ?? ''
    expect(JSON.parse(listed)).toMatchObject({ branch: 0, derived: 80, used: 59 })
    expect(JSON.parse((await user.run(...words, '--since', '3', '--json')).stdout)).toMatchObject({
      backwards: { state: 'done' },
    })
    const above = await user.run('own', 'add', '--descriptor', descriptor, '--since', '9')
    expect(above).toMatchObject({ code: 2, stdout: '' })
    expect(above.stderr).toContain('Nothing was added: --since 9 is above 3')
  })

  it.each([
    [
      'of a chain that was not followed',
      ['--since', '3', '--chain', 'bitcoin'],
      'No block of bitcoin was screened yet',
    ],
    [
      'of no chain',
      ['--since', '3', '--chain', 'nowhere'],
      'no chain of the config is named "nowhere"; it has: ',
    ],
    ['that is no height', ['--since', 'yesterday', '--chain', 'bitcoin'], '"yesterday" is no block height'],
    ['of one of two chains', ['--since', '3'], 'these fit: evm, bitcoin'],
  ])('%s is refused before anything is added', async (_name, words, reason) => {
    const chains = [
      { id: 'evm', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 },
      { id: 'bitcoin', type: 'bitcoin', network: 'regtest', rpc: ['http://127.0.0.1:1'], start: 0 },
    ]
    const user = newProject({ lists: [], chains })
    const refused = await user.run('own', 'import', ownFile('bitcoin'), ...words)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(reason)
    expect(user.query('select * from own_addresses')).toEqual([])
  })
})
