// What a large csv list takes: time and the most memory of a process that imports its first version, of one that imports
// the next (100 addresses come, 100 go), and of one that compares them; and the database in bytes an entry.
//
//   npm run build && node scripts/bench/list-memory.mjs [ENTRIES]
//
// Each step is a process of its own, so that its peak is its own (process.resourceUsage, maxRSS).
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLedger, openLedgerForReading } from '../../dist/ledger/open.js'
import { importList } from '../../dist/lists/import-list.js'
import { reportDiff } from '../../dist/lists/report.js'

const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 1 }
const options = { approve: true, at: '2026-01-01T00:00:00.000Z', byHand: true }
const [step, database, file] = process.argv.slice(2)

if (step === 'import') {
  const db = openLedger(database)
  await importList(db, source, { path: file }, options)
  db.close()
  report()
} else if (step === 'diff') {
  const db = openLedgerForReading(database)
  const { added, removed } = reportDiff(db, 'house')
  if (added.length !== 100 || removed.length !== 100) throw new Error('unexpected difference')
  report()
} else if (step === 'open') {
  openLedger(database).close()
  report()
} else await measure(Number(step ?? 1_000_000))

function report() {
  const { maxRSS } = process.resourceUsage()
  console.log(
    JSON.stringify({ seconds: Math.round(performance.now() / 100) / 10, peakMb: Math.round(maxRSS / 1024) }),
  )
}

async function measure(entries) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  try {
    const db = join(folder, 'ledger.db')
    await writeCsv(join(folder, 'first.csv'), 0, entries)
    await writeCsv(join(folder, 'second.csv'), 100, entries)
    const run = (...args) =>
      JSON.parse(execFileSync(process.execPath, [fileURLToPath(import.meta.url), ...args]).toString())
    const size = () => Math.round(statSync(db).size / entries)
    console.log(`${entries} entries`)
    console.log('nothing          ', run('open', db))
    console.log('the first version', run('import', db, join(folder, 'first.csv')), `${size()} bytes an entry`)
    console.log(
      'the next         ',
      run('import', db, join(folder, 'second.csv')),
      `${size()} bytes an entry`,
    )
    console.log('lists diff       ', run('diff', db))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function writeCsv(path, from, count) {
  const out = createWriteStream(path)
  out.write('address,subject,program\n')
  for (let index = from; index < from + count; index++) {
    const hash = createHash('sha256').update(String(index)).digest('hex')
    if (!out.write(`0x${hash.slice(0, 40)},Party ${index % 5_000},HOUSE\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
}
