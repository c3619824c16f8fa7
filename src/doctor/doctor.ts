import { existsSync } from 'node:fs'
import type { CanaryConfig, Config } from '../config/schema.ts'
import { messageOf } from '../diagnostics/errors.ts'
import { readHalt } from '../ledger/blocks/chain.ts'
import { canaryFailure, readCanary } from '../ledger/canary.ts'
import { readTracesAway, tracesWarning } from '../ledger/coverage/traces-away.ts'
import type { Db } from '../ledger/database.ts'
import {
  leftChains,
  leftChainText,
  leftLists,
  leftListText,
  leftOwnChains,
  leftOwnText,
} from '../ledger/left-behind.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { countOwnAddresses } from '../ledger/own/own-addresses.ts'
import { reportLists } from '../lists/report.ts'
import { checkDatabaseFile } from './database.ts'
import { checkHistory } from './history.ts'
import { checkAgainstLedger } from './ledger.ts'
import { checkBundled, checkFreezeLists, checkList, checkListFiles, neverLoaded } from './lists.ts'
import { checkChain } from './nodes.ts'
import { checkOwnSources } from './own-sources.ts'

/** One thing that was looked at. */
export interface Checkup {
  what: string
  state: 'ok' | 'warn' | 'fail'
  found: string
  /** What to change, where something is wrong. */
  advice: string | null
}

/**
 * Looks at everything a daemon would need, and changes nothing.
 *
 * @param at now, ISO-8601.
 * @param options.deep check the database page by page and index by index.
 */
export async function examine(
  config: Config,
  at: string,
  { signal, deep = false }: { signal?: AbortSignal; deep?: boolean } = {},
): Promise<Checkup[]> {
  const nodes = await Promise.all(
    config.chains.map(async (chain) => {
      const found = await checkChain(config.database, chain, signal)
      const isUsable = chain.type === 'evm' && found.every(({ state }) => state !== 'fail')
      return isUsable ? [...found, ...(await checkHistory(chain, config.database, signal))] : found
    }),
  )
  const freezes = await checkFreezeLists(config, signal)
  const own = await checkOwnSources(config, signal)
  return [...checkDatabase(config, at, deep), ...checkListFiles(config), ...own, ...nodes.flat(), ...freezes]
}

function checkDatabase(config: Config, at: string, deep: boolean): Checkup[] {
  const what = 'database'
  if (!existsSync(config.database)) {
    return [
      { what, state: 'warn', found: `${config.database} is not there yet`, advice: 'run `chainscreen init`' },
    ]
  }
  const file = checkDatabaseFile(config.database, { deep })
  if (file.some(({ state }) => state === 'fail')) return file
  try {
    const db = openLedgerForReading(config.database)
    try {
      const own = countOwnAddresses(db)
      const lists = reportLists(db, undefined, at, config.lists)
      return [
        ...file,
        ...config.chains.flatMap(({ id }) => checkHalt(db, id)),
        ...config.chains.flatMap((chain) => checkAgainstLedger(db, chain)),
        {
          what: 'own addresses',
          state: own > 0 ? 'ok' : 'warn',
          found: String(own),
          advice:
            own > 0 ? null : 'load them with `chainscreen own import FILE`: without any, nothing is screened',
        },
        ...lists.filter(({ inConfig, inForce }) => inConfig || inForce === 0).map(checkList),
        ...checkLeft(db, config),
        ...neverLoaded(config, lists),
        ...checkBundled(db, config, at),
        ...config.chains.flatMap(({ id }) => checkTraces(db, id)),
        ...(config.canary === undefined ? [] : [checkCanary(db, config.canary, at)]),
      ]
    } finally {
      db.close()
    }
  } catch (error) {
    return [{ what, state: 'fail', found: messageOf(error), advice: null }]
  }
}

/** What the database has and the config does not name any more. */
function checkLeft(db: Db, config: Config): Checkup[] {
  const ids = (named: readonly { id: string }[]) => named.map(({ id }) => id)
  return [
    ...leftLists(db, ids(config.lists)).map((left): Checkup => {
      const advice = `put it back into the config, or end it: \`chainscreen lists remove ${left.id}\``
      return { what: `list ${left.id}`, state: 'warn', found: leftListText(left), advice }
    }),
    ...leftOwnChains(db, ids(config.chains)).map((left): Checkup => {
      const advice = `put chain ${left.chain} into the config, or register them for a chain that it has: \`chainscreen own import\``
      return { what: 'own addresses', state: 'warn', found: leftOwnText(left), advice }
    }),
    ...leftChains(db, ids(config.chains)).map((left): Checkup => {
      const advice = 'put it back into the config, under this id, where it is to be followed'
      return { what: `chain ${left.id}`, state: 'warn', found: leftChainText(left), advice }
    }),
  ]
}

/** What the daemon had to do without. */
function checkTraces(db: Db, chain: string): Checkup[] {
  const found = tracesWarning(chain, readTracesAway(db, chain))
  const advice = `use a node that has the state of these blocks (an archive node, or one more in \`rpc\`); read them again with \`chainscreen replay ${chain}\`, as \`chainscreen coverage ${chain}\` shows them`
  return found === null ? [] : [{ what: `traces of ${chain}`, state: 'warn', found, advice }]
}

/** Written down by the daemon whose chain gave up, and taken back when it is followed again. */
function checkHalt(db: Db, chain: string): Checkup[] {
  const halt = readHalt(db, chain)
  if (halt === null) return []
  return [
    {
      what: `chain ${chain}`,
      state: 'fail',
      found: `halted at ${halt.at}: ${halt.reason}`,
      advice:
        'repair what the reason names, then start the daemon again; `chainscreen chains rewind` accepts a reorg below the final height',
    },
  ]
}

/** The daemon runs it; one that missed two turns does not run, or stands still. */
function checkCanary(db: Db, { everyMs }: CanaryConfig, at: string): Checkup {
  const what = 'canary'
  const runs = readCanary(db)
  const found = canaryFailure(runs, everyMs, at)
  if (found !== null) {
    const advice =
      runs.last === 'failed'
        ? 'see the log of the daemon: until it passes, take "no alert" for "unknown"'
        : 'is the daemon running? Two runs were missed, or the clock was set'
    return { what, state: 'fail', found, advice }
  }
  if (runs.passedAt === null) return { what, state: 'warn', found: 'never ran', advice: 'start the daemon' }
  return { what, state: 'ok', found: `passed at ${runs.passedAt}`, advice: null }
}
