// What each step of loading a large list costs the thread that follows chains, in processor time: the first load of it, and
// then a version with 100 entries more. Nothing waits for a disk.
//
//   npm run build && node scripts/bench/list-steps.mjs [ENTRIES]
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inTransaction } from '../../dist/ledger/database.js'
import { activateStaged } from '../../dist/ledger/lists/activate-snapshot.js'
import { findingChanges } from '../../dist/ledger/lists/find-changes.js'
import { findSnapshot } from '../../dist/ledger/lists/list-snapshots.js'
import { putList } from '../../dist/ledger/lists/lists.js'
import { ScratchRows } from '../../dist/ledger/lists/scratch-rows.js'
import { stageChanges } from '../../dist/ledger/lists/stage-changes.js'
import { finishStaging, stageSnapshot } from '../../dist/ledger/lists/stage-snapshot.js'
import { openLedger } from '../../dist/ledger/open.js'
import { comparingVersions } from '../../dist/lists/compare-versions.js'
import { mergingRows } from '../../dist/lists/read-list-file.js'
import { Memory } from '../../dist/pipeline/blocks/memory.js'

const entries = Number(process.argv[2] ?? 100_000)
const at = '2026-01-01T00:00:00.000Z'
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
try {
  const db = openLedger(join(folder, 'ledger.db'))
  db.pragma('synchronous = OFF')
  const memory = new Memory(db)
  for (const count of [entries, entries + 100]) await load(db, memory, count)
  told('lists into memory, at start', [timed(() => new Memory(db)).ms])
  db.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function load(db, memory, count) {
  const list = { id: 'house', format: 'csv', maxRemoved: 1 }
  putList(db, { ...list, category: 'own-list', maxAgeSeconds: null })
  console.log(`${count} entries`)
  const scratch = new ScratchRows()
  for (const [index, row] of rows(count).entries()) scratch.add(row, index)
  const merged = stepped('keys counted', mergingRows(scratch))
  const facts = { listId: list.id, sha256: `${count}`, format: 'csv', issuedOn: '2025-12-31', bytes: 1 }
  const snapshot = { ...facts, counts: {}, at, entries: merged, unparsed: [] }
  await stageSnapshot(db, snapshot)
  const activation = { listedOnIsPublished: true, history: [], date: '2025-12-31', at }
  const row = findSnapshot(db, list.id, snapshot.sha256)
  stepped('compared', comparingVersions(db, list, row, '2026-01-01'))
  stepped('changes found', findingChanges(db, row, activation))
  const pieces = piecesOf(db)
  const staged = await stageChanges(db, row, activation)
  told('changes found and written: transactions', pieces())
  told('keys taken into memory, all at once', [timed(() => memory.refresh()).ms])
  const activate = () => activateStaged(db, finishStaging(db, snapshot, null), staged, at)
  told('activated', [timed(() => inTransaction(db, activate)).ms])
  told('taken note of by the next step', [timed(() => memory.refresh()).ms])
  scratch.close()
}

function rows(count) {
  return Array.from({ length: count }, (_, index) => {
    const hex = createHash('sha256').update(`listed ${index}`).digest('hex').slice(0, 40)
    const key = index % 10 === 0 ? `bitcoin:0014${hex}` : `evm:${hex}`
    const says = { asset: null, partyId: null, subject: `Somebody ${index}`, programs: [] }
    return { key, address: hex, ...says, listedOn: null, publishedBy: null, removedOn: null }
  })
}

/** Does work in its slices, and tells of them. */
function stepped(what, work) {
  const times = []
  for (;;) {
    const { ms, result } = timed(() => work.next())
    times.push(ms)
    if (!result.done) continue
    told(what, times)
    return result.value
  }
}

/** Notes what each transaction takes from now on. @returns their times, once asked. */
function piecesOf(db) {
  const times = []
  const { transaction } = db
  db.transaction = (work) => {
    const done = transaction.call(db, work)
    return {
      immediate: () => {
        const { ms, result } = timed(() => done.immediate())
        times.push(ms)
        return result
      },
    }
  }
  return () => {
    db.transaction = transaction
    return times
  }
}

/** Milliseconds of processor. */
function timed(work) {
  const used = process.cpuUsage()
  const result = work()
  const { user, system } = process.cpuUsage(used)
  return { ms: (user + system) / 1000, result }
}

function told(what, times) {
  const all = times.reduce((sum, ms) => sum + ms, 0)
  const longest =
    times.length > 1 ? `; the longest of ${times.length} steps ${Math.max(...times).toFixed(1)} ms` : ''
  console.log(`  ${what}: ${all.toFixed(1)} ms${longest}`)
}
