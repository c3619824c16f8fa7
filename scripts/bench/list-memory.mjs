// What a large list takes: time and the most memory of a process that imports its first version, of one that imports the next
// (100 addresses come, 100 go), and of those that compare the two, preview a third, hold it, and approve it; of one that reads
// all keys as a follower does at its start; and the database in bytes an entry.
//
//   npm run build && node scripts/bench/list-memory.mjs [ENTRIES] [csv|tagpack|opensanctions]
//
// Each step is a process of its own, so that its peak is its own (process.resourceUsage, maxRSS).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { activeSnapshot, lastHeld } from '../../dist/ledger/lists/list-snapshots.js'
import { openLedger, openLedgerForReading } from '../../dist/ledger/open.js'
import { readRevisions } from '../../dist/ledger/revisions.js'
import { approveSnapshot } from '../../dist/lists/approve-snapshot.js'
import { importList } from '../../dist/lists/import-list.js'
import { reportDiff } from '../../dist/lists/report.js'
import { ScreeningIndex } from '../../dist/pipeline/blocks/screening-index.js'
import { previewList } from '../../dist/pipeline/rescreening/preview-list.js'

const at = '2026-01-01T00:00:00.000Z'
const [step, format, database, file] = process.argv.slice(2)
const source = (maxRemoved) => ({ id: 'house', format, maxAgeSeconds: null, maxRemoved })

const steps = {
  nothing: (db) => readRevisions(db),
  import: (db) => importList(db, source(1), { path: file }, { approve: true, at, byHand: true }),
  load: (db) => new ScreeningIndex(db),
  diff: (db) => expect(reportDiff(db, 'house'), ({ added, removed }) => [added.length, removed.length]),
  preview: async (db) =>
    expect(await previewList(db, { ...source(1), guard: { maxRemoved: 1 } }, file, at), (preview) => [
      preview.added,
      preview.removed,
    ]),
  hold: (db) => importList(db, source(0), { path: file }, { approve: false, at, byHand: true }),
  approve: (db) => approveSnapshot(db, 'house', lastHeld(db, 'house').sha256, at),
}

if (step in steps) {
  const db = ['load', 'diff', 'preview'].includes(step)
    ? openLedgerForReading(database)
    : openLedger(database)
  const began = performance.now()
  await steps[step](db)
  const seconds = Math.round((performance.now() - began) / 100) / 10
  if (step === 'approve' && activeSnapshot(db, 'house') === undefined) throw new Error('nothing is active')
  db.close()
  const { maxRSS } = process.resourceUsage()
  console.log(JSON.stringify({ seconds, peakMb: Math.round(maxRSS / 1024) }))
} else await measure(Number(step ?? 1_000_000), format ?? 'csv')

function expect(result, countsOf) {
  const [added, removed] = countsOf(result)
  if (added !== 100 || removed !== 100) throw new Error(`unexpected difference: ${added}, ${removed}`)
}

async function measure(entries, kind) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  try {
    const db = join(folder, 'ledger.db')
    const files = ['first', 'second', 'third'].map((name) => join(folder, name))
    for (const [index, path] of files.entries()) await writeList(path, kind, index * 100, entries)
    const run = (name, ...args) =>
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, kind, db, ...args])
        .toString()
        .trim()
    const size = () => `${Math.round(statSync(db).size / entries)} bytes an entry`
    const [first, second, third] = files
    console.log(`${entries} entries, ${kind}`)
    console.log('nothing          ', run('nothing'))
    console.log('the first version', run('import', first), size())
    console.log('the keys at start', run('load'))
    console.log('the next version ', run('import', second), size())
    console.log('lists diff       ', run('diff'))
    console.log('lists preview    ', run('preview', third))
    console.log('a version held   ', run('hold', third), size())
    console.log('lists approve    ', run('approve'), size())
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function writeList(path, kind, from, count) {
  const out = createWriteStream(path)
  for (const line of { csv: csvLines, tagpack: tagpackLines, opensanctions: entityLines }[kind](from, count))
    if (!out.write(`${line}\n`)) await once(out, 'drain')
  out.end()
  await once(out, 'finish')
}

function* addresses(from, count) {
  for (let index = from; index < from + count; index++) {
    const hash = createHash('sha256').update(String(index)).digest('hex')
    yield { index, address: `0x${hash.slice(0, 40)}`, party: index % 5_000 }
  }
}

function* csvLines(from, count) {
  yield 'address,subject,program'
  for (const { address, party } of addresses(from, count)) yield `${address},Party ${party},HOUSE`
}

function* tagpackLines(from, count) {
  yield* ['title: T', 'creator: C', 'lastmod: 2024-01-01', 'category: exchange', 'currency: ETH', 'tags:']
  for (const { address, party } of addresses(from, count)) {
    yield `- address: "${address}"`
    yield `  label: Party ${party}`
  }
}

/** Every wallet has one of 5,000 holders, and every holder a Sanction. */
function* entityLines(from, count) {
  const about = { datasets: ['us_ofac_sdn'], first_seen: '2024-01-01', last_seen: '2024-02-01' }
  for (let party = 0; party < 5_000; party++) {
    const caption = `Party ${party}`
    yield JSON.stringify({ id: `h-${party}`, caption, schema: 'Person', ...about, properties: {} })
    const properties = { entity: [`h-${party}`], programId: ['US-CYBER'], startDate: ['2023-01-01'] }
    yield JSON.stringify({ id: `s-${party}`, caption, schema: 'Sanction', ...about, properties })
  }
  for (const { index, address, party } of addresses(from, count)) {
    const properties = { publicKey: [address], currency: ['ETH'], holder: [`h-${party}`] }
    yield JSON.stringify({ id: `w-${index}`, caption: address, schema: 'CryptoWallet', ...about, properties })
  }
}
