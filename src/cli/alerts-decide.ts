import type { Command } from 'commander'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { findAlerts } from '../ledger/alerts/alert-queries.ts'
import type { Act } from '../ledger/audit.ts'
import type { Db } from '../ledger/database.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { confirm, type Decided, decide, requireSecondPerson } from '../operations/decide.ts'
import { fileReport } from '../operations/file-report.ts'
import { assign, comment } from '../operations/follow-up.ts'
import { type Decision, decisionMeanings, decisions } from '../screening/decision.ts'
import { choosesAlerts, type FilterOptions, filterOf, withFilter } from './alert-filter.ts'
import { printAlerts } from './alerts.ts'
import { agreed } from './ask.ts'
import { type ActOptions, actOf, command, configIfAny, databaseOf, withAct } from './common.ts'
import { openLedger } from './open-ledger.ts'
import { printJson, printLine } from './output.ts'

type DecideOptions = FilterOptions & ActOptions & { yes?: boolean; on?: string }

const meanings = [...decisions, 'note' as const]
  .map(
    (word) =>
      `  ${word.padEnd(16)}${word === 'note' ? 'no decision: adds the note alone' : decisionMeanings[word]}`,
  )
  .join('\n')

/** `alerts resolve ID…`. */
export function resolveCommand(): Command {
  return withAct(
    withFilter(command('resolve', "record a person's decision on alerts: given by ids, or by a filter"))
      .argument('[id...]', 'alerts: their ids, or the first digits of them')
      .requiredOption('--as <decision>', `${decisions.join(', ')}, note`)
      .option(
        '--on <day>',
        'the day on which it was blocked or rejected; default: of the block, or of the listing if later',
      )
      .option('--yes', 'decide all that the filter finds, without a question'),
  )
    .addHelpText(
      'after',
      `\nDecisions:\n${meanings}\n\nA report is due ten business days after that day: of blocked property by 31 CFR 501.603, of a rejected transaction by 501.604.`,
    )
    .action((ids: string[], options: DecideOptions & { as: string }) => {
      const { as, on = null } = options
      if (as === 'note')
        return change(ids, options, (db, all, act) => printDone(options, comment(db, all, act), 'note added'))
      const decision = decisionNamed(as)
      return change(ids, options, (db, all, act) =>
        printDecided(options, decide(db, { ids: all, decision, on }, act), act),
      )
    })
}

/** `alerts acknowledge ID…`. */
export function acknowledgeCommand(): Command {
  return decisionCommand('acknowledge', 'say that you look into alerts', 'acknowledged')
}

/** `alerts reopen ID…`. */
export function reopenCommand(): Command {
  return decisionCommand('reopen', 'take back the decision on alerts: they are open again', 'reopened')
}

function decisionCommand(name: string, description: string, decision: Decision): Command {
  return onIds(name, description).action((ids: string[], options: DecideOptions) =>
    change(ids, options, (db, all, act) =>
      printDecided(options, decide(db, { ids: all, decision }, act), act),
    ),
  )
}

/** `alerts confirm ID…`. */
export function confirmCommand(): Command {
  return onIds(
    'confirm',
    'confirm what another person proposed (`decisions.secondPerson` in the config)',
  ).action((ids: string[], options: DecideOptions) =>
    change(ids, options, (db, all, act) => printDecided(options, confirm(db, { ids: all }, act), act)),
  )
}

/** `alerts assign ID… --to NAME`. */
export function assignCommand(): Command {
  return onIds('assign', 'give alerts to a person')
    .requiredOption('--to <name>', 'the person; none: to nobody')
    .action((ids: string[], options: DecideOptions & { to: string }) => {
      const to = options.to === 'none' ? null : options.to
      const done = to === null ? 'assigned to nobody' : `assigned to ${to.trim()}`
      return change(ids, options, (db, all, act) => printDone(options, assign(db, all, to, act), done))
    })
}

/** `alerts note ID… --note TEXT`. */
export function noteCommand(): Command {
  return onIds('note', 'add a note to alerts').action((ids: string[], options: DecideOptions) =>
    change(ids, options, (db, all, act) => printDone(options, comment(db, all, act), 'note added')),
  )
}

