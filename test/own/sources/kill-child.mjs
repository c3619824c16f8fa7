// Reads own addresses from a database once, in a process of its own that is made to be killed:
// `node kill-child.mjs DATABASE URL NOW KILL_AT`. It kills itself (SIGKILL: nothing is cleaned up) right before the KILL_ATth
// statement that SQLite would run; 0 = never.
import Database from 'better-sqlite3'
import { configSchema } from '../../../dist/config/schema.js'
import { openLedger } from '../../../dist/ledger/open.js'
import { startOwnSources } from '../../../dist/own/sources/own-sources.js'

const [database, url, now, killAt] = process.argv.slice(2)
const chains = [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }]
const query = 'select address, kind, reference, seq from wallets where seq > $1'
const config = configSchema.parse({
  database,
  chains,
  own: [{ id: 'exchange', type: 'postgres', url, query }],
})
const db = openLedger(database)

let statements = 0
const prototype = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'))
for (const method of ['run', 'get', 'all']) {
  const original = prototype[method]
  prototype[method] = function (...args) {
    if (++statements === Number(killAt)) process.kill(process.pid, 'SIGKILL')
    return original.apply(this, args)
  }
}

const none = () => {}
const log = { debug: none, info: none, warn: none, error: console.error }
const signal = new AbortController().signal
const sources = startOwnSources(db, config, { log, now: () => now, once: true, signal })
await sources.loaded
await sources.stop()
console.log(statements)
