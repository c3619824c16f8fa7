import { describe, expect, it } from 'vitest'
import type { AlertRow } from '../../src/ledger/alert-queries.ts'
import { hasShared } from '../shared.ts'
import { type AnvilScenario, readAnvilScenario, serveAnvilChain } from './anvil-chain.ts'
import { newProject, type Project } from './project.ts'

async function userBeside(url: string, { own, listed, contracts, chainId }: AnvilScenario): Promise<Project> {
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
  expect(await user.run('own', 'import', ownFile)).toMatchObject({ code: 0, stdout: /^8 added/ })
  return user
}

describe.skipIf(!hasShared)('the recorded anvil chain, end to end (needs the reference data)', () => {
  it('explores', async () => {
    const scenario = readAnvilScenario()
    const node = await serveAnvilChain('orphan')
    const user = await userBeside(node.url, scenario)
    console.log(await user.run('run', '--once'))
    console.log(user.query('select head_height, final_height,cursor_height from chains'))
    node.take('main')
    console.log(await user.run('run', '--once'))
    console.log(user.query('select head_height, final_height,cursor_height from chains'))
    const rows = user.query<AlertRow>('select * from alerts order by block_height')
    for (const r of rows) console.log([r.block_height, r.status, scenario.alerts.find(a=>a.txid===r.tx_hash)?.case, r.direction, r.own_address, r.counterparty, r.role, r.asset, r.amount, r.level, r.tags, r.transfer].join(' '))
    console.log(user.query('select * from unscreened'), (await user.run('coverage')).stdout)
    console.log(scenario.alerts.filter(a => !rows.some(r=>r.tx_hash===a.txid)))
  })
})
