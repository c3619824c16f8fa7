import type { Command } from 'commander'
import { createLog } from '../diagnostics/log.ts'
import { importOwn, retireOwnAddresses } from '../operations/own-addresses.ts'
import {
  type ActOptions,
  actOf,
  type CommandFactory,
  type CommonOptions,
  chainHelp,
  command,
  configOf,
  stopSignal,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { createProgress, printJson, printLine } from './output.ts'
import { addCommand, listedHelp } from './own-add.ts'
import { listCommand } from './own-list.ts'
import { removeCommand } from './own-remove.ts'
import { finishAdding, printCounts, sinceHelp, sinceOf } from './since.ts'

/** `own import|add|retire|remove|list`. */
export const ownCommand: CommandFactory = () =>
  command('own', "the exchange's own addresses")
    .addCommand(importCommand())
    .addCommand(addCommand())
    .addCommand(retireCommand())
    .addCommand(removeCommand())
    .addCommand(listCommand())

interface ImportOptions extends CommonOptions, ActOptions {
  listed?: boolean
  since?: string
  chain?: string
}

function importCommand(): Command {
  return withAct(command('import', 'load a CSV file: address,kind,reference[,chain]'))
    .argument('<file>', 'a CSV file with a header')
    .option('--listed', listedHelp)
    .option('--since <height>', sinceHelp)
    .option('--chain <name>', `the chain that --since is a height of, where there are several: ${chainHelp}`)
    .action(async (file: string, options: ImportOptions) => {
      const config = configOf(options)
      const progress = createProgress(createLog(config.log.level))
      const db = openLedger(config.database)
      try {
        const act = actOf(options, config, db)
        const since = await sinceOf(db, config, options, null)
        let read = 0
        const counts = await importOwn(db, file, config.chains, act, {
          refuseListed: options.listed !== true,
          signal: stopSignal(),
          onProgress: ({ bytes, totalBytes, rows }) => {
            read = rows
            progress.update('bytes read', bytes, totalBytes)
          },
          onWritten: (rows) => progress.update('rows written', Math.min(rows, read), read),
        })
        progress.stop()
        const { revision, ...report } = counts
        const say = () => printCounts(db, counts, since)
        const added = { report, say, revision }
        await finishAdding(db, config, options, added, since)
      } finally {
        progress.stop()
        db.close()
      }
    })
}

function retireCommand(): Command {
  return withAct(
    command(
      'retire',
      'mark addresses or descriptors as out of use; what moves through them is still screened',
    ),
  )
    .argument('<address...>', 'addresses, and descriptors as #CHECKSUM')
    .action(async (words: string[], options: CommonOptions & ActOptions) => {
      const config = configOf(options)
      const db = openLedger(config.database)
      try {
        const act = actOf(options, config, db)
        const retired = await retireOwnAddresses(db, words, act)
        if (options.json) printJson({ retired })
        else printLine(`${retired} retired.`)
      } finally {
        db.close()
      }
    })
}
