import type { ChainConfig } from '../config/chains.ts'
import { contractsOf } from '../config/freeze-list.ts'
import { freezeListsOf } from '../config/lists.ts'
import type { Config } from '../config/schema.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { type FreezeList, putFreezeLists } from '../ledger/freezes/freeze-contracts.ts'
import { type KnownAsset, putKnownAssets } from '../ledger/transfers/known-assets.ts'
import { inTurn } from '../ledger/write-turns.ts'

/**
 * Takes over what the config says of the assets of each chain, before it is followed, and tells the log what that changes of
 * what is stored. @param at now, ISO-8601.
 */
export async function storeAssets(
  db: Db,
  chains: readonly ChainConfig[],
  log: Log,
  at: string,
): Promise<void> {
  for (const chain of chains) {
    const renamed = await inTurn(db, () => putKnownAssets(db, chain.id, assetsOf(chain), at))
    if (renamed.length === 0) continue
    const shown = renamed
      .slice(0, shownAtMost)
      .map(({ asset, was, now }) => `${asset} (${was ?? 'not named'}, now ${now ?? 'not named'})`)
    const more = renamed.length > shownAtMost ? ` and ${renamed.length - shownAtMost} more` : ''
    log.warn(
      { chain: chain.id },
      `${chain.id}: the config describes ${shown.join(', ')}${more} differently than before: stored transfers and alerts are regraded`,
    )
  }
}

const shownAtMost = 5

/** Base units of the coin of EVM chains, and of bitcoin: ether has 10^18 wei, bitcoin 10^8 satoshi. */
const nativeDecimals = { evm: 18, bitcoin: 8 }

function assetsOf(chain: ChainConfig): KnownAsset[] {
  const coin = { asset: 'native', decimals: nativeDecimals[chain.type], wrapped: false }
  if (chain.type === 'bitcoin') return [{ ...coin, symbol: 'BTC' }]
  return [
    { ...coin, symbol: chain.symbol },
    ...chain.tokens.map(({ address, symbol, decimals, wrapped }) => ({
      ...{ asset: address, symbol, decimals: decimals ?? null, wrapped },
    })),
  ]
}

type ListsAndChains = Pick<Config, 'lists' | 'chains'>

/**
 * Takes over what the config says of lists that are read from a chain. Before any chain is followed: what is followed
 * without a contract has to be known. @param at now, ISO-8601.
 */
export function resolveFreezeLists(db: Db, config: ListsAndChains, at: string): Promise<void> {
  return inTurn(db, () => putFreezeLists(db, freezeLists(config), at))
}

/** The token contracts whose freezes a chain's source has to read. */
export function freezeContractsOn(config: ListsAndChains, chainId: string): string[] {
  const lists = freezeLists(config).filter(({ chain }) => chain === chainId)
  return [...new Set(lists.flatMap(({ contracts }) => contracts.map(({ contract }) => contract)))]
}

function freezeLists({ lists, chains }: ListsAndChains): FreezeList[] {
  return freezeListsOf(lists).map((list) => {
    const chain = chains.find(({ id }) => id === list.chain)
    return {
      id: list.id,
      chain: list.chain,
      maxAgeSeconds: list.maxAgeMs === null ? null : Math.round(list.maxAgeMs / 1000),
      contracts: chain?.type === 'evm' ? contractsOf(list, chain) : [],
    }
  })
}
