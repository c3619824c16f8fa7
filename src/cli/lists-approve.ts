import type { Command } from 'commander'
import { openLedger } from '../ledger/open.ts'
import { approveSnapshot } from '../lists/approve-snapshot.ts'
import { type CommonOptions, command, configIfAny, databaseOf, now } from './common.ts'
import { printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'

/** `lists approve ID SNAPSHOT`: activates a version that the guard held. */
export function approveCommand(): Command {
  return command('approve', 'activate a held version from its archived file')
    .argument('<id>', 'a list')
    .argument('<snapshot>', 'its SHA-256, or the first digits of it: `lists show ID` has them')
    .action(async (id: string, snapshot: string, options: CommonOptions) => {
      const db = openLedger(databaseOf(options, configIfAny(options)), { create: false })
      try {
        const approval = await approveSnapshot(db, id, snapshot, now())
        if (options.json) printJson(approval)
        else {
          const { listId, sha256, reason, revision } = approval
          printLine(`${listId}: activated as revision ${revision}. Snapshot ${sha256}.`)
          printLine(`It was held: ${reason ?? 'no reason noted'}.`)
        }
        await rescreenAfter(db, options)
      } finally {
        db.close()
      }
    })
}
