// A list that changes, and the re-screen after it, in a process of its own: `node rescreen-kill-child.mjs DATABASE KILL_AT`.
// It kills itself (SIGKILL: nothing is cleaned up) right before the KILL_ATth statement that SQLite would run; 0 = never.
import Database from 'better-sqlite3'
import { inTransaction } from '../../../dist/ledger/database.js'
import { activateSnapshot } from '../../../dist/ledger/lists/activate-snapshot.js'
import { activeSnapshot, findSnapshot } from '../../../dist/ledger/lists/list-snapshots.js'
import { addSnapshot } from '../../../dist/ledger/lists/stage-snapshot.js'
import { openLedger } from '../../../dist/ledger/open.js'
import { rescreen } from '../../../dist/pipeline/rescreening/rescreen.js'

const [path, killAt] = [process.argv[2], Number(process.argv[3])]
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

const key = (digit) => `evm:${digit.repeat(40)}`
const says = {
  assets: [],
  subject: null,
  subjectIds: [],
  programs: [],
  listedOn: null,
  publishedBy: null,
  removedOn: null,
}

/** Two versions, one right after the other: `b` is removed, then `d` and our own `a` are added. */
const versions = [
  { day: '2024-01-01', digits: ['c'] },
  { day: '2025-01-01', digits: ['a', 'c', 'd'] },
]

const db = openLedger(path)
for (const { day, digits } of versions) {
  inTransaction(db, () => {
    if ((activeSnapshot(db, 'house')?.issued_on ?? '') >= day) return
    const entries = digits.map((digit) => ({ key: key(digit), address: key(digit), ...says }))
    const facts = { listId: 'house', sha256: day, format: 'csv', issuedOn: day, bytes: 1, counts: {}, at }
    const snapshot =
      findSnapshot(db, 'house', day) ?? addSnapshot(db, { ...facts, entries, unparsed: [] }, null)
    activateSnapshot(db, snapshot, { date: day, listedOnIsPublished: false, at })
  })
}
await rescreen(db, { now: () => at, budgetMs: 0 })
db.close()
