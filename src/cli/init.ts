import { existsSync, writeFileSync } from 'node:fs'
import { configTemplate } from '../config/template.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { sweepRejected } from '../lists/sweep-rejected.ts'
import { type CommandFactory, type CommonOptions, command, configOf, now } from './common.ts'
import { openLedger } from './open-ledger.ts'
import { printJson, printLine } from './output.ts'

/** `init`: a commented config to start from, and the database it names. */
export const initCommand: CommandFactory = () =>
  command('init', 'write a commented chainscreen.yaml, and create the database').action(
    async (options: CommonOptions) => {
      const isNew = !existsSync(options.config)
      if (isNew) writeTemplate(options.config)
      const { database } = configOf(options)
      const db = openLedger(database)
      try {
        await sweepRejected(db, now())
      } finally {
        db.close()
      }
      if (options.json) return printJson({ config: options.config, created: isNew, database })
      printLine(isNew ? `Wrote ${options.config}.` : `${options.config} exists already, and was not changed.`)
      printLine(`The database is ${database}.`)
      printLine(
        'Next: fill in your nodes and lists, `chainscreen doctor`, `chainscreen own import FILE`, `chainscreen run`.',
      )
    },
  )

function writeTemplate(file: string): void {
  try {
    writeFileSync(file, configTemplate, { flag: 'wx', mode: 0o600 })
  } catch (cause) {
    throw new ChainscreenError('config', `${file} can't be written: ${messageOf(cause)}.`, { cause })
  }
}
