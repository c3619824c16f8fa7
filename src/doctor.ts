import { existsSync } from 'node:fs'
import type { Config } from './config/schema.ts'
import { ChainscreenError, messageOf } from './errors.ts'
import { openLedgerForReading } from './ledger/open.ts'
import { countOwnAddresses } from './ledger/own-addresses.ts'
import { listFile } from './lists/load-lists.ts'
import { reportLists } from './lists/report.ts'
import { createSource } from './pipeline/open-chain.ts'

/** One thing that was looked at. */
export interface Checkup {
  what: string
  state: 'ok' | 'warn' | 'fail'
  found: string
  /** What to change, where something is wrong. */
  advice: string | null
}

/** Looks at everything a daemon would need, changes nothing. @param at now, ISO-8601. */
export async function examine(config: Config, at: string, signal?: AbortSignal): Promise<Checkup[]> {
  const nodes = await Promise.all(config.chains.map((chain) => checkNode(chain, signal)))
  return [...checkDatabase(config, at), ...checkListFiles(config), ...nodes]
}

function checkDatabase(config: Config, at: string): Checkup[] {
  const what = 'database'
  if (!existsSync(config.database)) {
    return [
      { what, state: 'warn', found: `${config.database} is not there yet`, advice: 'run `chainscreen init`' },
    ]
  }
  try {
    const db = openLedgerForReading(config.database)
    try {
      const own = countOwnAddresses(db)
      const lists = reportLists(db, undefined, at)
      return [
        { what, state: 'ok', found: config.database, advice: null },
        {
          what: 'own addresses',
          state: own > 0 ? 'ok' : 'warn',
          found: String(own),
          advice:
            own > 0 ? null : 'load them with `chainscreen own import FILE`: without any, nothing is screened',
        },
        ...lists.map((list) => ({
          what: `list ${list.id}`,
          state:
            list.activeSnapshot === null || list.snapshots.some(({ state }) => state === 'held')
              ? ('warn' as const)
              : ('ok' as const),
          found: `${list.inForce} in force, issued on ${list.issuedOn ?? 'unknown'}, checked ${list.checkedAt ?? 'never'}`,
          advice: list.snapshots.some(({ state }) => state === 'held')
            ? `a version is held: \`chainscreen lists show ${list.id}\``
            : null,
        })),
      ]
    } finally {
      db.close()
    }
  } catch (error) {
    return [{ what, state: 'fail', found: messageOf(error), advice: null }]
  }
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
    .filter((list) => !existsSync(listFile(list)))
    .map((list) => ({
      what: `list ${list.id}`,
      state: 'fail',
      found: `no file at ${list.file}`,
      advice: 'put the file there, or change `file`',
    }))
}

async function checkNode(chain: Config['chains'][number], signal?: AbortSignal): Promise<Checkup> {
  const source = createSource(chain)
  const what = `chain ${chain.id}`
  try {
    const info = await source.open(signal)
    const head = await source.head(signal)
    const tag = head.finalized === null ? '' : `, finalized ${head.finalized}`
    return {
      what,
      state: 'ok',
      found: `${info.client} at ${source.endpoint}, head ${head.height}${tag}; reads ${info.reads}`,
      advice: null,
    }
  } catch (error) {
    const advice =
      error instanceof ChainscreenError && error.details.length > 0 ? error.details.join(' ') : null
    return { what, state: 'fail', found: messageOf(error), advice }
  } finally {
    await source.close()
  }
}
