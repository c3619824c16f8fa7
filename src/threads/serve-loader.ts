import type { MessagePort } from 'node:worker_threads'
import type { Log } from '../diagnostics/log.ts'
import { openLedger } from '../ledger/open.ts'
import { onLoadWait } from '../ledger/while-loading.ts'
import { shareTurns, WriteTurns } from '../ledger/write-turns.ts'
import { startLoader } from './loader.ts'
import { errorData, type FromLoader, type LoaderStart, loaderThread, type ToLoader } from './messages.ts'

/** Runs a loader for who stands at the other end of a port, with a connection of its own. What it does is in loader.ts. */
export function serveLoader(port: MessagePort, { config, once, turns }: LoaderStart): void {
  const post = (message: FromLoader) => port.postMessage(message)
  const answer = (id: number, work: Promise<void>) =>
    work.then(
      () => post({ type: 'done', id, error: null }),
      (error: unknown) => post({ type: 'done', id, error: errorData(error) }),
    )
  /** The main thread writes the log, by its one way of removing secrets. */
  const logAs = (level: keyof Log) =>
    ((...line: unknown[]) => post({ type: 'log', level, line })) as Log[typeof level]
  const log: Log = { debug: logAs('debug'), info: logAs('info'), warn: logAs('warn'), error: logAs('error') }

  const db = openLedger(config.database, { create: false })
  shareTurns(db, new WriteTurns(loaderThread, turns))
  onLoadWait(db, (text) => log.info(text))
  const stopping = new AbortController()
  const now = () => new Date().toISOString()
  const loader = startLoader(db, config, { log, now, once, signal: stopping.signal })
  loader.ready.then(
    () => post({ type: 'ready', error: null }),
    (error: unknown) => post({ type: 'ready', error: errorData(error) }),
  )
  port.on('message', (message: ToLoader) => {
    if (message.type === 'abort') stopping.abort()
    else if (message.type === 'widen') answer(message.id, loader.widen(message.windows, message.replay))
    else
      answer(message.id, loader.stop(message)).then(() => {
        db.close()
        port.close()
      })
  })
}
