import { readdirSync, readFileSync } from 'node:fs'
import { type FakeNode, rpcError, startFakeNode } from '../chains/evm/fake-node.ts'
import { sharedPath } from '../shared.ts'

/** What the makers of the recorded anvil chain know to be true. */
export interface AnvilScenario {
  chainId: number
  own: Record<string, string>
  listed: Record<string, string>
  contracts: Record<string, string>
  alerts: {
    case: string
    txid: string
    block: number
    branch: 'main' | 'orphan'
    direction: string
    own: string
    listed: string
    role: 'counterparty' | 'operator' | 'initiator' | 'recipient'
    asset: string
    amount: string
    via: 'tx' | 'log' | 'trace'
    genuine: boolean
  }[]
  canonical: { number: number; hash: string }[]
  orphaned: { number: number; hash: string }[]
}

export type Branch = 'main' | 'orphan'

interface ServedBlock {
  block: { number: string; hash: string; transactions: { hash: string }[] }
  receipts: unknown[]
  traces: unknown[]
}

const folder = sharedPath('data/evm-anvil/')

export function readAnvilScenario(): AnvilScenario {
  return JSON.parse(readFileSync(`${folder}scenario.json`, 'utf8'))
}

/**
 * Serves the recorded chain as anvil did, until the test ends: one branch at a time, and what is not on it is null.
 * Its finalized block lies 8 under the head.
 *
 * @param options.traces whether it has the debug namespace.
 */
export async function serveAnvilChain(
  branch: Branch,
  { traces = true } = {},
): Promise<FakeNode & { take(branch: Branch): void }> {
  const { chainId, canonical, orphaned } = readAnvilScenario()
  const served = new Map<string, ServedBlock>()
  for (const file of readdirSync(`${folder}blocks`)) {
    const one: ServedBlock = JSON.parse(readFileSync(`${folder}blocks/${file}`, 'utf8'))
    served.set(one.block.hash, one)
  }
  const fork = orphaned[0]?.number ?? 0
  const branches = { main: canonical, orphan: [...canonical.slice(0, fork), ...orphaned] }
  let chain = branches[branch]
  const at = (tag: unknown) => {
    const head = chain.length - 1
    const tags: Record<string, number> = { latest: head, safe: head - 4, finalized: head - 8 }
    return served.get(chain[tags[String(tag)] ?? Number(tag)]?.hash ?? '')
  }
  const byHash = (hash: unknown) =>
    chain.some((one) => one.hash === hash) ? served.get(String(hash)) : undefined
  const shown = (one: ServedBlock | undefined, whole: unknown) =>
    one === undefined || whole
      ? (one?.block ?? null)
      : { ...one.block, transactions: one.block.transactions.map(({ hash }) => hash) }
  const node = await startFakeNode({
    eth_chainId: () => `0x${chainId.toString(16)}`,
    eth_syncing: () => false,
    web3_clientVersion: () => 'anvil/v1.7.1',
    eth_getBlockByNumber: ([tag, whole]) => shown(at(tag), whole),
    eth_getBlockByHash: ([hash, whole]) => shown(byHash(hash), whole),
    eth_getBlockReceipts: ([block]) => (byHash(block) ?? at(block))?.receipts ?? null,
    ...(traces && {
      debug_traceBlockByHash: ([hash], response) =>
        byHash(hash)?.traces ?? rpcError(-32001, 'Resource not found')([], response),
    }),
  })
  return Object.assign(node, {
    take: (next: Branch) => {
      chain = branches[next]
    },
  })
}
