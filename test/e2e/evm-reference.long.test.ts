import { describe, expect, it } from 'vitest'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { hasShared } from '../shared.ts'
import { type AnvilScenario, readAnvilScenario, serveAnvilChain } from './anvil-chain.ts'
import { newProject, type Project } from './project.ts'

/** A user with the scenario's own addresses, a list of its listed ones, and its tokens as known, beside this node. */
async function userBeside(url: string): Promise<Project> {
  const { own, listed, contracts, chainId } = readAnvilScenario()
  const user = newProject()
  const list = Object.entries(listed).map(([name, address]) => `${address},${name},2020-01-01`)
  const file = user.file('list.csv', ['address,subject,listed_on', ...list, ''].join('\n'))
  const token = (symbol: string, decimals: number) => ({ address: contracts[symbol], symbol, decimals })
  user.configure({
    lists: [{ id: 'house', format: 'csv', file }],
    chains: [
      {
        id: 'anvil',
        type: 'evm',
        chainId,
        rpc: [url],
        start: 0,
        finality: { tag: 'finalized', depth: 4 },
        tokens: [token('usdx', 6), token('nft', 0), token('multi', 0)],
      },
    ],
  })
  const rows = Object.entries(own).map(([name, address]) => `${address},deposit,${name}`)
  const ownFile = user.file('own.csv', ['address,kind,reference', ...rows, ''].join('\n'))
  expect(await user.run('own', 'import', ownFile)).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^8 added/),
  })
  return user
}

type Truth = AnvilScenario['alerts'][number]

/** The scenario's words for roles in ours. */
const rolesOf = {
  counterparty: ['source', 'destination'],
  operator: ['operator', 'initiator'],
  initiator: ['initiator'],
  recipient: ['onward'],
}

/** Only call traces tell of these: without them `coverage` says for every block that they were not read. */
const needTraces = [
  'create-selfdestruct',
  'internal-delegatecall',
  'internal-deposit-contract-listed',
  'internal-deposit-initiator-listed',
  // A transaction with a value, but who got how much of it inside the contract is in its frames.
  'withdrawal-batch',
]

/** Everything of an alert that the truth speaks of, but the role: the two sides have other words for it. */
function lineOf(row: AlertRow): string {
  const [, contract] = row.asset?.split(':') ?? []
  const parts = [
    row.tx_hash,
    row.direction,
    row.own_address,
    row.entry_address,
    contract ?? row.asset,
    row.amount,
  ]
  return [...parts.map((part) => part?.toLowerCase()), row.tags === '[]'].join(' ')
}

function lineOfTruth(truth: Truth): string {
  const { txid, direction, own, listed, asset, amount, genuine } = truth
  return [txid, direction, own, listed, asset, amount, genuine].join(' ')
}

const all = (user: Project, where = 'true') =>
  user.query<AlertRow>(`select * from alerts where ${where} order by block_height, id`)

