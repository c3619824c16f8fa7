import { runDaemon } from '../daemon.ts'
import { createLog } from '../diagnostics/log.ts'
import { type CommandFactory, type CommonOptions, command, configOf, stopSignal } from './common.ts'
import { createProgress, leaveUnreadAfter } from './output.ts'

/** `run [--once]`: the daemon. */
export const runCommand: CommandFactory = () =>
  command('run', 'the daemon: load lists, follow all chains')
    .option('--once', 'catch up with the heads as they are now, and exit')
    .option('--create', 'create the database if there is none')
    .action(async (options: CommonOptions & { once?: boolean; create?: boolean }) => {
      const config = configOf(options)
      const log = createLog(config.log.level)
      const progress = createProgress(log)
      // At the tip every block would be a line: then the log of alerts and reorgs is enough.
      const distance = options.once ? 0 : 10
      try {
        await runDaemon(config, {
          once: options.once ?? false,
          create: options.create ?? false,
          signal: stopSignal(),
          log,
          onUpgrade: progress.update,
          onProgress: ({ chain, height, head }) => {
            if (head - height >= distance) progress.update(chain, height, head)
          },
          onRescan: ({ chain, done, total }) => progress.update(`${chain}, rescan`, done, total),
        })
      } finally {
        progress.stop()
        // Delivery has waited for who reads events, and sends them again at the next start.
        leaveUnreadAfter(1_000)
      }
    })
