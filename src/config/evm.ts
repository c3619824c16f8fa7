import { z } from 'zod'
import { evmFinalitySchema } from './finality.ts'
import { group } from './group.ts'
import { nodeKeys, rpcSchema, startSchema } from './node.ts'
import { tokensSchema } from './tokens.ts'
import { id, oneOf, text, wholeNumber } from './values.ts'

/** A chain of `type: evm`. */
export const evmChainSchema = group({
  id: id().describe('Name of the chain in commands, tables and alerts.'),
  type: z.literal('evm'),
  chainId: wholeNumber('the chain id as a whole number, such as 1', 1).describe(
    'The EIP-155 chain id; a node that answers another is refused.',
  ),
  rpc: rpcSchema,
  start: startSchema,
  symbol: text("the symbol of the chain's own money, such as ETH")
    .default('ETH')
    .describe("Symbol of the chain's own money. Default: ETH."),
  traces: oneOf(['auto', 'off'])
    .default('auto')
    .describe('Whether call traces are read. This version reads none: coverage says level `logs`.'),
  verify: oneOf(['off'])
    .default('off')
    .describe('Whether blocks are proved against their header. This version: off.'),
  finality: evmFinalitySchema,
  tokens: tokensSchema,
  ...nodeKeys(1_000),
}).transform(({ poll, timeout, stall, stale, ...chain }) => ({
  ...chain,
  pollMs: poll,
  timeoutMs: timeout,
  stallMs: stall,
  staleMs: stale ?? null,
}))

export type EvmChainConfig = Readonly<z.output<typeof evmChainSchema>>
