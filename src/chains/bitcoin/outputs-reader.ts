import type { BlockReader } from './block-reader.ts'
import { hexBytes } from './hex-bytes.ts'
import { maxBlockBytes } from './rest-reader.ts'
import type { RpcClient } from './rpc-client.ts'
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
    const { result, received } = await this.#rpc.callLarge(
      { method: 'getblock', params: [hash, 0] },
      blockHexSchema,
      { maxBytes: 2 * maxBlockBytes + 1000, prepare: (text) => text, signal },
    )
    return { block: hexBytes(result), spent: null, received }
  }
}
