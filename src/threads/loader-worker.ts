import { parentPort, workerData } from 'node:worker_threads'
import type { Log } from '../diagnostics/log.ts'
import { openLedger } from '../ledger/open.ts'
import { onLoadWait } from '../ledger/while-loading.ts'
import { shareTurns, WriteTurns } from '../ledger/write-turns.ts'
import { startLoader } from './loader.ts'
import { errorData, type FromLoader, type LoaderStart, loaderThread, type ToLoader } from './messages.ts'

// The loader's thread. What it does is in loader.ts; here is what passes to and from the main thread.

const port = parentPort
if (port === null) throw new Error('this file is a thread of its own')
const { config, once, turns } = workerData as LoaderStart
const post = (message: FromLoader) => port.postMessage(message)

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

function answer(id: number, work: Promise<void>): Promise<void> {
  return work.then(
    () => post({ type: 'done', id, error: null }),
    (error: unknown) => post({ type: 'done', id, error: errorData(error) }),
  )
}
