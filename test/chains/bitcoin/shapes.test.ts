import { readFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createReplayNode } from '../../../src/chains/recording/replay-node.ts'
import type { AlertRow } from '../../../src/ledger/alerts/alert-queries.ts'
import { demoFile } from '../../e2e/demo-chain.ts'
import { newProject } from '../../e2e/project.ts'

interface Truth {
  name: string
  txHash: string
  transfer: string
  direction: string
  role: string
  match: string
  entry: string
  level: string
  amount: string
  tags: string[]
}

const file = (end: string) => demoFile(`shapes-bitcoin.${end}`)
const truth = () => (JSON.parse(readFileSync(file('truth.json'), 'utf8')) as { alerts: Truth[] }).alerts

const inOrder = (rows: readonly Omit<Truth, 'name'>[]) => rows.map((row) => JSON.stringify(row)).sort()

/** Every shape and every form of script, as a Bitcoin Core recorded them; see docs/bitcoin.md. */
async function follow(rest: boolean) {
  const node = await createReplayNode(file('recording.jsonl.gz'), { spenttxouts: rest })
  onTestFinished(() => node.close())
  const { firstBlock } = JSON.parse(readFileSync(file('json'), 'utf8'))
  const user = newProject({
    lists: [{ id: 'shapes', format: 'csv', file: file('list.csv') }],
    chains: [{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: firstBlock }],
  })
  await user.own(file('own.csv'))
  await user.follow()
  return user
}

describe('every shape of transaction, recorded from a Bitcoin Core', () => {
  it.each([
    ['REST', true],
    ['getblock 3', false],
  ])('raises what must come out over %s, and proves true', async (_, rest) => {
    const user = await follow(rest)
    const found = user.query<AlertRow>('select * from alerts').map((row) => ({
      txHash: row.tx_hash ?? '',
      transfer: row.transfer ?? '',
      direction: row.direction ?? '',
      role: row.role,
      match: row.match,
      entry: row.entry_address,
      level: row.level,
      amount: row.amount ?? '',
      tags: JSON.parse(row.tags),
    }))
    const expected = truth().map(
      ({ txHash, transfer, direction, role, match, entry, level, amount, tags }) => ({
        ...{ txHash, transfer, direction, role, match, entry, level, amount, tags },
      }),
    )
    expect(inOrder(found)).toEqual(inOrder(expected))
    expect(user.query('select distinct level from coverage')).toEqual([{ level: 'full' }])
    expect(user.query('select * from unscreened')).toEqual([])
    // A payout of 3,000 outputs: a party for each transfer, and not one for each pair of them.
    const [most] = user.query<{ parties: number }>(
      'select count(*) as parties from parties group by transaction_id order by parties desc',
    )
    expect(most?.parties).toBeLessThan(2 * 3000)
  })
})