/** `alerts filed ID… --on DAY --reference TEXT`. */
export function filedCommand(): Command {
  return (
    onIds('filed', 'record that the report on blocked or rejected alerts was sent to the regulator')
      .requiredOption('--on <day>', 'the day on which it was sent')
      // Not required of commander: `alerts` has the same option, and hands it on only after that check.
      .option('--reference <text>', 'how the regulator, or your case, names it; required')
      .action((ids: string[], options: DecideOptions & { on: string }) => {
        const { on, reference, ...others } = options
        if (reference === undefined)
          throw new ChainscreenError('usage', '--reference is missing; expected how the report is named.')
        const done = `report filed on ${on} as ${reference.trim()}`
        return change(ids, others, (db, all, act) =>
          printDone(options, fileReport(db, all, { on, reference }, act), done),
        )
      })
  )
}

function onIds(name: string, description: string): Command {
  return withAct(command(name, description)).argument(
    '<id...>',
    'alerts: their ids, or the first digits of them',
  )
}

/** Opens the ledger, finds the alerts, and changes them. @param work one transaction, and then what is printed of it. */
async function change(
  ids: readonly string[],
  options: DecideOptions,
  work: (db: Db, ids: readonly string[], act: Act) => void,
): Promise<void> {
  const config = configIfAny(options)
  const db = openLedger(databaseOf(options, config), { create: false })
  try {
    if (config !== null)
      await inTurn(db, () => requireSecondPerson(db, config.decisions.secondPerson, actOf({}, config, db)))
    const act = actOf(options, config, db)
    const chosen = await chosenIds(db, ids, options)
    if (chosen !== null) await inTurn(db, () => work(db, chosen, act))
  } finally {
    db.close()
  }
}

/** @returns `null` where the person said no, or the filter finds none. */
async function chosenIds(
  db: Db,
  ids: readonly string[],
  options: DecideOptions,
): Promise<readonly string[] | null> {
  const isFiltered = choosesAlerts(options)
  if (isFiltered && ids.length > 0)
    throw new ChainscreenError('usage', 'Nothing was done: give ids or a filter, not both.')
  if (ids.length > 0) return ids
  if (!isFiltered)
    throw new ChainscreenError(
      'usage',
      'Nothing was done: expected ids of alerts, or a filter such as --reference.',
    )
  const found = findAlerts(db, filterOf(db, configIfAny(options), options))
  if (found.length === 0) {
    if (options.json) printJson([])
    else printLine('No alerts.')
    return null
  }
  if (options.yes !== true) {
    printAlerts(found)
    if (!(await agreed(`Decide ${found.length === 1 ? 'this alert' : `these ${found.length} alerts`}?`)))
      return null
  }
  return found.map(({ id }) => id)
}

function decisionNamed(word: string): Decision {
  const decision = decisions.find((one) => one === word)
  if (decision !== undefined) return decision
  throw new ChainscreenError('usage', `--as ${word} is no decision; expected one of:`, {
    details: meanings.split('\n').map((line) => line.trim()),
  })
}

function printDone(options: DecideOptions, ids: readonly string[], done: string): void {
  if (options.json) printJson(ids.map((id) => ({ id })))
  else for (const id of ids) printLine(`${id}: ${done}.`)
}

function printDecided(options: DecideOptions, all: readonly Decided[], { actor }: Act): void {
  if (options.json) printJson(all.map((one) => ({ ...one, as: one.decision, actor })))
  else
    for (const { id, decision, outcome, proposedBy, dueOn } of all) {
      const due = dueOn === null ? '' : ` A report is due on ${dueOn}.`
      if (outcome === 'proposed')
        printLine(`${id}: ${decision} is proposed by ${actor}; another person has to confirm it.`)
      else if (outcome === 'confirmed')
        printLine(`${id}: ${decision}, proposed by ${proposedBy}, confirmed by ${actor}.${due}`)
      else printLine(`${id}: ${decision}, by ${actor}.${due}`)
    }
}
