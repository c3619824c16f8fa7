import type { Command } from 'commander'
import { openLedger } from '../ledger/open.ts'
import { removeList } from '../lists/remove-list.ts'
import { type CommonOptions, command, configIfAny, databaseOf, decidedBy, now } from './common.ts'
import { printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'

/** `lists remove ID`. */
export function removeListCommand(): Command {
  return command('remove', 'take a list out of force: one that the config does not name any more')
    .argument('<id>', 'a list of the database: `lists show` has them')
    .option('--actor <name>', "who decided; default: the operating system's user")
    .option('--note <text>', 'why')
    .action(async (id: string, options: CommonOptions & { actor?: string; note?: string }) => {
      const config = configIfAny(options)
      const db = openLedger(databaseOf(options, config), { create: false })
      try {
        const by = { ...decidedBy(options), at: now() }
        const removed = await removeList(db, id, config?.lists ?? [], by)
        if (options.json) printJson(removed)
        else if (removed.already)
          printLine(`${id} is out of force already: removed by ${removed.actor} at ${removed.at}.`)
        else
          printLine(
            `${id} is out of force from list revision ${removed.revision} on: ${removed.entries} ${removed.entries === 1 ? 'entry' : 'entries'} ended. Its versions and alerts stay.`,
          )
        await rescreenAfter(db, options)
      } finally {
        db.close()
      }
    })
}
