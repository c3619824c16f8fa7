import { z } from 'zod'

/** The shapes of the RPC answers we read; what else a node sends is ignored. Source: `bitcoin-cli help <method>`, Core 23 to 30. */

/**
 * A list that is given up at its first wrong item: zod's own goes on, and keeps a finding for each of millions.
 *
 * @param most items that there can be
 */
export function listOf<T>(item: z.ZodType<T>, most: number): z.ZodType<T[]> {
  return z.unknown().transform((value, context) => {
    const refuse = (message: string, path: PropertyKey[] = []) => {
      context.addIssue({ code: 'custom', message, path })
      return z.NEVER
    }
    if (!Array.isArray(value)) return refuse('expected a list')
    if (value.length > most) return refuse(`a list of ${value.length}, expected ${most} at most`)
    const items: T[] = []
    for (const [at, one] of value.entries()) {
      const parsed = item.safeParse(one)
      const [issue] = parsed.error?.issues ?? []
      if (!parsed.success) return refuse(issue?.message ?? 'wrong shape', [at, ...(issue?.path ?? [])])
      items.push(parsed.data)
    }
    return items
  })
}

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')

const heightSchema = z.int().nonnegative()

export const chainInfoSchema = z.object({
  chain: z.string(),
  blocks: heightSchema,
  headers: heightSchema,
  bestblockhash: hashSchema,
  initialblockdownload: z.boolean(),
  /** The first block that is not pruned; absent where none is. */
  pruneheight: heightSchema.optional(),
  /** Signet only, since Bitcoin Core 28: the script that signs its blocks. */
  signet_challenge: z.string().optional(),
})

export type ChainInfo = z.infer<typeof chainInfoSchema>

export const networkInfoSchema = z.object({ subversion: z.string() })

/** What a header is made of, as `getblockheader` and `getblock` tell it. */
export const headerFieldsSchema = z.object({
  version: z.int32(),
  /** Absent in the genesis block. */
  previousblockhash: hashSchema.optional(),
  merkleroot: hashSchema,
  time: z.uint32(),
  bits: z.string().regex(/^[0-9a-f]{8}$/, 'expected 8 hex digits'),
  nonce: z.uint32(),
})

export type HeaderFields = z.infer<typeof headerFieldsSchema>

export const blockHeaderSchema = headerFieldsSchema.extend({ height: heightSchema })

/** A block or a transaction as hex. */
export const blockHexSchema = z.string()

export const indexInfoSchema = z.object({ txindex: z.object({ synced: z.boolean() }).optional() })

/**
 * Satoshi of an amount of BTC as JSON writes it: `0.00629232`, `50`, `5.46e-6`. Digit by digit: a double is no amount.
 *
 * @returns `undefined` where the text is no number, negative, or has a part of a satoshi
 */
export function satoshiOf(btc: string): bigint | undefined {
  const match = /^(\d{1,20})(?:\.(\d{1,40}))?(?:[eE]([+-]?\d{1,3}))?$/.exec(btc)
  if (match === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = match
  const digits = BigInt(whole + fraction)
  const shift = 8 - fraction.length + Number(exponent)
  if (shift >= 0) return shift > 40 ? undefined : digits * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return digits % divisor === 0n ? digits / divisor : undefined
}

/**
 * Puts the amounts of a `getblock` reply in quotes, so that JSON.parse leaves them as written. Inside a JSON string a quote is
 * escaped, so the pattern only meets real keys.
 */
export function quoteAmounts(json: string): string {
  return json.replace(/"value"\s*:\s*(-?[0-9][0-9.eE+-]*)/g, '"value":"$1"')
}
