import { checkHeader } from './check-block.ts'
import type { RpcClient } from './rpc/client.ts'
import { isMethodMissing, RpcRefusal } from './rpc/refusal.ts'
import type { RpcHeader } from './types.ts'

export type FinalityTag = 'finalized' | 'safe'

/**
 * Asks for the height of the block under a finality tag. Nodes without one (a young chain, a consensus client that
 * is not there yet) answer `null` or an error: that is no failure, and may change. A node that says it does not know
 * the method or the parameter (-32601, -32602) is not asked again.
 */
export function finalityTagReader(
  rpc: RpcClient,
  tag: FinalityTag | null,
  prove: (header: RpcHeader) => Promise<void> = async () => {},
) {
  let supported = tag !== null
  return async (signal?: AbortSignal): Promise<number | null> => {
    if (!supported || tag === null) return null
    try {
      const answer = await rpc.call({ method: 'eth_getBlockByNumber', params: [tag, false] }, { signal })
      if (answer === null) return null
      const header = checkHeader(answer, 'eth_getBlockByNumber')
      await prove(header)
      return Number(header.number)
    } catch (error) {
      if (!(error instanceof RpcRefusal)) throw error
      if (isMethodMissing(error) || error.rpcCode === -32602) supported = false
      return null
    }
  }
}
