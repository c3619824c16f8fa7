import type { Command } from 'commander'
import { createLog } from '../diagnostics/log.ts'
import { takeDaemonLock } from '../ledger/file-locks.ts'
import { type RewindOutcome, rewindChain } from '../operations/rewind-chain.ts'
import { chainOf, createSource, pinned } from '../pipeline/blocks/create-source.ts'
import {
  type ActOptions,
  actOf,
  type CommandFactory,
  type CommonOptions,
  chainConfigOf,
  chainHelp,
  command,
  configOf,
  now,
  parseHeight,
  stopSignal,
  withAct,
} from './common.ts'
import { openLedger } from './open-ledger.ts'
import { createProgress, printJson, printLine } from './output.ts'

interface RewindOptions extends CommonOptions, ActOptions {
  to: string
  dryRun?: boolean
}

/** `chains rewind CHAIN`. */
export const chainsCommand: CommandFactory = () =>
  command('chains', 'the chains that are followed').addCommand(rewindCommand())

function rewindCommand(): Command {
  return withAct(
    command(
      'rewind',
      'accept a reorg below the final height: orphan everything above a block, and follow from there',
    ),
  )
    .argument('<chain>', chainHelp)
    .requiredOption('--to <height>', 'the last block that stays')
    .option('--dry-run', 'only show what would be undone')
    .action(async (id: string, options: RewindOptions) => {
      const config = configOf(options)
      const db = openLedger(config.database, { create: false })
      const progress = createProgress(createLog(config.log.level))
      try {
        const act = actOf(options, config, db)
        const chainConfig = chainConfigOf(config, id)
        const to = parseHeight(options.to)
        const dryRun = options.dryRun === true
        const release = dryRun ? () => {} : await takeDaemonLock(db)
        const bare = createSource(chainConfig)
        const chain = chainOf(chainConfig, bare)
        const source = pinned(bare, db, chain, now)
        try {
          await source.open(stopSignal())
          const outcome = await rewindChain(db, chain, source, {
            ...{ ...act, to, dryRun, signal: stopSignal() },
            onProgress: (done, total) => progress.update('hashes asked', done, total),
          })
          progress.stop()
          if (options.json) printJson({ chain: id, dryRun, ...outcome })
          else print(id, outcome, dryRun)
        } finally {
          await source.close()
          release()
        }
      } finally {
        progress.stop()
        db.close()
      }
    })
}

function print(id: string, outcome: RewindOutcome, dryRun: boolean): void {
  const { from, to, blocks, transactions, alerts, decided, refolded } = outcome
  const [would, are] = dryRun ? ['would be rewound', 'would be'] : ['was rewound', 'are']
  printLine(`${id} ${would} from block ${from.height} to ${to.height} (${to.hash}).`)
  printLine(
    `${decided.length} decided alerts ${are} orphaned (their decisions stay), ${alerts - decided.length} open ones, ${transactions} transactions, ${blocks} blocks.`,
  )
  for (const alert of decided.slice(0, 20)) printLine(`  ${alert}`)
  if (decided.length > 20) printLine(`  and ${decided.length - 20} more: --json names them all`)
  if (refolded > 0) {
    printLine(
      `The hashes of ${refolded} covered blocks were not stored: the digest of their row of \`coverage\` ${dryRun ? 'would be' : 'was'} computed from the hashes of the node, and refolded_at says so.`,
    )
  }
  if (!dryRun) printLine('Next: `chainscreen run` follows from there.')
}
