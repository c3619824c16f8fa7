import type { Command } from 'commander'
import type { Db } from '../ledger/database.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { listOwnAddresses, type OwnAddressRow } from '../ledger/own/own-addresses.ts'
import { listDescriptors } from '../ledger/own/own-descriptors.ts'
import { type CommonOptions, command, configIfAny, databaseOf } from './common.ts'
import { isOutputLost, printLine, printTable } from './output.ts'
import { descriptorJson, printDescriptors } from './own-descriptors.ts'

/** `own list [--derived]` */
export function listCommand(): Command {
  return command('list', 'list descriptors, with how far they are derived and used, and own addresses')
    .option('--derived', 'the addresses of descriptors too')
    .action((options: CommonOptions & { derived?: boolean }) => {
      const db = openLedgerForReading(databaseOf(options, configIfAny(options)))
      const derived = options.derived === true
      try {
        if (options.json) printEachAsJson(db, derived)
        else print(db, derived)
      } finally {
        db.close()
      }
    })
}

function print(db: Db, derived: boolean): void {
  const descriptors = listDescriptors(db)
  if (descriptors.length > 0) {
    printDescriptors(descriptors)
    printLine()
  }
  const rows = [...listOwnAddresses(db, { derived })].map((row) => [
    ...[row.address, row.kind, row.reference, row.chain, row.retired_at],
  ])
  if (rows.length > 0 || descriptors.length === 0) {
    printTable(['address', 'kind', 'reference', 'chain', 'retired at'], rows)
  }
}

/** One object a line: there may be millions. */
function printEachAsJson(db: Db, derived: boolean): void {
  for (const branch of listDescriptors(db)) printLine(JSON.stringify(descriptorJson(branch)))
  for (const row of listOwnAddresses(db, { derived })) {
    if (isOutputLost()) return
    printLine(JSON.stringify(jsonOf(row)))
  }
}

function jsonOf({ address, kind, reference, chain, added_at, retired_at }: OwnAddressRow) {
  return { address, kind, reference, chain: chain === '' ? null : chain, added_at, retired_at }
}
