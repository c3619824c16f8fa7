import type { Command } from 'commander'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { createLog } from '../diagnostics/log.ts'
import { revisionOfDescriptor } from '../ledger/own/own-branches.ts'
import { registerOwn } from '../operations/own-addresses.ts'
import { familyOf } from '../own/chain-of-height.ts'
import { ownKinds } from '../own/own-row.ts'
import {
  type ActOptions,
  actOf,
  type CommonOptions,
  chainHelp,
  command,
  configOf,
  parseHeight,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { addDescriptorOf, descriptorJson, printDescriptor } from './own-list.ts'
import { finishAdding, printCounts, sinceHelp, sinceOf } from './since.ts'

interface AddOptions extends CommonOptions, ActOptions {
  descriptor?: string
  kind?: string
  reference?: string
  chain?: string
  gap?: string
  issued?: string
  listed?: boolean
  since?: string
}

/** Of `own add` and `own import`. */
export const listedHelp = 'also add addresses that a list names'

/** `own add ADDRESS…`, and `own add --descriptor D`. */
export function addCommand(): Command {
  return withAct(command('add', 'add addresses, or all addresses of a descriptor'))
    .argument('[address...]', 'of EVM chains or Bitcoin')
    .option(
      '--descriptor <text>',
      "an output descriptor or zpub/ypub (Bitcoin); - reads it from stdin, which keeps it out of the shell's history",
    )
    .option('--kind <kind>', `${ownKinds.join(', ')}; default for a new address: deposit`)
    .option('--reference <text>', "the exchange's own opaque id")
    .option('--chain <name>', `own on this chain only: ${chainHelp}`)
    .option(
      '--gap <count>',
      'of a descriptor: the gap limit, addresses derived beyond the highest one in use, 20 to 100000; default: 1000',
    )
    .option('--issued <count>', 'of a descriptor: addresses of each branch that are in use already')
    .option('--listed', listedHelp)
    .option('--since <height>', sinceHelp)
    .action(async (addresses: string[], options: AddOptions) => {
      const { kind, reference, chain = '', descriptor } = options
      const isBoth = addresses.length > 0 && descriptor !== undefined
      if (isBoth || (addresses.length === 0 && descriptor === undefined)) {
        const why = isBoth
          ? 'give addresses or --descriptor, not both'
          : 'expected addresses, or --descriptor'
        throw new ChainscreenError('usage', `Nothing was added: ${why}.`)
      }
      if (descriptor === undefined && (options.gap ?? options.issued) !== undefined) {
        throw new ChainscreenError(
          'usage',
          'Nothing was added: --gap and --issued are for --descriptor only.',
        )
      }
      if (descriptor !== undefined && options.listed === true) {
        throw new ChainscreenError(
          'usage',
          'Nothing was added: --listed is for addresses only. Those of a descriptor are added in any case, and an alert says which of them are listed.',
        )
      }
      const config = configOf(options)
      const db = openLedger(config.database)
      try {
        const act = actOf(options, config, db)
        const words = { kind, reference, chain }
        const family = descriptor === undefined ? familyOf(addresses) : 'bitcoin'
        const since = await sinceOf(db, config, options, family)
        if (descriptor !== undefined) {
          const windows = { gap: countOf(options.gap), issued: countOf(options.issued) }
          const log = createLog(config.log.level)
          const all = { ...words, ...windows }
          const { branches, missing } = await addDescriptorOf(db, descriptor, all, config.chains, {
            act,
            log,
          })
          const added = {
            report: { descriptors: branches.map(descriptorJson), missing },
            say: () => printDescriptor(branches, missing),
            revision: revisionOfDescriptor(db, branches[0]?.checksum ?? '', chain),
          }
          await finishAdding(db, config, options, added, since)
          return
        }
        const counts = await registerOwn(db, addresses, words, config.chains, act, {
          refuseListed: options.listed !== true,
        })
        const { revision, ...report } = counts
        const say = () => printCounts(db, counts, since)
        const added = { report, say, revision }
        await finishAdding(db, config, options, added, since)
      } finally {
        db.close()
      }
    })
}

function countOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseHeight(text, 'count')
}
