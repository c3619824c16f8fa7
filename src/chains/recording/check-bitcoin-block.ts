import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { BitcoinBlock } from './format.ts'

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
    const named = parse(text)
    if (named === null) return `\`${name}\` is no JSON of a block`
    if (named.hash !== recorded.hash || named.height !== recorded.height)
      return `\`${name}\` is about another block than the line says`
  }
  return null
}

/** The hash of a block, in RPC order, from its raw bytes. */
export function hashOfHeader(raw: Uint8Array): string {
  const once = createHash('sha256').update(raw.subarray(0, headerBytes)).digest()
  return rpcOrder(createHash('sha256').update(once).digest())
}

function rpcOrder(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex')
}

function parse(text: string): z.infer<typeof namedSchema> | null {
  try {
    return namedSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}
