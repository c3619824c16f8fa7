import { z } from 'zod'

/** The shapes of the RPC answers we read; what else a node sends is ignored. Source: `bitcoin-cli help <method>`, Core 23 to 30. */

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')

const heightSchema = z.int().nonnegative()

export const chainInfoSchema = z.object({
  chain: z.string(),
  blocks: heightSchema,
  headers: heightSchema,
  bestblockhash: hashSchema,
  initialblockdownload: z.boolean(),
})

export type ChainInfo = z.infer<typeof chainInfoSchema>

export const networkInfoSchema = z.object({ subversion: z.string() })

export const blockHeaderSchema = z.object({
  hash: hashSchema,
  height: heightSchema,
  time: z.int().nonnegative(),
  /** Absent in the genesis block. */
  previousblockhash: hashSchema.optional(),
})

/** A block or a transaction as hex. */
export const blockHexSchema = z.string()

export const indexInfoSchema = z.object({ txindex: z.object({ synced: z.boolean() }).optional() })
