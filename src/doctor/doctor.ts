import { existsSync } from 'node:fs'
import type { ChainSource } from '../chains/source.ts'
import { shallowFinality } from '../config/chains.ts'
import type { EvmChainConfig } from '../config/evm.ts'
import type { CanaryConfig, Config } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { readChainState, readHalt, refuseOtherGenesis } from '../ledger/blocks/chain.ts'
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
import { bundledAlone } from '../ledger/lists/list-health.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { countOwnAddresses } from '../ledger/own/own-addresses.ts'
import { listFile } from '../lists/load-list.ts'
import { type ListReport, reportLists } from '../lists/report.ts'
import { createSource } from '../pipeline/blocks/create-source.ts'
import { checkDatabaseFile } from './database.ts'
import { checkFreezeLists } from './freezes.ts'
import { checkHistory } from './history.ts'
import { checkAgainstLedger } from './ledger.ts'

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
  return [...checkDatabase(config, at, deep), ...checkListFiles(config), ...nodes.flat(), ...freezes]
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

/** Lists of the config that the database does not know: nothing is checked against them yet. */
function neverLoaded(config: Config, known: readonly ListReport[]): Checkup[] {
  return config.lists
    .filter((list) => !known.some(({ id }) => id === list.id))
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

function checkList(list: ListReport): Checkup {
  if (list.removal !== null) {
    const { actor, at } = list.removal
    return { what: `list ${list.id}`, state: 'ok', found: `out of force, by ${actor} at ${at}`, advice: null }
  }
  const held = list.snapshots.some(({ state }) => state === 'held')
  const trouble = list.health.trouble ?? list.health.warning
  const story = `\`chainscreen lists show ${list.id}\` shows the last checks`
  return {
    what: `list ${list.id}`,
    state: held || trouble !== null ? 'warn' : 'ok',
    found: `${list.inForce} in force, ${list.contracts.length > 0 ? '' : `${list.issuedOn === null ? 'no date of issue' : `issued on ${list.issuedOn}`}, `}${list.checkedAt === null ? 'never checked' : `checked ${list.checkedAt}`}${trouble === null ? '' : `; ${trouble}`}`,
    advice: held
      ? `a version is held: \`chainscreen lists show ${list.id}\``
      : trouble === null
        ? null
        : story,
  }
}

/** The bundled list can't be checked for news. */
function checkBundled(db: Db, config: Config, at: string): Checkup[] {
  const found = bundledAlone(db, config.lists, at)
  const advice = 'add the list of a publisher, with its `url`: `chainscreen init` writes an example'
  return found === null ? [] : [{ what: 'lists', state: 'warn', found, advice }]
}

function checkListFiles(config: Config): Checkup[] {
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

/** Each Bitcoin node for itself, which one block and one reorg can be tried with; the nodes of an EVM chain as they are read. */
async function checkChain(
  database: string,
  chain: Config['chains'][number],
  signal?: AbortSignal,
): Promise<Checkup[]> {
  const due = nextHeight(database, chain)
  const nodes =
    chain.type === 'bitcoin' ? chain.rpc.map((url) => ({ ...chain, rpc: [url] as const })) : [chain]
  return (await Promise.all(nodes.map((node) => checkNode(database, node, due, signal)))).flat()
}

/** The block that a follower would read next; `null` for the head. */
function nextHeight(database: string, { id, start }: Config['chains'][number]): number | null {
  const { cursor } = withLedger(database, (db) => readChainState(db, id)) ?? { cursor: null }
  if (cursor !== null) return cursor.height + 1
  return start === 'latest' ? null : start
}

/** @returns what `read` does; `null` where the database is not there, or can't be read: it has a checkup of its own. */
function withLedger<T>(database: string, read: (db: Db) => T): T | null {
  let db: Db
  try {
    db = openLedgerForReading(database)
  } catch {
    return null
  }
  try {
    return read(db)
  } finally {
    db.close()
  }
}

async function checkNode(
  database: string,
  chain: Config['chains'][number],
  due: number | null,
  signal?: AbortSignal,
): Promise<Checkup[]> {
  const source = createSource(chain)
  const what = `chain ${chain.id}`
  try {
    const info = await source.open(signal)
    // As `run` does.
    withLedger(database, (db) =>
      refuseOtherGenesis(db, { id: chain.id, caip2: source.caip2 }, info.genesisHash),
    )
    const head = await source.head(signal)
    const tag = head.finalized === null ? '' : `, finalized ${head.finalized}`
    const advice = chain.type === 'evm' ? evmAdvice(chain, info.reads) : null
    return [
      {
        what,
        state: advice === null ? 'ok' : 'warn',
        found: `${info.client} at ${source.endpoint}, head ${head.height}${tag}; reads ${info.reads}`,
        advice,
      },
      ...checkAboveHead(database, chain, head.height),
      ...((await source.tryOut?.(due ?? head.height, signal)) ?? []).map((trial) => ({ what, ...trial })),
      ...(chain.mempool ? [await checkMempool(chain.id, source, signal)] : []),
    ]
  } catch (error) {
    const advice =
      error instanceof ChainscreenError && error.details.length > 0 ? error.details.join(' ') : null
    return [{ what, state: 'fail', found: messageOf(error), advice }]
  } finally {
    await source.close()
  }
}

/** Of a chain that was never followed: of others, `start` says nothing of what is read next. */
function checkAboveHead(database: string, { id, start }: Config['chains'][number], head: number): Checkup[] {
  const began = withLedger(database, (db) => readChainState(db, id).startHeight) ?? null
  if (began !== null || start === 'latest' || start <= head) return []
  return [
    {
      what: `start of ${id}`,
      state: 'warn',
      found: `\`start\` is ${start}, above the node's head ${head}: nothing is screened until the chain gets there`,
      advice: 'if you meant an earlier block, lower `start`',
    },
  ]
}

async function checkMempool(chain: string, source: ChainSource, signal?: AbortSignal): Promise<Checkup> {
  const what = `mempool of ${chain}`
  try {
    const waiting = (await source.mempool?.(signal))?.hashes.length ?? 0
    return { what, state: 'ok', found: `${waiting} unconfirmed transactions`, advice: null }
  } catch (error) {
    const advice = 'blocks are screened all the same; change the node, or set mempool: false'
    return { what, state: 'fail', found: messageOf(error), advice }
  }
}

function evmAdvice(chain: EvmChainConfig, reads: string): string | null {
  const shallow = shallowFinality(chain)
  if (shallow !== null) return shallow
  if (chain.traces !== 'auto' || reads.includes('trace')) return null
  return 'it serves no call traces, so value moved inside contract calls is not found: enable its debug or trace namespace'
}
