import { z } from 'zod'
import { chainDefinition } from '../chains/evm/definitions/index.ts'
import { type EvmFinality, evmFinalitySchema } from './finality.ts'
import { group } from './group.ts'
import { mempoolSchema, nodeKeys, rpcSchema, startSchema } from './node.ts'
import { tokensSchema } from './tokens.ts'
import { id, oneOf, text, wholeNumber } from './values.ts'

const wsExpected = 'a ws:// or wss:// URL, such as ws://127.0.0.1:8546'

/** A chain of `type: evm`. */
export const evmChainSchema = group({
  id: id().describe('Name of the chain in commands, tables and alerts.'),
  type: z.literal('evm'),
  chainId: wholeNumber('the chain id as a whole number, such as 1', 1).describe(
    'The EIP-155 chain id; a node that answers another is refused.',
  ),
  rpc: rpcSchema,
  ws: z
    .string(wsExpected)
    .refine((url) => /^wss?:\/\//i.test(url) && URL.canParse(url), wsExpected)
    .optional()
    .describe('WebSocket of a node. It announces new heads before the next poll. A hint only.'),
  start: startSchema,
  mempool: mempoolSchema,
  symbol: text('the symbol of the native coin, such as ETH')
    .optional()
    .describe('Symbol of the native coin. Default: that of the chain id, or ETH.'),
  traces: oneOf(['auto', 'required', 'off'])
    .default('auto')
    .describe(
      'Whether call traces are read. auto: where the node serves them, else coverage says level `logs`; required: a node without them is refused. Default: auto.',
    ),
  verify: oneOf(['strict', 'warn', 'off'])
    .default('strict')
    .describe(
      'Whether blocks are proved against their hash. strict: one that proves false is refused; warn: that is recorded in `unscreened`; off: nothing is proved. Default: strict.',
    ),
  finality: evmFinalitySchema,
  tokens: tokensSchema,
  ...nodeKeys(1_000),
}).transform(({ poll, timeout, stall, stale, ...chain }) => ({
  ...chain,
  symbol: chain.symbol ?? chainDefinition(chain.chainId).symbol,
  finality: finalityOf(chain.chainId, chain.finality),
  pollMs: poll,
  timeoutMs: timeout,
  stallMs: stall,
  staleMs: stale ?? null,
}))

export type EvmChainConfig = Readonly<z.output<typeof evmChainSchema>>

function finalityOf(chainId: number, { tag, depth }: z.output<typeof evmFinalitySchema>): EvmFinality {
  const { finality } = chainDefinition(chainId)
  return { tag: tag ?? finality.tag ?? 'none', depth: depth ?? finality.depth }
}
