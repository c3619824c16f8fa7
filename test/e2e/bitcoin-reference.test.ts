import { beforeAll, describe, expect, it } from 'vitest'
import type { AlertRow } from '../../src/ledger/alert-queries.ts'
import { type FakeNode, startFakeNode } from '../chains/bitcoin/fake-node.ts'
import { readNodeBlock, readScenario, type Scenario } from '../chains/bitcoin/reference-chain.ts'
import { hasShared } from '../shared.ts'
import { contentsOf } from './database.ts'
import { newProject, type Project } from './project.ts'

type NodeBlock = ReturnType<typeof readNodeBlock>

describe.skipIf(!hasShared)('the chain that Bitcoin Core recorded, end to end (needs the reference data)', () => {
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
    expect(await user.run('own', 'import', ownFile)).toMatchObject({ code: 0, stdout: /^5 added/ })
    return user
  }

  it('explores', async () => {
    const node = await startFakeNode({ chain: winner, stale: loser })
    const user = await userBeside(node)
    const r = await user.run('run', '--once')
    console.log(r, contentsOf(user.database)?.coverage, user.query<AlertRow>('select tx_hash,direction,own_address,counterparty,role,match,amount,transfer,status,level,tags,listed_at_transfer from alerts order by block_height'))
    console.log(scenario.truth.map(t=>[t.name,t.txid,t.expect.match]))
  })
})
