import type { Command } from 'commander'
import { parseAddress } from '../address/parse.ts'
import { ChainscreenError } from '../errors.ts'
import type { Db } from '../ledger/database.ts'
import { openLedger, openLedgerForReading } from '../ledger/open.ts'
import { listOwnAddresses, retireOwnAddresses } from '../ledger/own-addresses.ts'
import { createLog } from '../log.ts'
import { addOwn, importOwnFile, type OwnCounts } from '../own/import-own.ts'
import { ownKinds } from '../own/own-row.ts'
import {
  type CommandFactory,
  type CommonOptions,
  command,
  configIfAny,
  configOf,
  databaseOf,
  now,
  stopSignal,
} from './common.ts'
import { printJson, printLine, printTable } from './output.ts'
import { createProgress } from './progress.ts'
import { rescreenAfter } from './rescreen.ts'

/** `own import|add|retire|list`. */
export const ownCommand: CommandFactory = () =>
  command('own', "the exchange's own addresses")
    .addCommand(importCommand())
    .addCommand(addCommand())
    .addCommand(retireCommand())
    .addCommand(listCommand())

function importCommand(): Command {
  return command('import', 'load a CSV file: address,kind,reference[,chain]')
    .argument('<file>')
    .action(async (file: string, options: CommonOptions) => {
      const config = configOf(options)
      const progress = createProgress(createLog(config.log.level))
      const db = openLedger(config.database)
      try {
        let read = 0
        const counts = await importOwnFile(db, file, config.chains, {
          at: now(),
          signal: stopSignal(),
          onProgress: ({ bytes, totalBytes, rows }) => {
            read = rows
            progress.update('bytes read', bytes, totalBytes)
          },
          onWritten: (rows) => progress.update('rows written', Math.min(rows, read), read),
        })
        progress.stop()
        sayCounts(counts, options)
        await rescreenAfter(db, options)
      } finally {
        progress.stop()
        db.close()
      }
    })
}

function addCommand(): Command {
  return command('add', 'add addresses')
    .argument('<address...>')
    .option(
      '--kind <kind>',
      `${ownKinds.join(', ')}; a new address is a deposit address where nothing is said`,
    )
    .option('--reference <text>', "the exchange's own opaque id")
    .option('--chain <id>', 'own on this chain only')
    .action(
      async (
        addresses: string[],
        options: CommonOptions & { kind?: string; reference?: string; chain?: string },
      ) => {
        const config = configOf(options)
        const { kind, reference, chain = '' } = options
        const db = openLedger(config.database)
        try {
          sayCounts(await addOwn(db, addresses, { kind, reference, chain }, config.chains, now()), options)
          await rescreenAfter(db, options)
        } finally {
          db.close()
        }
      },
    )
}

function sayCounts(counts: OwnCounts, options: CommonOptions): void {
  if (options.json) {
    printJson(counts)
    return
  }
  printLine(`${counts.added} added, ${counts.changed} changed, ${counts.known} known already.`)
  if (counts.added > 0) {
    printLine(
      'Blocks screened before now did not look for the added ones: `chainscreen coverage` shows it, `chainscreen replay` screens them.',
    )
  }
}

function retireCommand(): Command {
  return command('retire', 'mark addresses as out of use; what moves through them is still screened')
    .argument('<address...>')
    .action(async (addresses: string[], options: CommonOptions) => {
      const keys = addresses.map((address) => {
        const parsed = parseAddress(address)
        if (parsed.ok) return parsed.key
        throw new ChainscreenError(
          'usage',
          `Nothing was retired: ${address} can't be read: ${parsed.reason}.`,
        )
      })
      const db = openLedger(configOf(options).database)
      try {
        await retireOwnAddresses(db, keys, now())
        if (options.json) printJson({ retired: keys.length })
        else printLine(`${keys.length} retired.`)
      } finally {
        db.close()
      }
    })
}

function listCommand(): Command {
  return command('list', 'list own addresses').action((options: CommonOptions) => {
    const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
    try {
      if (options.json) printEachAsJson(db)
      else {
        const rows = [...listOwnAddresses(db)].map((row) => [
          row.address,
          row.kind,
          row.reference,
          row.chain,
          row.retired_at,
        ])
        printTable(['address', 'kind', 'reference', 'chain', 'retired at'], rows)
      }
    } finally {
      db.close()
    }
  })
}

/** One object a line: there may be millions. */
function printEachAsJson(db: Db): void {
  for (const { address, kind, reference, chain, added_at, retired_at } of listOwnAddresses(db)) {
    printLine(
      JSON.stringify({ address, kind, reference, chain: chain === '' ? null : chain, added_at, retired_at }),
    )
  }
}