describe.skipIf(!hasShared)('the recorded anvil chain, end to end (needs the reference data)', () => {
  const scenario: AnvilScenario | null = hasShared ? readAnvilScenario() : null
  const truth = scenario?.alerts ?? []
  const truthOf = (branch: Truth['branch']) => truth.filter((one) => one.branch === branch)
  const txOf = (name: string) => truth.find((one) => one.case === name)?.txid ?? ''

  /** A user who followed the branch that loses, and then the winner. */
  async function followed(
    branches: readonly Truth['branch'][] = ['orphan', 'main'],
    traces = true,
  ): Promise<Project> {
    const node = await serveAnvilChain('main', { traces })
    const user = await userBeside(node.url)
    for (const branch of branches) {
      node.take(branch)
      await user.follow()
    }
    return user
  }

  it('raises the true alerts and no other, and says that it read every block whole', async () => {
    const user = await followed(['main'])
    expect(truth).toHaveLength(29)
    expect(truthOf('main')).toHaveLength(27)
    expect(all(user).map(lineOf).sort()).toEqual(truthOf('main').map(lineOfTruth).sort())
    for (const row of all(user)) {
      const known = truthOf('main').find((one) => lineOfTruth(one) === lineOf(row))
      expect(rolesOf[known?.role ?? 'recipient'], known?.case).toContain(row.role)
      const direct = row.role === 'source' || row.role === 'destination'
      expect(row.level, known?.case).toBe(!known?.genuine ? 'low' : direct ? 'high' : 'medium')
      expect(row.status).toBe('final')
      expect(row.listed_at_transfer).toBe('yes')
      expect(row.block_height).toBe(known?.block)
    }
    expect(user.query('select from_height, to_height, level from coverage')).toEqual([
      { from_height: 0, to_height: 33, level: 'full' },
    ])
    expect(user.query(`select * from unscreened where what = 'traces'`)).toEqual([])
  })

  it('beside a node without traces says so in its coverage, and these are the cases that it misses', async () => {
    const user = await followed(['main'], false)
    const found = new Set(all(user).map(({ tx_hash }) => tx_hash))
    const missed = truthOf('main').filter(({ txid }) => !found.has(txid))
    expect(missed.map((one) => one.case).sort()).toEqual(needTraces)
    expect(missed.filter(({ via }) => via !== 'trace').map(({ role }) => role)).toEqual(['recipient'])
    expect(user.query('select from_height, to_height, level from coverage')).toEqual([
      { from_height: 0, to_height: 33, level: 'logs' },
    ])
    expect(user.query(`select from_height, to_height, what from unscreened where what = 'traces'`)).toEqual([
      { from_height: 0, to_height: 33, what: 'traces' },
    ])
    expect((await user.run('coverage')).stdout).toMatch(/gap 0–33: traces: .*debug_traceBlockByHash/)
  })

  it('takes back what a branch that lost had, and reinstates what both have, with the same id', async () => {
    const node = await serveAnvilChain('orphan')
    const user = await userBeside(node.url)
    expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
    const before = all(user, 'block_height > 17')
    expect(before.map((row) => [row.tx_hash, row.block_height, row.status])).toEqual([
      [txOf('reorg-withdrawal-vanishes'), 18, 'pending'],
      [txOf('reorg-deposit-moves'), 19, 'pending'],
      [txOf('reorg-token-vanishes'), 20, 'pending'],
    ])

    node.take('main')
    expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
    const orphaned = all(user, `status = 'orphaned'`)
    expect(orphaned.map(lineOf).sort()).toEqual(truthOf('orphan').map(lineOfTruth).sort())
    expect(all(user, `status = 'final'`).map(lineOf).sort()).toEqual(truthOf('main').map(lineOfTruth).sort())

    const [moved] = before.filter(({ tx_hash }) => tx_hash === txOf('reorg-deposit-moves'))
    const [again] = all(user, `tx_hash = '${txOf('reorg-deposit-moves')}'`)
    expect(again).toMatchObject({ id: moved?.id, block_height: 20, status: 'final' })
    expect(again?.block_hash).not.toBe(moved?.block_hash)
    const events = (tx: string) =>
      user
        .query<{ kind: string }>(
          'select e.kind from alert_events e join alerts a on a.id = e.alert_id where a.tx_hash = ? order by seq',
          tx,
        )
        .map(({ kind }) => kind)
    expect(events(txOf('reorg-deposit-moves'))).toEqual(['created', 'orphaned', 'reinstated', 'final'])
    expect(events(txOf('reorg-token-vanishes'))).toEqual(['created', 'orphaned'])
  })

  it('ends with the same alerts and coverage, whether it saw the losing branch or not', async () => {
    const [both, one] = [await followed(), await followed(['main'])]
    expect(all(both, `status != 'orphaned'`).map(({ created_at: _, ...row }) => row)).toEqual(
      all(one).map(({ created_at: _, ...row }) => row),
    )
    const proof = 'select from_height, to_height, level, digest, last_hash from coverage'
    expect(both.query(proof)).toEqual(one.query(proof))
  })
})
