import { runDemo } from '../demo/demo.ts'
import { createLog } from '../diagnostics/log.ts'
import { findAlerts } from '../ledger/alerts/alert-queries.ts'
import { readCoverage } from '../ledger/coverage/coverage-queries.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { countTransfers } from '../ledger/transfers/transfer-queries.ts'
import { printAlerts } from './alerts.ts'
import { type CommandFactory, type CommonOptions, command, stopSignal } from './common.ts'
import { printCoverage } from './coverage.ts'
import { printJson, printLine } from './output.ts'

/** `demo`: the main job with nothing to set up. */
export const demoCommand: CommandFactory = () =>
  command('demo', 'a demonstration on recorded chains, without set-up').action(
    async (options: CommonOptions) => {
      const say = options.json ? () => {} : printLine
      say(
        'Two recorded chains (an EVM chain and a Bitcoin regtest chain) are served by a replay node on loopback.',
      )
      say('The bundled OFAC addresses and a made-up list are loaded; a few addresses play the exchange.')
      say()
      const { database } = await runDemo({
        log: createLog('silent'),
        signal: stopSignal(),
        onView: (view) =>
          say(
            view === 1
              ? 'Followed both chains to their heads.'
              : 'A reorg on each chain: rolled back to the fork, and followed the new branch.',
          ),
      })
      const db = openLedgerForReading(database)
      try {
        const alerts = findAlerts(db)
        const transfers = countTransfers(db)
        const coverage = readCoverage(db)
        if (options.json) return printJson({ database, transfers, alerts, coverage })
        say()
        printAlerts(alerts)
        say()
        say(
          `${alerts.length} alerts from ${transfers} deposits and withdrawals; all other counterparties were checked and matched no list.`,
        )
        say()
        for (const chain of coverage) printCoverage(chain)
        say()
        say(
          'The bundled list is of 2025-11-19: for real work name a current one in the config (`chainscreen init`).',
        )
        say(`The database, for your own queries: ${database}`)
      } finally {
        db.close()
      }
    },
  )
