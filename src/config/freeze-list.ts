import { chainDefinition } from '../chains/evm/definitions.ts'
import { contractsExpected } from '../lists/formats/token-blacklist.ts'
import type { ChainConfig } from './chains.ts'
import type { EvmChainConfig } from './evm.ts'

const chainExpected = 'the id of an evm chain of this config'

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
