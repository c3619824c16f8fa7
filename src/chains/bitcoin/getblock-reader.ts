import { ChainscreenError } from '../../diagnostics/errors.ts'
import { AnswerTooLarge } from '../answer-limits.ts'
import { type BlockReader, MethodUnavailable, SpentMissing } from './block-reader.ts'
import { maxBlockBytes } from './rest-reader.ts'
import { isRefusedMethod, type RpcClient } from './rpc-client.ts'
import { RpcError } from './rpc-error.ts'
import { quoteAmounts } from './satoshi.ts'
import type { RawBlock } from './scanned-block.ts'
import { blockBytes, spentBytes, verboseBlockSchema } from './verbose-block.ts'

/** Below V8's longest string (2^29 - 24 characters), far above any ordinary block. */
const maxVerboseBytes = 400_000_000

/** "Undo data expected but can't be read": https://github.com/bitcoin/bitcoin/blob/v30.0/src/rpc/blockchain.cpp, `blockToJSON`; the code is RPC_INTERNAL_ERROR (src/rpc/protocol.h), which `getblock` has for nothing else. */
const undoUnreadable = -32603

/** So often a block's answer may be too large before that is believed. */
const timesTooLarge = 3

/** Reads blocks with `getblock HASH 3`, which Bitcoin Core has since 23.0. Costs the node 25 to 35 times what REST does. */
export class GetblockReader implements BlockReader {
  readonly name = 'getblock 3'
  readonly #rpc: RpcClient
  /** The block whose answer was too large, and how often in a row. */
  #tooLarge = { hash: '', times: 0 }

  constructor(rpc: RpcClient) {
    this.#rpc = rpc
  }

  async read(hash: string, signal?: AbortSignal): Promise<RawBlock> {
    const { result, received } = await this.#ask(hash, signal)
    const block = blockBytes(result)
    if (block.length > maxBlockBytes) {
      throw new ChainscreenError(
        'node-bad-answer',
        `The node served block ${hash} with ${block.length} bytes, more than a block can have.`,
      )
    }
    return { block, spent: spentBytes(result, hash), received }
  }

  async #ask(hash: string, signal?: AbortSignal) {
    try {
      return await this.#rpc.callLarge({ method: 'getblock', params: [hash, 3] }, verboseBlockSchema, {
        maxBytes: maxVerboseBytes,
        prepare: quoteAmounts,
        signal,
      })
    } catch (error) {
      if (error instanceof RpcError && error.rpcCode === undoUnreadable)
        throw new SpentMissing(`${error.message} The node has lost the undo data of block ${hash}.`, error)
      // Scripts are told twice, as hex and as words: a block can be made of which no text of this length tells everything.
      // A node that lies once must not cost the inputs of a block: what stays so when it is asked again is the block's.
      if (error instanceof AnswerTooLarge && this.#staysTooLarge(hash))
        throw new SpentMissing(`The answer of getblock 3 for block ${hash} is too large.`, error)
      if (isRefusedMethod(error))
        throw new MethodUnavailable(error.code, error.message, 'getblock is refused')
      throw error
    }
  }

  #staysTooLarge(hash: string): boolean {
    this.#tooLarge = { hash, times: this.#tooLarge.hash === hash ? this.#tooLarge.times + 1 : 1 }
    return this.#tooLarge.times > timesTooLarge
  }
}
