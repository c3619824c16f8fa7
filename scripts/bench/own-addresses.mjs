// What own addresses cost in memory: reading them from the database at a start, bytes each, and one look-up.
//
//   npm run build && node scripts/bench/own-addresses.mjs [ADDRESSES] [SHARE OF BITCOIN, 0 to 1]
//
// The rows are written directly, in the order of the table: how long an import takes, own-import.mjs measures.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLedger } from '../../dist/ledger/open.js'
import { ScreeningIndex } from '../../dist/pipeline/blocks/screening-index.js'
import { KeyTable } from '../../dist/screening/key-table.js'

const [addresses = 1_000_000, bitcoin = 0.3] = process.argv.slice(2).map(Number)
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
const path = join(folder, 'ledger.db')
const db = openLedger(path)
try {
  fill(db)
  const before = process.memoryUsage()
  const load = measured(() => new ScreeningIndex(db))
  const lookup = load.result.ownOn('any')
  const { arrayBuffers, rss } = process.memoryUsage()
  const figures = {
    addresses,
    bitcoin,
    load: loadavg()[0].toFixed(1),
    databaseMB: Math.round(statSync(path).size / 1e6),
    readSeconds: load,
    growthMB: Math.round((rss - before.rss) / 1e6),
    bytesEach: Number((load.result.ownTable.bytes / addresses).toFixed(1)),
    missEvmNs: nanoseconds(
      Array.from({ length: 100_000 }, () => `0x${randomBytes(20).toString('hex')}`),
      (hex) => lookup.mayHaveEvm(hex),
    ),
    missScriptNs: nanoseconds(
      Array.from({ length: 100_000 }, () => Buffer.concat([Buffer.of(0, 20), randomBytes(20)])),
      (script) => lookup.mayHaveScript(script, 0, script.length),
    ),
    grownBytesEach: grown(),
  }
  delete figures.readSeconds.result
  void arrayBuffers
  console.log(JSON.stringify(figures, null, 2))
} finally {
  db.close()
  rmSync(folder, { recursive: true, force: true })
}

/** As an import leaves them. */
function fill(db) {
  db.pragma('synchronous = off')
  db.pragma('cache_size = -400000')
  const scripts = Math.round(addresses * bitcoin)
  db.exec('create temp table made (key text)')
  const made = db.prepare(`insert into made
    with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
    select ? || lower(hex(randomblob(20))) from n`)
  if (scripts > 0) made.run(scripts, 'bitcoin:0014')
  if (addresses > scripts) made.run(addresses - scripts, 'evm:')
  db.exec(`begin;
    insert into own_rows (key, chain, load, address, kind, reference, added_at, revision)
    select key, '', 1, substr(key, -40), 'deposit', '', '2026-01-01T00:00:00.000Z', 1 from made order by key;
    update meta set value = '1' where key in ('own_load', 'own_revision');
    commit;
    drop table made`)
  db.pragma('wal_checkpoint(truncate)')
}

function measured(work) {
  const [start, cpu] = [performance.now(), process.cpuUsage()]
  const result = work()
  const { user, system } = process.cpuUsage(cpu)
  return {
    result,
    wall: Number(((performance.now() - start) / 1e3).toFixed(2)),
    processor: Number(((user + system) / 1e6).toFixed(2)),
  }
}

/** Processor time of one look-up: the median of rounds, and the lowest. */
function nanoseconds(keys, lookup) {
  let hits = 0
  const rounds = Array.from({ length: 15 }, () => {
    const cpu = process.cpuUsage()
    for (const key of keys) if (lookup(key)) hits++
    const { user, system } = process.cpuUsage(cpu)
    return ((user + system) * 1e3) / keys.length
  }).sort((a, b) => a - b)
  return { median: Math.round(rounds[7]), lowest: Math.round(rounds[0]), hits }
}

/** Bytes each where their number was not known. */
function grown() {
  const table = new KeyTable(0)
  let most = 0
  for (let i = 0; i < Math.min(addresses, 300_000); i++) {
    table.addKey(`bitcoin:0014${randomBytes(20).toString('hex')}`)
    if (i > 10_000) most = Math.max(most, table.bytes / table.size)
  }
  return Number(most.toFixed(1))
}
