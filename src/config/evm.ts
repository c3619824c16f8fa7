import { isAddress } from 'viem/utils'
import { z } from 'zod'
import { chainDefinition } from '../chains/evm/definitions.ts'
import {
  type EvmFinality,
  evmFinalitySchema,
  mempoolSchema,
  nodeKeys,
  rpcSchema,
  startSchema,
} from './node.ts'
import { flag, group, id, oneOf, text, unique, urlWithLogin, wholeNumber } from './values.ts'

const addressExpected =
  'the 0x address of the token contract, in lower case or with a correct EIP-55 checksum'

const tokenSchema = group({
  address: z
    .string(addressExpected)
    .regex(/^0x[0-9a-fA-F]{40}$/, addressExpected)
    .refine((address) => isAddress(address), addressExpected)
    .transform((address) => address.toLowerCase() as `0x${string}`)
    .describe('Address of the token contract.'),
  symbol: text('the symbol of the token, such as USDT').describe('Name shown in alerts.'),
  decimals: wholeNumber('a whole number from 0 to 255', 0, 255)
    .optional()
    .describe('Decimals, for display only: amounts are kept in base units.'),
  wrapped: flag()
    .default(false)
    .describe('True for a wrapped native coin such as WETH, whose deposits and withdrawals are read too.'),
})

/** `tokens` of an EVM chain: the ones that are known. Others are screened too, tagged `unknown-asset`. */
const tokensSchema = z
  .array(tokenSchema, 'a list of tokens')
  .superRefine(unique('address', (token) => token.address, 'an address that no other token of the chain has'))
  .default([])

const wsExpected = 'a ws:// or wss:// URL, such as ws://127.0.0.1:8546'

/** A chain of `type: evm`. */
export const evmChainSchema = group({
  id: id().describe('Name of the chain in commands, tables and alerts.'),
  type: z.literal('evm'),
  chainId: wholeNumber('the chain id as a whole number, such as 1', 1).describe(
    'The EIP-155 chain id; a node that answers another is refused.',
  ),
  rpc: rpcSchema,
  ws: urlWithLogin(/^wss?:\/\//i, wsExpected)
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
