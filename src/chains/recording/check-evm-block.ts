import { z } from 'zod'
import type { EvmBlock } from './format.ts'

const blockSchema = z.object({
  hash: z.string(),
  parentHash: z.string(),
  number: z.string(),
  transactions: z.array(z.object({ hash: z.string() })),
})
const receiptsSchema = z.array(z.object({ transactionHash: z.string() }))

/** What is wrong with the answers recorded for a block; `null` if they are about this block and fit together. */
export function checkEvmBlock(recorded: EvmBlock): string | null {
  const block = parse(blockSchema, recorded.block)
  if (block === null) return '`block` is no block with whole transactions'
  if (block.hash !== recorded.hash || block.parentHash !== recorded.parentHash)
    return '`block` is another block than the line says'
  if (Number(block.number) !== recorded.height) return '`block` has another height than the line says'
  const receipts = parse(receiptsSchema, recorded.receipts)
  if (receipts === null) return '`receipts` is no list of receipts'
  if (receipts.length !== block.transactions.length)
    return `${block.transactions.length} transactions, but ${receipts.length} receipts`
  if (receipts.some((receipt, index) => receipt.transactionHash !== block.transactions[index]?.hash))
    return 'the receipts are not in the order of the transactions'
  for (const name of ['traces', 'traceBlock'] as const) {
    const text = recorded[name]
    if (text !== undefined && parse(z.array(z.unknown()), text) === null) return `\`${name}\` is no list`
  }
  return null
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
