import { z } from 'zod'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { AnswerTooLarge } from '../answer-limits.ts'
import { type BlockReader, MethodUnavailable, SpentMissing } from './block-reader.ts'
import { ByteWriter, hexBytes } from './bytes.ts'
import { maxBlockBytes } from './rest-reader.ts'
import { isRefusedMethod, type RpcClient, RpcError } from './rpc-client.ts'
import { blockHexSchema, headerFieldsSchema, listOf, quoteAmounts, satoshiOf } from './rpc-schemas.ts'
import { type RawBlock, writeHeader } from './scanned-block.ts'

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
      // The answer has each script twice, as hex and as assembly: a block can be made whose answer is larger than this.
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

/** No amount is larger (src/consensus/amount.h, MAX_MONEY). */
const maxMoney = 2_100_000_000_000_000n

/** Of 60 bytes at least each in a block of 1,000,000 without witnesses; its inputs have 41 (src/consensus/consensus.h). */
const mostTransactions = 16_666
const mostInputs = 24_390

const prevoutSchema = z.object({ value: z.string(), scriptPubKey: z.object({ hex: z.string() }) })
const inputSchema = z.object({ coinbase: z.string().optional(), prevout: prevoutSchema.optional() })

/** `getblock HASH 3` with its amounts as text ({@link quoteAmounts}). */
export const verboseBlockSchema = headerFieldsSchema.extend({
  tx: listOf(z.object({ hex: z.string(), vin: listOf(inputSchema, mostInputs) }), mostTransactions),
})

export type VerboseBlock = z.infer<typeof verboseBlockSchema>

/**
 * The block's own bytes: the header from its fields, the transactions from their hex.
 *
 * @throws ChainscreenError `node-bad-answer` where that is no hex
 */
export function blockBytes(block: VerboseBlock): Uint8Array {
  const writer = new ByteWriter()
  writer.bytes(writeHeader(block))
  writer.compactSize(block.tx.length)
  for (const tx of block.tx) writer.bytes(hexBytes(tx.hex))
  return writer.join()
}

/**
 * The outputs the block spends, in the form of `/rest/spenttxouts`.
 *
 * @throws SpentMissing where the node leaves `prevout` out, as it silently does without undo data; ChainscreenError `node-bad-answer` where an amount or a script is none
 */
export function spentBytes(block: VerboseBlock, hash: string): Uint8Array {
  const writer = new ByteWriter()
  writer.compactSize(block.tx.length)
  for (const { vin } of block.tx) {
    const spending = vin.filter((input) => input.coinbase === undefined)
    writer.compactSize(spending.length)
    for (const { prevout } of spending) {
      if (prevout === undefined) {
        throw new SpentMissing(
          `The node does not return the spent outputs of block ${hash}: its undo data is pruned, or it is older than Bitcoin Core 23.`,
        )
      }
      const value = satoshiOf(prevout.value)
      if (value === undefined || value > maxMoney) {
        throw new ChainscreenError(
          'node-bad-answer',
          `A previous output in block ${hash} has the amount "${prevout.value.slice(0, 40)}", expected at most 21,000,000 BTC with at most 8 decimals.`,
        )
      }
      const script = hexBytes(prevout.scriptPubKey.hex)
      writer.amount(value)
      writer.compactSize(script.length)
      writer.bytes(script)
    }
  }
  return writer.join()
}
