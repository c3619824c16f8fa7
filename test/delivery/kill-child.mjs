// Lets things happen and delivers them to a file and a webhook, until it is killed.
// node kill-child.mjs DATABASE SINKS (as JSON)
import { startDelivery } from '../../dist/delivery/start-delivery.js'
import { inTransaction } from '../../dist/ledger/database.js'
import { registerSink } from '../../dist/ledger/delivery/sinks.js'
import { writeOutbox } from '../../dist/ledger/events/outbox.js'
import { openLedger } from '../../dist/ledger/open.js'

const [path, sinksText] = process.argv.slice(2)
const db = openLedger(path)
const sinks = JSON.parse(sinksText)
for (const { id } of sinks) registerSink(db, id, 'start')
const silent = () => {}
startDelivery(db, sinks, { log: { debug: silent, info: silent, warn: silent, error: silent } })
const happen = () =>
  inTransaction(db, () =>
    writeOutbox(db, { type: 'list.stale', at: new Date().toISOString(), data: { list: 'x' } }),
  )
setInterval(() => {
  for (let each = 0; each < 5; each++) happen()
}, 3)
happen()
process.stdout.write('ready\n')
