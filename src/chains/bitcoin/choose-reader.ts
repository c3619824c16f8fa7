import { ChainscreenError } from '../../errors.ts'
import type { BlockReader } from './block-reader.ts'
import { GetblockReader } from './getblock-reader.ts'
import type { NodeClient } from './node-client.ts'
import { RestReader } from './rest-reader.ts'
import type { RpcClient } from './rpc-client.ts'
import { RpcError } from './rpc-error.ts'

/** How to read blocks; `auto` takes REST where the node serves it. */
export type Reads = 'auto' | 'rest' | 'getblock'

/**
 * Chooses how to read blocks by what the node can do, tried on its best block.
 *
 * @throws ChainscreenError `node-missing-data` where it can do none of it
 */
export async function chooseReader(
  reads: Reads,
  clients: { node: NodeClient; rpc: RpcClient },
  chain: { genesis: string; best: string },
  signal?: AbortSignal,
): Promise<BlockReader> {
  const rest = new RestReader(clients.node)
  // The best block's undo data may be missing by accident; the genesis block needs none and tells whether the path exists.
  const served = async () =>
    (await rest.serves(chain.best, signal)) || (await rest.serves(chain.genesis, signal))
  if (reads !== 'getblock' && (await served())) return rest
  if (reads === 'rest') throw cannot(clients.node.endpoint, 'it does not serve /rest/spenttxouts')
  const getblock = new GetblockReader(clients.rpc)
  try {
    await getblock.read(chain.best, signal)
  } catch (error) {
    const incapable =
      error instanceof ChainscreenError &&
      (error.code === 'node-missing-data' || (error instanceof RpcError && error.rpcCode === -32601))
    throw incapable
      ? cannot(clients.node.endpoint, 'getblock 3 does not name what inputs spend', error)
      : error
  }
  return getblock
}

function cannot(endpoint: string, found: string, cause?: unknown): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} can't say what inputs spend (${found}): start Bitcoin Core 30 or later with -rest=1, or use Core 23 or later with its undo data kept.`,
    { cause },
  )
}
