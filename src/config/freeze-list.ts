import { isAddress } from 'viem/utils'
import { z } from 'zod'
import { chainDefinition } from '../chains/evm/definitions/index.ts'
import type { ChainConfig } from './chains.ts'
import type { EvmChainConfig } from './evm.ts'
import { id, wholeNumber } from './values.ts'

const contractsExpected =
  'a list of 0x addresses of token contracts, in lower case or with a correct EIP-55 checksum'
const chainExpected = 'the id of an evm chain of this config'
const fromExpected = 'a block height'

/** The keys of a list of the format `token-blacklist`: it is read from a chain, and has neither url nor file. */
export const freezeListKeys = {
  chain: id().optional().describe('For token-blacklist: the evm chain that the list is read from.'),
  contracts: z
    .array(
      z
        .string(contractsExpected)
        .refine((address) => isAddress(address), contractsExpected)
        .transform((address) => address.toLowerCase()),
      contractsExpected,
    )
    .min(1, contractsExpected)
    .optional()
    .describe(
      'For token-blacklist: the token contracts whose freezes count. Default: USDT and USDC on Ethereum; none on other chains.',
    ),
  from: wholeNumber(fromExpected, 0)
    .optional()
    .describe(
      'For token-blacklist: the first block whose freezes count. Default: that of the deployment of a known contract, else 0.',
    ),
} as const

/** A list that is read from a chain. */
export interface FreezeListConfig {
  id: string
  format: 'token-blacklist'
  maxAgeMs: number | null
  chain: string
  /** Lower-case; absent: the issuers that are known of its chain. */
  contracts?: readonly string[] | undefined
  from?: number | undefined
}

/** A contract of such a list, with what is known of it. */
export interface FreezeContractConfig {
  contract: string
  symbol: string | null
  from: number
}

/** The contracts of a list, with what the chain's definition and its tokens in the config say of them. */
export function contractsOf(list: FreezeListConfig, chain: EvmChainConfig): FreezeContractConfig[] {
  const { issuers } = chainDefinition(chain.chainId)
  const contracts = list.contracts ?? issuers.map(({ address }) => address)
  return [...new Set(contracts)].map((contract) => {
    const known = issuers.find(({ address }) => address === contract)
    const token = chain.tokens.find(({ address }) => address === contract)
    return {
      contract,
      symbol: known?.symbol ?? token?.symbol ?? null,
      from: list.from ?? known?.from ?? 0,
    }
  })
}

/** What is wrong with such a list beside these chains; `null` where nothing is. */
export function mistakeIn(
  list: FreezeListConfig,
  chains: readonly ChainConfig[],
): { key: 'chain' | 'contracts'; message: string } | null {
  const chain = chains.find((candidate) => candidate.id === list.chain)
  if (chain?.type !== 'evm') return { key: 'chain', message: chainExpected }
  if (contractsOf(list, chain).length > 0) return null
  return { key: 'contracts', message: `${contractsExpected}: none is known of this chain` }
}
