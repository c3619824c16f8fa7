import { takeDaemonLock } from '../ledger/daemon-lock.ts'
import { openLedger } from '../ledger/open.ts'
import { loadLists } from '../lists/load-lists.ts'
import { createLog } from '../log.ts'
import { freezeContractsOn, knowFreezeLists } from '../pipeline/know-freeze-lists.ts'
import { Memory } from '../pipeline/memory.ts'
import { chainOf, createSource, pinned } from '../pipeline/open-chain.ts'
import { replay } from '../pipeline/replay.ts'
import {
  type CommandFactory,
  type CommonOptions,
  chainConfigOf,
  chainHelp,
  command,
  configOf,
  now,
  parseHeight,
  stopSignal,
} from './common.ts'
import { printJson, printLine } from './output.ts'
import { createProgress } from './progress.ts'
import { rescreenAfter } from './rescreen.ts'

/** `replay CHAIN --from H --to H`. */
export const replayCommand: CommandFactory = () =>
  command('replay', 'screen a historic range again; same ids, no duplicates')
    .argument('<chain>', chainHelp)
    .requiredOption('--from <height>', 'first block')
    .requiredOption('--to <height>', 'last block')
    .action(async (id: string, options: CommonOptions & { from: string; to: string }) => {
      const config = configOf(options)
      const chainConfig = chainConfigOf(config, id)
      const range = { from: parseHeight(options.from), to: parseHeight(options.to) }
      const log = createLog(config.log.level)
      const progress = createProgress(log)
      const db = openLedger(config.database)
      const bare = createSource(chainConfig, {
        freezeContracts: freezeContractsOn(config, id),
        retriesTraces: true,
      })
      try {
        const letGo = takeDaemonLock(db)
        try {
          await loadLists(db, config.lists, log, now)
          knowFreezeLists(db, config, now())
          const chain = chainOf(chainConfig, bare)
          const source = pinned(bare, db, chain, now)
          const signal = stopSignal()
          await source.open(signal)
          const wiring = { db, chain, memory: new Memory(db), now }
          const counts = await replay(wiring, source, {
            ...range,
            prefetch: chainConfig.prefetch,
            finality: chainConfig.finality,
            signal,
            onProgress: (height) => progress.update(id, height - range.from + 1, range.to - range.from + 1),
          })
          progress.stop()
          // Blocks of the range may have said who is frozen: what stood before them is matched with that.
          await rescreenAfter(db, options)
          if (options.json) return printJson({ chain: id, ...range, ...counts })
          printLine(
            `${id} ${range.from} to ${range.to}: ${counts.created} new alerts, ${counts.reinstated} brought back, ${counts.known} stood already.`,
          )
        } finally {
          letGo()
        }
      } finally {
        progress.stop()
        await bare.close()
        db.close()
      }
    })
