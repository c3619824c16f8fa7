import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { BitcoinBlock, EvmBlock } from './format.ts'

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

const namedSchema = z.object({ hash: z.string(), height: z.number() })
const headerBytes = 80

/** What is wrong with the answers recorded for a block; `null` if they are about this block. */
export function checkBitcoinBlock(recorded: BitcoinBlock): string | null {
  const raw = Buffer.from(recorded.block, 'base64')
  if (raw.toString('base64') !== recorded.block || raw.length <= headerBytes)
    return '`block` is no base64 of a block'
  if (hashOfHeader(raw) !== recorded.hash) return '`block` does not hash to the hash of its line'
  if (rpcOrder(raw.subarray(4, 36)) !== recorded.parentHash)
    return '`block` has another parent than the line says'
  if (
    recorded.spent !== undefined &&
    Buffer.from(recorded.spent, 'base64').toString('base64') !== recorded.spent
  )
    return '`spent` is no base64'
  for (const name of ['header', 'verbose'] as const) {
    const text = recorded[name]
    if (text === undefined) continue
    const named = parse(namedSchema, text)
    if (named === null) return `\`${name}\` is no JSON of a block`
    if (named.hash !== recorded.hash || named.height !== recorded.height)
      return `\`${name}\` is about another block than the line says`
  }
  return null
}

/** The hash of a block, in RPC order, from its raw bytes. */
function hashOfHeader(raw: Uint8Array): string {
  const once = createHash('sha256').update(raw.subarray(0, headerBytes)).digest()
  return rpcOrder(createHash('sha256').update(once).digest())
}

function rpcOrder(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex')
}
