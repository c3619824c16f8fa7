import { once } from 'node:events'
import { createReplayNode } from '../chains/recording/replay-node.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { type CommandFactory, type CommonOptions, command, parseHeight, stopSignal } from './common.ts'
import { printJson, printLine } from './output.ts'

interface ServeOptions extends CommonOptions {
  port: string
  host: string
  view?: string
  advance?: boolean
}

/** `serve FILE`: plays a recording back as the node it was recorded from. */
export const serveCommand: CommandFactory = () =>
  command('serve', 'play a recording back as a node, over HTTP')
    .argument('<file>', 'a recording made by `record`')
    .option('--port <port>', 'port; 0 for any free one', '0')
    .option('--host <address>', 'address to listen on; the node answers anybody who reaches it', '127.0.0.1')
    .option('--view <n>', 'the recorded moment to play; default: the last')
    .option('--advance', 'begin with the first view, and go on to the next once its head has been read whole')
    .action(async (file: string, options: ServeOptions) => {
      const signal = stopSignal()
      const node = await createReplayNode(file, {
        port: portOf(options.port),
        host: options.host,
        ...(options.view === undefined ? {} : { view: parseHeight(options.view, 'number of a view') }),
        advance: options.advance ?? false,
      })
      if (options.json) printJson({ url: node.url, view: node.view() })
      else printLine(`Serving ${file} at ${node.url}, view ${node.view()}. Ctrl-C ends it.`)
      if (!signal.aborted) await once(signal, 'abort')
      await node.close()
    })

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new ChainscreenError('usage', `"${text}" is no port; expected 0 to 65535.`)
}
