// A daemon's start with other names of assets, in a process of its own: `node regrade-kill-child.mjs DATABASE ASSETS KILL_AT`.
// It kills itself (SIGKILL: nothing is cleaned up) right before the KILL_ATth statement that SQLite would run; 0 = never.
import Database from 'better-sqlite3'
import { openLedger } from '../../../dist/ledger/open.js'
import { putKnownAssets } from '../../../dist/ledger/transfers/known-assets.js'
import { rescreen } from '../../../dist/pipeline/rescreening/rescreen.js'

const [path, assets, killAt] = [process.argv[2], JSON.parse(process.argv[3]), Number(process.argv[4])]
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
putKnownAssets(db, 'ethereum', assets, at)
await rescreen(db, { now: () => at, budgetMs: 0 })
db.close()
