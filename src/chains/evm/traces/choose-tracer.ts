import { ChainscreenError, messageOf } from '../../../errors.ts'
import { checkHeader } from '../check-block.ts'
import type { RpcClient } from '../rpc/client.ts'
import { isMethodMissing, RpcRefusal } from '../rpc/refusal.ts'
import type { RpcHeader } from '../types.ts'
import { callTracer, type Tracer, traceBlock } from './tracer.ts'

/** How traces are read, or why they can't be. */
export type TracerChoice = { tracer: Tracer } | { tracer: null; reason: string }

/** How far back a block with transactions is looked for. */
const farthest = 16

/**
 * Finds out which traces a node serves, by asking for those of a recent block with transactions. A node that has
 * neither kind says so by -32601, or refuses the tracer (-32602) or the method (HTTP 401, 403); any other refusal is
 * looked at twice, at two blocks, before it counts.
 *
 * @throws ChainscreenError whatever a call may throw that says nothing about traces.
 */
export async function chooseTracer(
  rpc: RpcClient,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<TracerChoice> {
  const blocks = await probeBlocks(rpc, signal)
  const reasons: string[] = []
  for (const tracer of [callTracer(timeoutMs), traceBlock]) {
    const refused = await refusalOf(tracer, blocks, rpc, signal)
    if (refused === null) return { tracer }
    reasons.push(refused)
  }
  return { tracer: null, reason: reasons.join(' ') }
}

/** Why a node does not serve these traces, or `null` where it does. */
async function refusalOf(
  tracer: Tracer,
  blocks: readonly ProbeBlock[],
  rpc: RpcClient,
  signal?: AbortSignal,
): Promise<string | null> {
  let reason: string | null = null
  for (const block of blocks) {
    try {
      const answer = await tracer.ask(rpc, block, { signal })
      if (served(answer, block)) return null
      reason = `The node at ${rpc.endpoint} answered ${tracer.name} of a block with transactions with nothing.`
    } catch (error) {
      if (!aboutMethod(error)) throw error
      // Blocks without transactions are refused by some (geth: the genesis block): the method is there all the same.
      if (!block.hasTransactions && !isDefinite(error)) return null
      reason = messageOf(error)
      if (isDefinite(error)) return reason
    }
  }
  return reason
}

function served(answer: unknown, block: ProbeBlock): boolean {
  return Array.isArray(answer) && (answer.length > 0 || !block.hasTransactions)
}

/** The node refused, as opposed to: it did not answer, or does not have this block (any more). */
function aboutMethod(error: unknown): boolean {
  if (error instanceof RpcRefusal) return error.code === 'node-bad-answer'
  return error instanceof ChainscreenError && error.code === 'node-auth'
}

/** Asking again would give the same. */
function isDefinite(error: unknown): boolean {
  return !(error instanceof RpcRefusal) || isMethodMissing(error) || error.rpcCode === -32602
}

interface ProbeBlock {
  hash: string
  number: string
  hasTransactions: boolean
}

/** Two recent blocks with transactions, as far as there are some; else the latest block. */
async function probeBlocks(rpc: RpcClient, signal?: AbortSignal): Promise<ProbeBlock[]> {
  const first = await rpc.call({ method: 'eth_getBlockByNumber', params: ['latest', false] }, { signal })
  let block = probeBlock(first, 'eth_getBlockByNumber')
  const latest = block
  const found: ProbeBlock[] = []
  for (let i = 0; i < farthest && block !== null; i++) {
    if (block.hasTransactions && found.push(block) === 2) break
    if (Number(block.number) === 0) break
    const parent = [block.parentHash, false] as [string, boolean]
    const answer = await rpc.call({ method: 'eth_getBlockByHash', params: parent }, { signal })
    block = probeBlock(answer, 'eth_getBlockByHash')
  }
  return found.length > 0 || latest === null ? found : [latest]
}

function probeBlock(answer: unknown, method: string): (ProbeBlock & RpcHeader) | null {
  if (answer === null) return null
  const header = checkHeader(answer, method)
  const { transactions } = answer as { transactions?: unknown }
  return { ...header, hasTransactions: Array.isArray(transactions) && transactions.length > 0 }
}
