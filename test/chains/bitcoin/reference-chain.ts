import { readFileSync } from 'node:fs'
import { sharedPath } from '../../shared.ts'
import type { NodeBlock } from './fake-node.ts'

export interface Expectation {
  direction: 'deposit' | 'withdrawal' | 'internal' | 'none'
  own?: string
  /** BTC. */
  amount?: number
  counterparty?: string | null
  role?: string
  match?: string
  orphaned?: boolean
}

export interface Scenario {
  own: { address: string; kind: string }[]
  listed: { address: string }[]
  chain: string[]
  reorg: { forkHeight: number; branchA: string[] }
  truth: { name: string; txid: string; expect: Expectation }[]
}

const folder = (name: string) => sharedPath(`data/bitcoin-core-regtest/${name}`)

export function readScenario(): Scenario {
  return JSON.parse(readFileSync(folder('scenario.json'), 'utf8'))
}

/** A recorded block as the node served it. */
export function readNodeBlock(hash: string): NodeBlock {
  const verbose = readFileSync(folder(`blocks/${hash}.json`), 'utf8')
  const { height, time, previousblockhash = '0'.repeat(64) } = JSON.parse(verbose)
  return {
    hash,
    height,
    time,
    parentHash: previousblockhash,
    block: readFileSync(folder(`blocks/${hash}.bin`)),
    spent: readFileSync(folder(`blocks/${hash}.spent`)),
    verbose,
  }
}
