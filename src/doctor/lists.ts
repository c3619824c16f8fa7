import { existsSync } from 'node:fs'
import type { ContractCheck } from '../chains/source.ts'
import { contractsOf, type FreezeContractConfig } from '../config/freeze-list.ts'
import { freezeListsOf } from '../config/lists.ts'
import type { Config } from '../config/schema.ts'
import { messageOf } from '../diagnostics/errors.ts'
import type { Db } from '../ledger/database.ts'
import { bundledAlone } from '../ledger/lists/list-health.ts'
import { listFile } from '../lists/load-list.ts'
import type { ListReport } from '../lists/report.ts'
import { createSource } from '../pipeline/blocks/create-source.ts'
import type { Checkup } from './doctor.ts'

/** Lists of the config that the database does not know: nothing is checked against them yet. */
export function neverLoaded(config: Config, known: readonly ListReport[]): Checkup[] {
  const ids = new Set(known.map(({ id }) => id))
  return config.lists
    .filter(({ id }) => !ids.has(id))
    .filter((list) => !('file' in list) || existsSync(listFile(list)))
    .map((list) => ({
      what: `list ${list.id}`,
      state: 'warn',
      found: 'was never loaded',
      advice:
        'chain' in list
          ? `start the daemon: it reads the list from ${list.chain}`
          : `load it: \`chainscreen lists update ${list.id}\``,
    }))
}

export function checkList(list: ListReport): Checkup {
  if (list.removal !== null) {
    const { actor, at } = list.removal
    return { what: `list ${list.id}`, state: 'ok', found: `out of force, by ${actor} at ${at}`, advice: null }
  }
  const held = list.snapshots.some(({ state }) => state === 'held')
  const problem = list.health.problem ?? list.health.warning
  const history = `\`chainscreen lists show ${list.id}\` shows the last checks`
  return {
    what: `list ${list.id}`,
    state: held || problem !== null ? 'warn' : 'ok',
    found: `${list.inForce} in force, ${list.contracts.length > 0 ? '' : `${list.issuedOn === null ? 'no date of issue' : `issued on ${list.issuedOn}`}, `}${list.checkedAt === null ? 'never checked' : `checked ${list.checkedAt}`}${problem === null ? '' : `; ${problem}`}`,
    advice: held
      ? `a version is held: \`chainscreen lists show ${list.id}\``
      : problem === null
        ? null
        : history,
  }
}

/** The bundled list can't be checked for news. */
export function checkBundled(db: Db, config: Config, at: string): Checkup[] {
  const found = bundledAlone(db, config.lists, at)
  const advice = 'add the list of a publisher, with its `url`: `chainscreen init` writes an example'
  return found === null ? [] : [{ what: 'lists', state: 'warn', found, advice }]
}

export function checkListFiles(config: Config): Checkup[] {
  if (config.lists.length === 0) {
    return [
      {
        what: 'lists',
        state: 'warn',
        found: 'none in the config',
        advice: 'name at least one: without a list nothing is found',
      },
    ]
  }
  return config.lists
    .filter((list) => 'file' in list)
    .filter((list) => !existsSync(listFile(list)))
    .map((list) => ({
      what: `list ${list.id}`,
      state: 'fail',
      found: `no file at ${list.file}`,
      advice: 'put the file there, or change `file`',
    }))
}

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
