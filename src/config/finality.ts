import type { z } from 'zod'
import { group } from './group.ts'
import { oneOf, wholeNumber } from './values.ts'

const depthExpected = 'a number of blocks from 1 to 10000'

/**
 * `finality` of an EVM chain: an alert is final at this depth and, where the node serves the tag, at or below its
 * block. What it leaves open is as the chain's definition says.
 */
export const evmFinalitySchema = group({
  tag: oneOf(['finalized', 'safe', 'none'])
    .optional()
    .describe(
      "The node's block tag that a final block must have reached. Default: finalized, or what the chain needs.",
    ),
  depth: wholeNumber(depthExpected, 1, 10_000)
    .optional()
    .describe('How many blocks must follow a final block. Default: 64, or what the chain needs.'),
}).default({})

/** `finality` of a Bitcoin chain. */
export const bitcoinFinalitySchema = group({
  depth: wholeNumber(depthExpected, 1, 10_000)
    .default(6)
    .describe('How many blocks must follow a final block. Default: 6.'),
}).default({ depth: 6 })

/** What the config says, filled up from the chain's definition. */
export interface EvmFinality {
  readonly tag: 'finalized' | 'safe' | 'none'
  readonly depth: number
}
export type BitcoinFinality = Readonly<z.output<typeof bitcoinFinalitySchema>>

/** The same for both families: Bitcoin has no tag. */
export function finalRule({ finality }: { finality: EvmFinality | BitcoinFinality }): EvmFinality {
  return { depth: finality.depth, tag: 'tag' in finality ? finality.tag : 'none' }
}
