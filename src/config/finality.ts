import type { z } from 'zod'
import { group } from './group.ts'
import { oneOf, wholeNumber } from './values.ts'

const depthExpected = 'a number of blocks from 1 to 10000'

/** `finality` of an EVM chain: an alert is final at this depth and, where the node serves the tag, at or below its block. */
export const evmFinalitySchema = group({
  tag: oneOf(['finalized', 'safe', 'none'])
    .default('finalized')
    .describe("The node's block tag that a final block must have reached. Default: finalized."),
  depth: wholeNumber(depthExpected, 1, 10_000)
    .default(64)
    .describe('How many blocks must stand on top of a final block. Default: 64.'),
}).default({ tag: 'finalized', depth: 64 })

/** `finality` of a Bitcoin chain. */
export const bitcoinFinalitySchema = group({
  depth: wholeNumber(depthExpected, 1, 10_000)
    .default(6)
    .describe('How many blocks must stand on top of a final block. Default: 6.'),
}).default({ depth: 6 })

export type EvmFinality = Readonly<z.output<typeof evmFinalitySchema>>
export type BitcoinFinality = Readonly<z.output<typeof bitcoinFinalitySchema>>
