import { type BlockReader, MethodUnavailable } from './block-reader.ts'
import { hexBytes } from './hex-bytes.ts'
import { maxBlockBytes } from './rest-reader.ts'
import { isRefusedMethod, type RpcClient } from './rpc-client.ts'
import { blockHexSchema } from './rpc-schemas.ts'
import type { RawBlock } from './scanned-block.ts'

/** Reads blocks with `getblock HASH 0`, and nothing of what they spend: for a node that can't say it in any way. */
export class OutputsReader implements BlockReader {
  readonly name = 'getblock 0, without previous outputs'
  readonly #rpc: RpcClient

  constructor(rpc: RpcClient) {
    this.#rpc = rpc
  }

  async read(hash: string, signal?: AbortSignal): Promise<RawBlock> {
    const call = { method: 'getblock', params: [hash, 0] }
    const options = { maxBytes: 2 * maxBlockBytes + 1000, signal }
    try {
      const { result, received } = await this.#rpc.callLarge(call, blockHexSchema, options)
      return { block: hexBytes(result), spent: null, received }
    } catch (error) {
      if (isRefusedMethod(error))
        throw new MethodUnavailable(error.code, error.message, 'getblock is refused')
      throw error
    }
  }
}
