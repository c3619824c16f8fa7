import { ChainscreenError } from '../../errors.ts'
import { type BlockReader, SpentMissing } from './block-reader.ts'
import { GetblockReader } from './getblock-reader.ts'
import type { NodeClient } from './node-client.ts'
import { OutputsReader } from './outputs-reader.ts'
import { ReaderChain } from './reader-chain.ts'
import { RestReader } from './rest-reader.ts'
import type { RpcClient } from './rpc-client.ts'
import { RpcError } from './rpc-error.ts'
import { indexInfoSchema } from './rpc-schemas.ts'
import { TxindexReader } from './txindex-reader.ts'

/** How to read blocks; `auto` takes the best that the node can do, block by block. The others insist on one way, and fail where it fails. */
export type Reads = 'auto' | 'rest' | 'getblock' | 'txindex'

interface Clients {
  node: NodeClient
  rpc: RpcClient
}

/**
 * Chooses how to read blocks by what the node can do, tried on its best block: REST, `getblock 3`, the block with a txindex,
 * and last the block alone.
 *
 * @throws ChainscreenError `node-missing-data` where it can't do what is insisted on
 */
export async function chooseReader(
  reads: Reads,
  { node, rpc }: Clients,
  chain: { genesis: string; best: string },
  signal?: AbortSignal,
): Promise<BlockReader> {
  const rest = new RestReader(node)
  const getblock = new GetblockReader(rpc)
  const outputs = new OutputsReader(rpc)
  const txindex = new TxindexReader(outputs, rpc)
  // The best block's undo data may be missing by accident; the genesis block needs none and tells whether the path exists.
  const restServed = async () =>
    (await rest.serves(chain.best, signal)) || (await rest.serves(chain.genesis, signal))
  if (reads === 'rest') {
    if (await restServed()) return rest
    throw cannot(
      node.endpoint,
      'it does not serve /rest/spenttxouts',
      'Bitcoin Core 30 or later with -rest=1',
    )
  }
  if (reads === 'getblock') {
    if (await tellsSpent(getblock, chain.best, signal)) return getblock
    throw cannot(node.endpoint, 'getblock 3 does not name it', 'Bitcoin Core 23 or later with its undo data')
  }
  if (reads === 'txindex') {
    if (await hasTxindex(rpc, signal)) return txindex
    throw cannot(node.endpoint, 'it has no txindex, or not yet', 'it with -txindex=1')
  }
  const capable: BlockReader[] = []
  if (await restServed()) capable.push(rest)
  // Where REST works, this is only for the blocks that it fails for, and is seen to then.
  if (capable.length > 0 || (await tellsSpent(getblock, chain.best, signal))) capable.push(getblock)
  if (await hasTxindex(rpc, signal)) capable.push(txindex)
  const [first, ...others] = [...capable, outputs]
  return first === undefined ? outputs : new ReaderChain([first, ...others])
}

async function tellsSpent(reader: BlockReader, hash: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await reader.read(hash, signal)
    return true
  } catch (error) {
    if (error instanceof SpentMissing || isUnknownMethod(error)) return false
    throw error
  }
}

async function hasTxindex(rpc: RpcClient, signal?: AbortSignal): Promise<boolean> {
  try {
    const { txindex } = await rpc.call({ method: 'getindexinfo', params: [] }, indexInfoSchema, signal)
    return txindex?.synced === true
  } catch (error) {
    // The credentials were good for other calls: an rpcwhitelist leaves this one out.
    const forbidden = error instanceof ChainscreenError && error.code === 'node-auth'
    if (forbidden || isUnknownMethod(error)) return false
    throw error
  }
}

/** -32601: before Core 0.21. Source: src/rpc/protocol.h, RPC_METHOD_NOT_FOUND. */
function isUnknownMethod(error: unknown): boolean {
  return error instanceof RpcError && error.rpcCode === -32601
}

function cannot(endpoint: string, found: string, needed: string): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} can't say what inputs spend (${found}): run ${needed}.`,
  )
}
