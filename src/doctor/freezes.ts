import type { ContractCheck } from '../chains/source.ts'
import { contractsOf, type FreezeContractConfig } from '../config/freeze-list.ts'
import { freezeListsOf } from '../config/lists.ts'
import type { Config } from '../config/schema.ts'
import { messageOf } from '../diagnostics/errors.ts'
import { createSource } from '../pipeline/blocks/create-source.ts'
import type { Checkup } from './doctor.ts'

/** Asks the nodes for the contracts of every list that is read from a chain: each must be there, and know whom it froze. */
export async function checkFreezeLists(
  { lists, chains }: Pick<Config, 'lists' | 'chains'>,
  signal?: AbortSignal,
): Promise<Checkup[]> {
  const checks = freezeListsOf(lists).map(async (list) => {
    const chain = chains.find(({ id }) => id === list.chain)
    if (chain?.type !== 'evm') return []
    const source = createSource(chain)
    try {
      await source.open(signal)
      const found: Checkup[] = []
      for (const contract of contractsOf(list, chain)) {
        const check = await source.freezes?.check(contract.contract, signal)
        if (check !== undefined) found.push(checkupOf(list.id, chain.id, contract, check))
      }
      return found
    } catch (error) {
      const found = `its contracts could not be asked: ${messageOf(error)}`
      return [{ what: `list ${list.id}`, state: 'warn', found, advice: null } as const]
    } finally {
      await source.close()
    }
  })
  return (await Promise.all(checks)).flat()
}

function checkupOf(
  listId: string,
  chainId: string,
  { contract, symbol }: FreezeContractConfig,
  check: ContractCheck,
): Checkup {
  const what = `list ${listId}`
  const name = symbol === null ? contract : `${symbol} (${contract})`
  if (check === 'answers')
    return { what, state: 'ok', found: `${name} says which accounts it froze`, advice: null }
  if (check === 'no code') {
    const advice = 'correct `contracts` of the list, or `chain`'
    return { what, state: 'fail', found: `there is no contract at ${name} on ${chainId}`, advice }
  }
  const advice =
    'is it the contract of a token whose issuer freezes accounts like Tether (isBlackListed) or Circle (isBlacklisted)?'
  return { what, state: 'warn', found: `${name} does not say which accounts it froze`, advice }
}
