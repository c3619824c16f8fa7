import { parentPort, workerData } from 'node:worker_threads'
import type { ChainCondition } from '../chains/watchdog.ts'
import type { Log } from '../diagnostics/log.ts'
import { createGroupCommit } from '../ledger/group-commit.ts'
import { openLedger } from '../ledger/open.ts'
import { onLoadWait } from '../ledger/while-loading.ts'
import { shareTurns, WriteTurns } from '../ledger/write-turns.ts'
import { startServer } from '../server/server.ts'
import { errorData, type FromServer, type ServerStart, serverThread, type ToServer } from './messages.ts'

// The API's thread. What it serves is in server/; here is what passes to and from the main thread.

const port = parentPort
if (port === null) throw new Error('this file is a thread of its own')
const { database, settings, turns } = workerData as ServerStart
const post = (message: FromServer) => port.postMessage(message)

/** The main thread writes the log, by its one way of removing secrets. */
const logAs = (level: keyof Log) =>
  ((...line: unknown[]) => post({ type: 'log', level, line })) as Log[typeof level]
const log: Log = { debug: logAs('debug'), info: logAs('info'), warn: logAs('warn'), error: logAs('error') }

const db = openLedger(database, { create: false })
shareTurns(db, new WriteTurns(serverThread, turns))
onLoadWait(db, (text) => log.info(text))
let conditions: readonly ChainCondition[] = []
let isStarted = false
const server = startServer({
  ...{ db, group: createGroupCommit(db), settings, log },
  conditions: () => conditions,
  isStarted: () => isStarted,
  now: () => new Date().toISOString(),
})
server.then(
  ({ url }) => post({ type: 'listening', url, error: null }),
  (error: unknown) => {
    post({ type: 'listening', url: '', error: errorData(error) })
    close()
  },
)

port.on('message', (message: ToServer) => {
  if (message.type === 'state') {
    conditions = message.conditions
    isStarted = message.isStarted
  } else void server.then((running) => running.close()).finally(close)
})

function close(): void {
  db.close()
  port?.close()
}
