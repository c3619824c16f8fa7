import { beforeAll, describe, expect, it } from 'vitest'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { type FakeNode, startFakeNode } from '../chains/bitcoin/fake-node.ts'
import { readNodeBlock, readScenario, type Scenario } from '../chains/bitcoin/reference-chain.ts'
import { hasShared } from '../shared.ts'
import { contentsOf } from './database.ts'
import { newProject, type Project } from './project.ts'

type NodeBlock = ReturnType<typeof readNodeBlock>

describe.skipIf(!hasShared)(
  'the chain that Bitcoin Core recorded, end to end (needs the reference data)',
  () => {
    let scenario: Scenario
    let winner: NodeBlock[]
    let loser: NodeBlock[]

    beforeAll(() => {
      scenario = readScenario()
      const { chain, reorg } = scenario
      winner = chain.map(readNodeBlock)
      loser = [...winner.slice(0, reorg.forkHeight + 1), ...reorg.branchA.map(readNodeBlock)]
    })

    /** A user with the scenario's own addresses and a list of its listed ones, beside this node. */
    async function userBeside(node: FakeNode): Promise<Project> {
      const user = newProject()
      const list = scenario.listed.map(({ address }) => `${address},Fictitious Party,TEST,2010-01-01`)
      const file = user.file('list.csv', ['address,subject,program,listed_on', ...list, ''].join('\n'))
      user.configure({
        lists: [{ id: 'house', format: 'csv', file }],
        chains: [{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: 0 }],
      })
      const own = scenario.own.map(({ address, kind }, index) => `${address},${kind},ref-${index}`)
      const ownFile = user.file('own.csv', ['address,kind,reference', ...own, ''].join('\n'))
      expect(await user.run('own', 'import', ownFile)).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^5 added/),
      })
      return user
    }

    /** A node that has both branches, with one of them as its best chain. */
    const nodeAt = (chain: NodeBlock[], rest = true) =>
      startFakeNode({ chain, stale: [...loser, ...winner], rest })

    /** What must be found, and nothing else. The truth has amounts in BTC. */
    const expectedOn = (branch: 'winner' | 'loser') =>
      scenario.truth
        .filter(
          ({ expect: { match = 'none', orphaned = false } }) =>
            match !== 'none' && orphaned === (branch === 'loser'),
        )
        .map(({ txid, expect: { direction, own, counterparty, role, match, amount = 0 } }) =>
          [txid, direction, own, counterparty, role, match, Math.round(amount * 1e8)].join(' '),
        )
        .sort()

    const found = (user: Project, where = 'true') =>
      user
        .query<AlertRow>(`select * from alerts where ${where}`)
        .map((row) =>
          [
            row.tx_hash,
            row.direction,
            row.own_address,
            row.counterparty,
            row.role,
            row.match,
            row.amount,
          ].join(' '),
        )
        .sort()

    const eventsOf = (user: Project, tx: string) =>
      user
        .query<{ kind: string }>(
          'select kind from alert_events where alert_id in (select id from alerts where tx_hash = ?) order by seq',
          tx,
        )
        .map(({ kind }) => kind)

    it.each([
      ['REST', true],
      ['getblock 3', false],
    ])('raises the true alerts and no other over %s', async (_, rest) => {
      const node = await nodeAt(winner, rest)
      const user = await userBeside(node)
      expect(await user.run('run', '--once')).toEqual({ code: 0, stdout: '', stderr: '' })
      expect(expectedOn('winner')).toHaveLength(10)
      expect(found(user)).toEqual(expectedOn('winner'))
      expect(node.requests.some((request) => request.startsWith('GET /rest/block/'))).toBe(rest)
      expect(node.requests.some((request) => request.startsWith('getblock '))).toBe(!rest)
    })

    it('writes the same rows over both ways, in every table', async () => {
      const contents = []
      for (const rest of [true, false]) {
        const user = await userBeside(await nodeAt(winner, rest))
        expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
        contents.push(contentsOf(user.database, { times: false }))
      }
      expect(contents[0]?.alerts).toHaveLength(10)
      expect(contents[1]).toEqual(contents[0])
    })

    it('grades and dates what it finds', async () => {
      const user = await userBeside(await nodeAt(winner))
      await user.follow()
      const graded = (column: string) =>
        user.query(`select ${column} as what, count(*) as n from alerts group by 1 order by 1`)
      expect(graded('level')).toEqual([
        { what: 'high', n: 6 },
        { what: 'low', n: 2 },
        { what: 'medium', n: 2 },
      ])
      expect(graded('tags')).toEqual([
        { what: '["dust"]', n: 1 },
        { what: '[]', n: 9 },
      ])
      expect(graded('listed_at_transfer')).toEqual([{ what: 'yes', n: 10 }])
      expect(graded('status')).toEqual([{ what: 'final', n: 10 }])
      const sameKey = user.query(`select distinct entry_address from alerts where match = 'same-key'`)
      expect(sameKey).toEqual([{ entry_address: 'mrHFjVzwAEfv9bPqbeD6baMbBHvNCruvmW' }])
    })

    it('orphans the alert of a branch that lost, and raises none for the winner', async () => {
      const lost = scenario.truth.find(({ expect: { orphaned } }) => orphaned)?.txid ?? ''
      const node = await nodeAt(loser)
      const user = await userBeside(node)
      expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
      expect(found(user)).toEqual([...expectedOn('winner'), ...expectedOn('loser')].sort())
      expect(user.query('select status from alerts where tx_hash = ?', lost)).toEqual([{ status: 'pending' }])

      node.state.chain = winner
      expect(await user.run('run', '--once')).toMatchObject({ code: 0 })
      expect(found(user, `status = 'orphaned'`)).toEqual(expectedOn('loser'))
      expect(found(user, `status != 'orphaned'`)).toEqual(expectedOn('winner'))
      expect(eventsOf(user, lost)).toEqual(['created', 'orphaned'])
      expect(user.query(`select count(*) as n from alert_events where kind = 'created'`)).toEqual([{ n: 11 }])
      const tip = winner.at(-1)
      expect(user.query('select cursor_height, cursor_hash from chains')).toEqual([
        { cursor_height: tip?.height, cursor_hash: tip?.hash },
      ])
    })

    it('ends with the same alerts and coverage, whether it saw the losing branch or not', async () => {
      const node = await nodeAt(loser)
      const both = await userBeside(node)
      await both.follow()
      node.state.chain = winner
      await both.follow()
      const one = await userBeside(await nodeAt(winner))
      await one.follow()
      const standing = `select id, status, block_hash from alerts where status != 'orphaned' order by id`
      expect(both.query(standing)).toEqual(one.query(standing))
      const proof = 'select from_height, to_height, level, digest, last_hash from coverage'
      expect(both.query(proof)).toEqual(one.query(proof))
    })
  },
)
