import type { Command } from 'commander'
import type { Config } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { Replay } from '../ledger/blocks/replays.ts'
import type { Db } from '../ledger/database.ts'
import { removeOwnAddresses } from '../operations/own-addresses.ts'
import { type ActOptions, actOf, type CommonOptions, command, configOf, withAct } from './common.ts'
import { openLedger } from './open-ledger.ts'
import { printJson, printLine } from './output.ts'
import { rescreenAfter } from './rescreen.ts'
import { type BackwardsReport, printRescan, screenSince } from './since.ts'

/** `own remove ADDRESS…`. */
export function removeCommand(): Command {
  return withAct(
    command(
      'remove',
      'addresses that never were yours: foreign from now on, and blocks screened with them as own are rescanned',
    ),
  )
    .argument('<address...>', 'registered by mistake; of one that was yours, `own retire`')
    .action(async (addresses: string[], options: CommonOptions & ActOptions) => {
      const config = configOf(options)
      const db = openLedger(config.database, { create: false })
      try {
        const act = actOf(options, config, db)
        const asked = await removeOwnAddresses(db, addresses, act)
        const removed = new Set(addresses).size
        if (!options.json) printLine(`${removed} removed: foreign from now on.`)
        await rescreenAfter(db, options)
        const backwards: BackwardsReport[] = []
        for (const range of asked) {
          const report = await readAgain(db, config, range)
          backwards.push(report)
          if (!options.json) say(config, report)
        }
        if (options.json) printJson({ removed, backwards })
      } finally {
        db.close()
      }
    })
}

async function readAgain(db: Db, config: Config, range: Replay): Promise<BackwardsReport> {
  const { chain: id, from, to } = range
  const chain = config.chains.find((each) => each.id === id)
  const none = { created: 0, reinstated: 0, known: 0 }
  if (chain === undefined) return { chain: id, from, to, state: 'left', ...none }
  try {
    return await screenSince(db, config, { chain }, range)
  } catch (error) {
    throw new ChainscreenError(
      error instanceof ChainscreenError ? error.code : 'failure',
      `The addresses were removed, and blocks ${from} to ${to} of ${id} are still to be rescanned: the next \`run\` does it. ${messageOf(error)}`,
      { cause: error },
    )
  }
}

function say(config: Config, report: BackwardsReport): void {
  const { chain, from, to } = report
  if (config.chains.some(({ id }) => id === chain)) printRescan(report)
  else printLine(`Blocks ${from} to ${to} of ${chain} will be rescanned once the config has that chain.`)
}
