import { ChainscreenError } from '../../diagnostics/errors.ts'
import { MethodUnavailable, SpentMissing } from './block-reader.ts'
import { GetblockReader } from './getblock-reader.ts'
import type { NodeClient } from './node-client.ts'
import { OutputsReader } from './outputs-reader.ts'
import { ReaderChain, type ReaderChainOptions } from './reader-chain.ts'
import { RestReader } from './rest-reader.ts'
import { isRefusedMethod, type RpcClient } from './rpc-client.ts'
import { indexInfoSchema } from './rpc-schemas.ts'
import { TxindexReader } from './txindex-reader.ts'

/** How to read blocks; `auto` takes the best that the node can do, block by block. The others insist on one method, and fail where it fails. */
export type Reads = 'auto' | 'rest' | 'getblock' | 'txindex'

interface Clients {
  node: NodeClient
  rpc: RpcClient
}

/**
 * Chooses how to read blocks by what the node can do, tried on its best block: REST, `getblock 3`, the block with a txindex,
 * and last the block alone. REST stays a choice where it is not served yet: it is tried again now and then.
 *
 * @throws ChainscreenError `node-missing-data` where it can't do what is insisted on; `node-auth` where `getblock` is forbidden and REST is not served
 */
export async function chooseReader(
  reads: Reads,
  { node, rpc }: Clients,
  chain: { genesis: string; best: string },
  onSwitch: ReaderChainOptions['onSwitch'],
  signal?: AbortSignal,
): Promise<ReaderChain> {
  const rest = new RestReader(node)
  const getblock = new GetblockReader(rpc)
  const outputs = new OutputsReader(rpc)
  const txindex = new TxindexReader(outputs, rpc)
  // The best block's undo data may be missing by accident; the genesis block needs none and tells whether the path exists.
  const restServed = async () =>
    (await rest.serves(chain.best, signal)) || (await rest.serves(chain.genesis, signal))
  if (reads === 'rest') {
    if (await restServed()) return new ReaderChain([rest])
    throw cannot(
      node.endpoint,
      'it does not serve /rest/spenttxouts',
      'Bitcoin Core 30 or later with -rest=1',
    )
  }
  if (reads === 'getblock') {
    if (await tellsSpent(getblock, chain.best, signal)) return new ReaderChain([getblock])
    throw cannot(node.endpoint, 'getblock 3 does not name it', 'Bitcoin Core 23 or later with its undo data')
  }
  if (reads === 'txindex') {
    if (await hasTxindex(rpc, signal)) return new ReaderChain([txindex])
    throw cannot(node.endpoint, 'it has no txindex, or not yet', 'it with -txindex=1')
  }
  const hasRest = await restServed()
  const options = { lastResort: outputs, onSwitch, paused: hasRest ? [] : [rest] }
  const indexed = (await hasTxindex(rpc, signal)) ? [txindex] : []
  // Where REST works, getblock is only for the blocks that it fails for, and is seen to then.
  const tells = hasRest || (await tellsSpent(getblock, chain.best, signal))
  return new ReaderChain([rest, ...(tells ? [getblock] : []), ...indexed], options)
}

async function tellsSpent(reader: GetblockReader, hash: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await reader.read(hash, signal)
    return true
  } catch (error) {
    const isForbidden = error instanceof MethodUnavailable && error.code === 'node-auth'
    const isOlder = error instanceof SpentMissing || error instanceof MethodUnavailable
    if (isOlder && !isForbidden) return false
    throw error
  }
}

async function hasTxindex(rpc: RpcClient, signal?: AbortSignal): Promise<boolean> {
  try {
    const { txindex } = await rpc.call({ method: 'getindexinfo', params: [] }, indexInfoSchema, signal)
    return txindex?.synced === true
  } catch (error) {
    // Before Core 0.21 there is no such method.
    if (isRefusedMethod(error)) return false
    throw error
  }
}

function cannot(endpoint: string, found: string, needed: string): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} can't return spent outputs (${found}): run ${needed}.`,
  )
}
