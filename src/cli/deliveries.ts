import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { createSink } from '../delivery/sinks.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Db } from '../ledger/database.ts'
import { readParked, type SinkState, sinkStates } from '../ledger/delivery/sinks.ts'
import { readEpoch } from '../ledger/events/epoch.ts'
import { lastSequence } from '../ledger/events/outbox.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { demandSink, retrySink, skipEvents } from '../operations/deliveries.ts'
import { printColumns } from './columns.ts'
import {
  type ActOptions,
  actOf,
  type CommandFactory,
  type CommonOptions,
  command,
  configIfAny,
  configOf,
  databaseOf,
  now,
  parseHeight,
  stopSignal,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { printJson, printLine } from './output.ts'

/** `deliveries list|retry|skip|test`. */
export const deliveriesCommand: CommandFactory = (done) =>
  command('deliveries', 'who gets events, how far each is, and what was refused')
    .addCommand(listCommand())
    .addCommand(retryCommand())
    .addCommand(skipCommand())
    .addCommand(testCommand(done))

function listCommand(): Command {
  return command('list', 'sinks, how far each is, and the events that one of them refused')
    .argument('[sink]', 'also the events of this sink that are set aside')
    .action((id: string | undefined, options: CommonOptions) => {
      const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
      try {
        if (id !== undefined) demandSink(db, id)
        const sinks = sinkStates(db).filter((sink) => id === undefined || sink.id === id)
        const parked = id === undefined ? [] : readParked(db, id)
        if (options.json) printJson(id === undefined ? sinks : { sinks, events: parked })
        else print(sinks, parked)
      } finally {
        db.close()
      }
    })
}

function print(sinks: ReturnType<typeof sinkStates>, parked: ReturnType<typeof readParked>): void {
  const columns = (titles: string) => titles.split(' ').map((title) => ({ title }))
  printColumns(
    columns('SINK DEPTH OLDEST WAITING REFUSED DEAD ATTEMPTS NEXT STATE'),
    sinks.map(({ id, depth, oldestAt, waiting, refused, dead, attempts, next_at, ...sink }) => [
      ...[id, depth, oldestAt, waiting, refused, dead, attempts, next_at],
      stateText(sink),
    ]),
    'No sink: `delivery` of the config names them, and `run` begins with them.',
  )
  if (parked.length === 0) return
  printLine('')
  printColumns(
    columns('SEQUENCE STATE ATTEMPTS NEXT ALERT PROBLEM'),
    parked.map(({ sequence, state, attempts, next_at, alert, problem }) => [
      ...[sequence, state, attempts, next_at, alert, problem],
    ]),
    '',
  )
}

function stateText({
  disabled,
  problem,
  refusal,
}: Pick<SinkState, 'disabled' | 'problem' | 'refusal'>): string {
  if (disabled !== null) return `disabled: ${disabled}`
  return problem ?? (refusal === null ? 'ok' : `refuses events: ${refusal}`)
}

function retryCommand(): Command {
  return withAct(
    command('retry', 'try a sink again at once: also one that is disabled, and events that wait'),
  )
    .argument('<sink>', 'its id in the config')
    .option('--dead', 'also events that were given up')
    .option('--from <sequence>', 'deliver everything after this event again: one that the sink has passed')
    .action(async (id: string, options: CommonOptions & ActOptions & { dead?: boolean; from?: string }) => {
      const from = options.from === undefined ? undefined : parseHeight(options.from, 'sequence')
      const count = await changing(options, (db, act) =>
        retrySink(db, id, { dead: options.dead === true, from }, act),
      )
      if (options.json) printJson({ sink: id, events: count })
      else printLine(`${id} is tried again, with ${count} events that were set aside.`)
    })
}

function skipCommand(): Command {
  return withAct(command('skip', 'give up events that a sink refused, or has yet to get'))
    .argument('<sink>', 'its id in the config')
    .argument('[sequences...]', 'of the events, as `deliveries list SINK` shows them, or after its cursor')
    .option('--all', 'every event that is set aside')
    .action(async (id: string, given: string[], options: CommonOptions & ActOptions & { all?: boolean }) => {
      if ((given.length === 0) === (options.all !== true))
        throw new ChainscreenError('usage', 'Expected sequences of events, or --all.')
      const which = options.all === true ? 'all' : given.map((text) => parseHeight(text, 'sequence'))
      const count = await changing(options, (db, act) => skipEvents(db, id, which, act))
      if (options.json) printJson({ sink: id, events: count })
      else printLine(`${count} events are given up: ${id} does not get them.`)
    })
}

async function changing(
  options: CommonOptions & ActOptions,
  change: (db: Db, act: ReturnType<typeof actOf>) => number,
): Promise<number> {
  const config = configIfAny(options)
  const db = openLedger(databaseOf(options, config), { create: false })
  try {
    const act = actOf(options, config, db)
    return await inTurn(db, () => change(db, act))
  } finally {
    db.close()
  }
}

function testCommand(done: (code: number) => void): Command {
  return command('test', 'send a made-up event to a sink, and show what it answers')
    .argument('<sink>', 'its id in the config')
    .action(async (id: string, options: CommonOptions) => {
      const config = configOf(options)
      const sinkConfig = config.delivery.find((each) => each.id === id)
      if (sinkConfig === undefined) {
        const known = config.delivery.map((each) => each.id).join(', ') || 'none'
        throw new ChainscreenError('usage', `No sink of the config has the id ${id}; it has: ${known}.`)
      }
      const db = openLedgerForReading(config.database)
      const event = {
        ...{ id: randomBytes(16).toString('hex'), type: 'delivery.test', timestamp: now() },
        ...{ sequence: lastSequence(db), epoch: readEpoch(db), data: { sink: id } },
      }
      db.close()
      const sink = createSink(sinkConfig)
      try {
        const [outcome] = await sink.deliver([event], stopSignal())
        const isSent = outcome?.kind === 'sent'
        const why = outcome !== undefined && 'why' in outcome ? outcome.why : null
        if (options.json) printJson({ sink: id, event: event.id, sent: isSent, problem: why })
        else printLine(isSent ? `${id} took the event ${event.id}.` : `${id} did not take it: ${why}`)
        if (!isSent) done(1)
      } finally {
        await sink.close()
      }
    })
}
