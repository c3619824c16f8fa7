import { z } from 'zod'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { SpentMissing } from './block-reader.ts'
import { ByteWriter } from './byte-writer.ts'
import { writeHeader } from './header.ts'
import { hexBytes } from './hex-bytes.ts'
import { headerFieldsSchema, listOf } from './rpc-schemas.ts'
import { satoshiOf } from './satoshi.ts'

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
