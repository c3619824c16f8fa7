import { once } from 'node:events'
import type { ChainCondition } from '../chains/watchdog.ts'
import type { Config } from '../config/schema.ts'
import { createLog } from '../diagnostics/log.ts'
import { readHalt } from '../ledger/blocks/chain.ts'
import type { Db } from '../ledger/database.ts'
import { newEpochText, renewEpochWhereRestored } from '../ledger/events/epoch.ts'
import { daemonChains, isDaemonBeating, isDaemonLockFree } from '../ledger/file-locks.ts'
import { createGroupCommit } from '../ledger/group-commit.ts'
import { serverSettings } from '../server/context.ts'
import { startServer } from '../server/server.ts'
import { type CommandFactory, type CommonOptions, command, configOf, now, stopSignal } from './common.ts'
import { openLedger } from './open-ledger.ts'

/** `server`: the API without the daemon, over the same database. */
export const serverCommand: CommandFactory = () =>
  command('server', 'the HTTP API alone, without the daemon, over the same database').action(
    async (options: CommonOptions) => {
      const config = configOf(options)
      const log = createLog(config.log.level)
      const signal = stopSignal()
      const db = openLedger(config.database, { create: false })
      try {
        if (await renewEpochWhereRestored(db)) log.info(newEpochText)
        const server = await startServer({
          ...{ db, group: createGroupCommit(db), settings: serverSettings(config), log, now },
          conditions: () => conditionsIn(db, config),
          // Lists are loaded by the daemon, and by `lists update`: whether they are fresh, each of them says.
          isStarted: () => true,
        })
        log.info(`API, health and metrics at ${server.url}`)
        if (!signal.aborted) await once(signal, 'abort')
        await server.close()
      } finally {
        db.close()
      }
    },
  )

/** How it goes with the chains, as far as the database tells. */
function conditionsIn(db: Db, config: Config): ChainCondition[] {
  const followed = daemonChains(db)
  const missing = missingDaemon(db)
  return config.chains.map(({ id: chain }) => {
    const halt = readHalt(db, chain)
    if (halt !== null) return { chain, state: 'halted' as const, since: halt.at, reason: halt.reason }
    if (missing === null && followed?.includes(chain))
      return { chain, state: 'following' as const, since: now(), reason: null }
    const reason = missing ?? 'no daemon that follows it runs on this database'
    return { chain, state: 'waiting' as const, since: new Date(0).toISOString(), reason }
  })
}

/** Why nothing is followed; `null` where a daemon is at it. What it wrote of itself outlives it: the lock does not. */
function missingDaemon(db: Db): string | null {
  if (isDaemonLockFree(db)) return 'no daemon runs on this database'
  return isDaemonBeating(db, now())
    ? null
    : 'the daemon on this database has shown no sign of life for 90 seconds'
}
