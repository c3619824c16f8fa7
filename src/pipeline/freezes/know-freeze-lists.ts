import { contractsOf } from '../../config/freeze-list.ts'
import { freezeListsOf } from '../../config/lists.ts'
import type { Config } from '../../config/schema.ts'
import type { Db } from '../../ledger/database.ts'
import { type FreezeList, putFreezeLists } from '../../ledger/freezes/freeze-contracts.ts'

type ListsAndChains = Pick<Config, 'lists' | 'chains'>

/**
 * Takes over what the config says of lists that are read from a chain. Before any chain is followed: what is followed
 * without a contract has to be known. @param at now, ISO-8601.
 */
export function knowFreezeLists(db: Db, config: ListsAndChains, at: string): void {
  putFreezeLists(db, freezeLists(config), at)
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
