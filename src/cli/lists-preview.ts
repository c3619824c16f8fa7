import type { Command } from 'commander'
import { openLedgerForReading } from '../ledger/open.ts'
import { type ListPreview, previewList } from '../pipeline/rescreening/preview-list.ts'
import { printAlerts } from './alerts.ts'
import { type CommonOptions, command, configOf, listConfigOf, listFileHelp, now } from './common.ts'
import { amountText, partyText, printable, printJson, printLine, printTable, printWrapped } from './output.ts'

/** `lists preview ID FILE`: what a new version would flag and clear. */
export function previewCommand(): Command {
  return command('preview', 'which stored transfers a new version would flag or clear; nothing is activated')
    .argument('<id>', 'a list of the config')
    .argument('<file>', listFileHelp)
    .action(async (id: string, file: string, options: CommonOptions) => {
      const config = configOf(options)
      const list = listConfigOf(config, id)
      const db = openLedgerForReading(config.database)
      try {
        const preview = await previewList(db, list, file, now())
        if (options.json) printJson(preview)
        else printPreview(preview)
      } finally {
        db.close()
      }
    })
}

function printPreview(preview: ListPreview): void {
  const { listId, added, removed, flagged, ownListed, cleared, listedAgain, regraded } = preview
  printLine(`${listId}: ${added} addresses would be added, ${removed} removed. Nothing was activated.`)
  printWrapped('', outcomeText(preview))
  printCount(flagged, 'stored transfers would be flagged')
  if (flagged.length > 0) {
    printTable(
      ['  chain', 'block', 'level', 'direction', 'role', 'match', 'amount', 'counterparty', 'listed as'],
      flagged.map((one) => [
        ...[`  ${one.chain}`, one.blockHeight, one.level, one.direction, one.role, one.match],
        ...[amountText(one), one.counterparty, partyText(one.subject, one.subjectIds) || one.entryAddress],
      ]),
    )
  }
  printCount(ownListed, 'own addresses would be listed')
  for (const { address, match, subject, subjectIds, entryAddress } of ownListed) {
    printLine(`  ${address} (${match}): ${printable(partyText(subject, subjectIds) || entryAddress)}`)
  }
  printCount(cleared, 'alerts would get the event entry-removed')
  if (cleared.length > 0) printAlerts(cleared)
  if (listedAgain.length > 0) {
    printCount(listedAgain, 'alerts would get the event listed-again')
    printAlerts(listedAgain)
  }
  if (regraded.length > 0) {
    printCount(regraded, 'alerts would get the event regraded: their entry names another party')
    printAlerts(regraded)
  }
}

/** What importing the file would do. */
function outcomeText({ listId, outcome, reasons }: ListPreview): string {
  if (outcome === 'unchanged') return 'It is the active version: importing it changes nothing.'
  if (outcome === 'activated') return 'Importing it would activate it at once.'
  return `Importing it would hold it for approval: ${reasons.join('; ')}. \`chainscreen lists approve ${listId}\` would then activate it.`
}

/** With a colon where what is counted follows. */
function printCount({ length }: readonly unknown[], what: string): void {
  printLine(`${length} ${what}${length === 0 ? '.' : ':'}`)
}
