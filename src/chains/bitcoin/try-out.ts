import { z } from 'zod'
import { ChainscreenError, isMissing, messageOf } from '../../diagnostics/errors.ts'
import type { RpcCall } from '../node-http/json-rpc.ts'
import type { NodeClient } from '../node-http/node-client.ts'
import type { SourceBlock, Trial } from '../source.ts'
import { MethodUnavailable, SpentMissing } from './block-reader.ts'
import { RestReader } from './rest-reader.ts'
import { isRefusedMethod, type RpcClient, RpcError } from './rpc-client.ts'
import { chainInfoSchema } from './rpc-schemas.ts'

const nothing = '0'.repeat(64)

/** Calls that cost the node nothing, for each method that is needed later than at once. Source: docs/bitcoin.md has all methods. */
const laterCalls: readonly (RpcCall & { state: 'warn' | 'fail'; without: string })[] = [
  {
    ...{ method: 'getblockheader', params: [nothing, true], state: 'fail' },
    without: 'no head is proved (`verify: strict`), and the first reorg halts the chain',
  },
  {
    ...{ method: 'getblock', params: [nothing, 0], state: 'warn' },
    without: 'a block that REST can not serve halts the chain',
  },
  {
    ...{ method: 'getindexinfo', params: [], state: 'warn' },
    without: 'the txindex is not used if undo data is missing',
  },
  {
    ...{ method: 'getrawtransaction', params: [nothing, false], state: 'warn' },
    without: 'the txindex is not used if undo data is missing',
  },
]

export interface TryOutOptions {
  node: NodeClient
  rpc: RpcClient
  /** Reads the block at a height as a follower does. */
  block: (height: number, signal?: AbortSignal) => Promise<SourceBlock>
  /** Gives the memory of such a block back. */
  release: (block: SourceBlock) => void
  /** How blocks are read: the best method that worked when the node was opened. */
  reads: string
  /** Whether it can be asked to wait for heads. */
  waits: boolean
}

/** Tries what following will need of a node: the next block, REST, and each method that is called later. */
export async function tryOut(options: TryOutOptions, next: number, signal?: AbortSignal): Promise<Trial[]> {
  const { node, rpc } = options
  const info = await rpc.call({ method: 'getblockchaininfo', params: [] }, chainInfoSchema, signal)
  const trials = [await tryBlock(options, Math.min(next, info.blocks), info.pruneheight, signal)]
  trials.push(...(await tryRest(new RestReader(node), info.bestblockhash, options.reads, signal)))
  for (const { state, without, ...call } of laterCalls) {
    const refusal = await refusalOf(rpc, call, signal)
    if (refusal === null) continue
    const advice = `let rpcwhitelist name ${call.method}: without it ${without}`
    trials.push({ state, found: refusal, advice })
  }
  if (!options.waits) trials.push(polled)
  return trials
}

const polled: Trial = {
  state: 'ok',
  found: 'heads are polled: it has no waitfornewblock as of Bitcoin Core 30, or rpcwhitelist leaves it out',
  advice: null,
}

async function tryBlock(
  { node, block, release }: TryOutOptions,
  height: number,
  pruneHeight: number | undefined,
  signal?: AbortSignal,
): Promise<Trial> {
  if (pruneHeight !== undefined && height < pruneHeight) {
    return {
      state: 'fail',
      block: 'missing',
      found: `the node at ${node.endpoint} has pruned its blocks below ${pruneHeight}, and the next to read is ${height}`,
      advice: `use a node that has them (prune=0), or set start to ${pruneHeight} or above on a new database`,
    }
  }
  try {
    const read = await block(height, signal)
    release(read)
    const found = `read block ${height} at level ${read.level}`
    if (read.level === 'full') return { state: 'ok', block: 'served', found, advice: null }
    const advice =
      'run Bitcoin Core 30 with rest=1, or with txindex=1, and with its undo data: until then withdrawals are not found'
    return { state: 'warn', block: 'served', found: `${found}: ${read.unscreened[0]?.reason ?? ''}`, advice }
  } catch (error) {
    const missing = isMissing(error) ? { block: 'missing' as const } : {}
    return {
      state: 'fail',
      ...missing,
      found: `block ${height}: ${messageOf(error)}`,
      advice: detailsOf(error),
    }
  }
}

async function tryRest(
  rest: RestReader,
  hash: string,
  reads: string,
  signal?: AbortSignal,
): Promise<Trial[]> {
  if (reads === rest.name) return []
  const advice = `run Bitcoin Core 30 or later with rest=1, reachable at the URL of rpc: ${reads} costs the node far more`
  try {
    await rest.read(hash, signal)
    return []
  } catch (error) {
    const isOfMethod = error instanceof MethodUnavailable || error instanceof SpentMissing
    if (!isOfMethod && !(error instanceof ChainscreenError && error.code === 'node-unreachable')) throw error
    return [{ state: 'warn', found: messageOf(error), advice }]
  }
}

/** @returns the refusal in words; `null` where the node knows the method and lets this user call it. */
async function refusalOf(rpc: RpcClient, call: RpcCall, signal?: AbortSignal): Promise<string | null> {
  try {
    await rpc.call(call, z.unknown(), signal)
    return null
  } catch (error) {
    if (isRefusedMethod(error)) return error.message
    // It was called, and there is no such block or transaction.
    if (error instanceof RpcError) return null
    throw error
  }
}

function detailsOf(error: unknown): string | null {
  return error instanceof ChainscreenError && error.details.length > 0 ? error.details.join(' ') : null
}
