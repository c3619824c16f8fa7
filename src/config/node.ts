import { z } from 'zod'
import { defaultMaxResponse } from '../chains/answer-limits.ts'
import { byteSize, durationMs, flag, group, oneOf, urlWithLogin, wholeNumber } from './values.ts'

const rpcExpected = 'a list of http:// or https:// URLs, such as [http://127.0.0.1:8545]'

/** The URLs of the nodes. Kept as written: print them with `redactUrl` only. */
export const rpcSchema = z
  .array(urlWithLogin(/^https?:\/\//i, rpcExpected), rpcExpected)
  .min(1, rpcExpected)
  .transform((urls) => urls as unknown as readonly [string, ...string[]])
  .describe(
    'URLs of nodes of this chain. One is in use; another takes over when it fails, answers wrongly or lags.',
  )

const startExpected = 'a block height, or latest'

/** Where screening starts on a chain that the database does not know yet. */
export const startSchema = z
  .union([wholeNumber(startExpected, 0), z.literal('latest')], startExpected)
  .describe(
    'First block to screen: a height, or latest (the head when the chain is first followed). A lower height than before has the missing blocks read behind the follower.',
  )

/** Whether what waits for a block is screened too. */
export const mempoolSchema = flag()
  .default(false)
  .describe(
    'Whether unconfirmed transactions are screened too, as alerts of status `pending-mempool`. Default: false.',
  )

const dayMs = 86_400_000
const megabyte = 1024 * 1024

/** Keys that every chain has for how its node is asked. */
export function nodeKeys(defaultPollMs: number) {
  return {
    poll: durationMs('a duration from 50ms to 1d', 50, dayMs)
      .default(defaultPollMs)
      .describe(`How often the node is asked for its head. Default: ${defaultPollMs / 1000}s.`),
    prefetch: wholeNumber('a whole number from 1 to 64', 1, 64)
      .default(8)
      .describe('How many blocks are fetched at the same time. Default: 8.'),
    recheck: wholeNumber('a number of blocks from 1 to 10000', 1, 10_000)
      .optional()
      .describe(
        'Reads each block a second time at this depth, and logs an error if it differs. Default: not done.',
      ),
    stall: durationMs('a duration from 1m to 1d', 60_000, dayMs)
      .default(30 * 60_000)
      .describe('Without progress for this long, the daemon ends with exit code 75. Default: 30m.'),
    stale: durationMs('a duration from 1m to 7d', 60_000, 7 * dayMs)
      .optional()
      .describe(
        'Without a new block for this long, the log has an error. Default: never (some chains pause).',
      ),
    // V8's longest text has 2^29 - 24 characters.
    maxResponse: byteSize('a size from 16MB to 511MB', 16 * megabyte, 511 * megabyte)
      .default(defaultMaxResponse)
      .describe(
        'Largest answer of a node; one that sends more is not used for a while. Raise it for a chain of larger blocks. Default: 64MB.',
      ),
    timeout: durationMs('a duration from 100ms to 1h', 100, dayMs / 24)
      .default(30_000)
      .describe('How long the node may take for one answer. Default: 30s.'),
  }
}

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
type BitcoinFinality = Readonly<z.output<typeof bitcoinFinalitySchema>>

/** The same for both families: Bitcoin has no tag. */
export function finalRule({ finality }: { finality: EvmFinality | BitcoinFinality }): EvmFinality {
  return { depth: finality.depth, tag: 'tag' in finality ? finality.tag : 'none' }
}
