// A large load in a process of its own, made to be killed: `node load-kill-child.mjs DATABASE WHAT KILL_AT`.
// It kills itself (SIGKILL: nothing is cleaned up) right before the KILL_ATth statement that SQLite would run; 0 = never.
import { readFileSync } from 'node:fs'
import Database from 'better-sqlite3'
import { openLedger } from '../../../dist/ledger/open.js'
import { addOwnAddresses } from '../../../dist/ledger/own/own-addresses.js'
import { importList } from '../../../dist/lists/import-list.js'

const [path, what, killAt] = [process.argv[2], process.argv[3], Number(process.argv[4])]
const at = '2026-01-01T00:00:00.000Z'

let statements = 0
const prototype = Object.getPrototypeOf(new Database(':memory:').prepare('select 1'))
for (const method of ['run', 'get', 'all']) {
  const original = prototype[method]
  prototype[method] = function (...args) {
    if (++statements === killAt) process.kill(process.pid, 'SIGKILL')
    return original.apply(this, args)
  }
}

const db = openLedger(path)
if (what === 'own') await addOwnAddresses(db, JSON.parse(readFileSync(`${path}.own.json`, 'utf8')), at)
else {
  const csv = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
  await importList(db, csv, { path: `${path}.csv` }, { approve: false, at })
}
db.close()
