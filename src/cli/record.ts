import { record } from '../chains/recording/record.ts'
import type { ChainConfig } from '../config/chains.ts'
import { createLog } from '../diagnostics/log.ts'
import {
  type CommandFactory,
  type CommonOptions,
  chainConfigOf,
  chainHelp,
  command,
  configOf,
  parseHeight,
  stopSignal,
} from './common.ts'
import { createProgress, printJson, printLine } from './output.ts'

interface RecordCliOptions extends CommonOptions {
  from: string
  to: string
  out: string
  append?: boolean
  everything?: boolean
}

/** `record CHAIN --from H --to H --out FILE`. */
export const recordCommand: CommandFactory = () =>
  command('record', 'record what a node serves for a range of blocks')
    .argument('<chain>', chainHelp)
    .requiredOption('--from <height>', 'first block')
    .requiredOption('--to <height>', 'last block')
    .requiredOption('--out <file>', 'such as mychain.recording.jsonl.gz')
    .option('--append', 'add what the node now holds as one more view: the other branch of a reorg')
    .option(
      '--everything',
      'also what chainscreen does not ask by default: EVM trace_block, Bitcoin getblock 3',
    )
    .action(async (id: string, options: RecordCliOptions) => {
      const config = configOf(options)
      const chain = chainConfigOf(config, id)
      const progress = createProgress(createLog(config.log.level))
      const auth = authOf(chain)
      try {
        const result = await record({
          family: chain.type,
          url: chain.rpc[0],
          ...(auth === undefined ? {} : { auth }),
          from: parseHeight(options.from),
          to: parseHeight(options.to),
          out: options.out,
          append: options.append ?? false,
          everything: options.everything ?? false,
          traces: chain.type === 'evm' && chain.traces !== 'off',
          signal: stopSignal(),
          onProgress: ({ done, total }) => progress.update(id, done, total),
        })
        progress.stop()
        if (options.json) return printJson(result)
        printLine(
          `${options.out}: ${result.blocks} blocks, ${result.views} view(s), head ${result.head.height}.`,
        )
        for (const what of result.missing) printLine(`The node does not have: ${what}`)
      } finally {
        progress.stop()
      }
    })

function authOf(chain: ChainConfig) {
  return chain.type === 'bitcoin' ? chain.auth : undefined
}
