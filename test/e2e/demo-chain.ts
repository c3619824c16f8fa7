import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { createReplayNode, type ReplayNode } from '../../src/chains/recording/replay-node.ts'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { fillOnce, newProject, type Project } from './project.ts'

export type DemoFamily = 'evm' | 'bitcoin'

/** One alert that a recorded chain must raise; see data/chains/README.md. */
export interface DemoTruth {
  name: string
  direction: string
  txHash: string
  transfer: string
  asset: string
  symbol: string | null
  own: string
  counterparty: string
  role: string
  match: string
  level: string
  tags: string[]
  listedAtTransfer: string
  /** `current`: pending or final. */
  status: 'current' | 'orphaned'
  list: 'bundled' | 'demo'
  entry: string
  blockHeight: number
  blockHash: string
  amount: string
  reinstated?: boolean
}

export function demoFile(name: string): string {
  return fileURLToPath(new URL(`../../data/chains/${name}`, import.meta.url))
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(demoFile(name), 'utf8'))
}

/** What the recorded chain must raise, without the names and remarks for people. */
export function demoTruth(family: DemoFamily): Omit<DemoTruth, 'name' | 'reinstated'>[] {
  const { alerts } = readJson<{ alerts: DemoTruth[] }>(`demo-${family}.truth.json`)
  return alerts.map((alert) => ({ ...factsOf(alert), entry: anyCase(alert.entry) })).sort(byPlace)
}

/** OFAC writes EVM addresses in any case, the truth always with EIP-55's. */
function anyCase(entry: string): string {
  return entry.startsWith('0x') ? entry.toLowerCase() : entry
}

/** Alerts in the words of the truth, and in its order. */
export function inWordsOfTruth(rows: readonly AlertRow[]) {
  return rows
    .map((row) => ({
      direction: row.direction,
      txHash: row.tx_hash,
      transfer: row.transfer,
      asset: row.asset,
      symbol: row.symbol,
      own: row.own_address,
      counterparty: row.counterparty,
      role: row.role,
      match: row.match,
      level: row.level,
      tags: JSON.parse(row.tags),
      listedAtTransfer: row.listed_at_transfer,
      status: row.status === 'orphaned' ? 'orphaned' : 'current',
      list: row.list_id === 'ofac' ? 'bundled' : row.list_id,
      entry: anyCase(row.entry_address),
      blockHeight: row.block_height,
      blockHash: row.block_hash,
      amount: row.amount,
    }))
    .sort(byPlace)
}

const factsOf = ({ name: _, reinstated: __, ...facts }: DemoTruth & { orphanedHash?: string }) => {
  const { orphanedHash: ___, ...rest } = facts
  return rest
}

function byPlace(
  a: { txHash: string | null; transfer: string | null; counterparty: string | null },
  b: typeof a,
): number {
  const place = (one: typeof a) => [one.txHash, one.transfer, one.counterparty].join(' ')
  return place(a) < place(b) ? -1 : 1
}

/** A node that plays a recorded chain until the test ends, and what a config says of that chain. */
export async function playDemoNode(
  family: DemoFamily,
  view?: number,
): Promise<{ node: ReplayNode; chain: Record<string, unknown> }> {
  const node = await createReplayNode(
    demoFile(`demo-${family}.recording.jsonl.gz`),
    view === undefined ? {} : { view },
  )
  onTestFinished(() => node.close())
  const about = readJson<{ firstBlock: number; tokens?: unknown }>(`demo-${family}.json`)
  const common = { id: family, rpc: [node.url], start: about.firstBlock, finality: { depth: 6 } }
  const chain =
    family === 'evm'
      ? { ...common, type: 'evm', chainId: 31337, tokens: about.tokens }
      : { ...common, type: 'bitcoin', network: 'regtest' }
  return { node, chain }
}

/** The lists that the demo loads. */
export const demoLists = [
  { id: 'ofac', file: 'bundled' },
  { id: 'demo', format: 'csv', file: demoFile('demo-bitcoin.list.csv') },
]

/** A user of the demo's lists and of one recorded chain, made once in each worker. @param chain its config, as `playDemoNode` says it. */
export async function demoUser(
  family: DemoFamily,
  chain: object,
  options: { own: boolean; followed: boolean },
): Promise<Project> {
  const user = newProject()
  await fillOnce(user, `demo ${family} ${JSON.stringify(options)}`, async () => {
    await fillOnce(user, 'demo lists', async () => {
      user.configure({ lists: demoLists })
      await user.follow()
    })
    user.configure({ lists: demoLists, chains: [chain] })
    if (options.own) await user.own(demoFile(`demo-${family}.own.csv`))
    if (options.followed) await user.follow()
  })
  user.configure({ lists: demoLists, chains: [chain] })
  return user
}
