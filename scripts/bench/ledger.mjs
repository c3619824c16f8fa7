// What a stored transfer costs: bytes of all files, time to write, and look-ups, as the ledger grows. Two schemas in turn.
//
//   npm run build && node scripts/bench/ledger.mjs [TRANSFERS] [--chain evm|bitcoin] [--only compact|separate] [--json]
//
// Each transfer is a transaction of its own with 2.7 parties that were never seen before: the worst case for an index. Steps of 2,000
// transfers, WAL, synchronous NORMAL, as in a backfill. The last step of each tenth is read back through both look-ups.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { compactRows, separateIndexes } from './ledger-schemas.mjs'
import { addResult } from './results.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    chain: { type: 'string', default: 'evm' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const transfers = Number(positionals[0] ?? 300_000)
const perStep = 2_000
const perBlock = 400
const isEvm = values.chain === 'evm'
const schemas = [separateIndexes, compactRows].filter(
  (each) => values.only === undefined || each.name.startsWith(values.only) || each.name.includes(values.only),
)
const hash = (text) => createHash('sha256').update(text).digest('hex')

/** Its text is as long as a real one: no checksum is worked out here. */
function keyOf(name) {
  const hex = hash(name).slice(0, 40)
  return isEvm
    ? { key: `evm:${hex}`, address: `0x${hex.slice(0, 20).toUpperCase()}${hex.slice(20)}` }
    : { key: `bitcoin:0014${hex}`, address: `bc1q${hex.slice(0, 38)}` }
}

function movement(number) {
  const roles = ['source', 'initiator', 'upstream'].slice(0, number % 10 < 7 ? 3 : 2)
  return {
    hash: `${isEvm ? '0x' : ''}${hash(`tx ${number}`)}`,
    ...{ transfer: isEvm ? 'log:2' : 'vout:1', asset: 'native', symbol: 'X' },
    amount: String(1_000_000 + number * 1_000),
    own: keyOf(`own ${number}`),
    parties: roles.map((role) => ({ role, ...keyOf(`${role} ${number}`) })),
  }
}

function open(schema, path) {
  const db = schema.open(path, { isEvm })
  db.pragma('synchronous = NORMAL')
  return db
}

function timed(work) {
  const cpu = process.cpuUsage()
  const begin = performance.now()
  const result = work()
  const ms = performance.now() - begin
  const { user, system } = process.cpuUsage(cpu)
  return { ms, cpuMs: (user + system) / 1000, result }
}

/** Bytes of every file of a database. */
const sizeOf = (path) =>
  ['', '-wal', '-shm'].reduce(
    (sum, end) => sum + (statSync(path + end, { throwIfNoEntry: false })?.size ?? 0),
    0,
  )

/** Microseconds for one look-up: of keys and hashes that are stored, and of keys that are not. */
function lookUps({ db, schema }, stored) {
  const byKey = db.prepare(schema.byKey)
  const byHash = db.prepare(schema.byHash)
  const count = 1_000
  const some = Array.from({ length: count }, (_, index) => Math.floor((index * stored) / count))
  const found = timed(
    () => some.filter((each) => byKey.get(keyOf(`source ${each}`).key) !== undefined).length,
  )
  const hashes = timed(() => some.filter((each) => byHash.get(movement(each).hash) !== undefined).length)
  const missing = timed(
    () => some.filter((each) => byKey.get(keyOf(`nobody ${each}`).key) !== undefined).length,
  )
  if (found.result !== count || hashes.result !== count || missing.result !== 0)
    throw new Error(`${schema.name}: ${found.result} keys and ${hashes.result} hashes of ${count} found`)
  const each = ({ ms }) => (ms / count) * 1000
  return { key: each(found), hash: each(hashes), missing: each(missing) }
}

const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
try {
  const runs = schemas.map((schema, index) => {
    const path = join(folder, `${index}.db`)
    const db = open(schema, path)
    return { schema, path, db, write: schema.writer(db), ms: 0, cpuMs: 0, longest: 0, rows: [] }
  })
  const tenth = Math.max(perStep, Math.floor(transfers / 10 / perStep) * perStep)
  for (let done = 0; done < transfers; done += perStep) {
    const movements = Array.from({ length: perStep }, (_, index) => movement(done + index))
    for (const run of runs) {
      const step = stepOf(run.schema, done, movements)
      const { ms, cpuMs } = timed(() => writeStep(run, step))
      run.schema.forget()
      run.ms += ms
      run.cpuMs += cpuMs
      run.longest = Math.max(run.longest, ms)
      if ((done + perStep) % tenth === 0) note(run, done + perStep, tenth)
    }
  }
  const results = runs.map(({ schema, rows }) => ({ schema: schema.name, chain: values.chain, rows }))
  if (values.json) console.log(JSON.stringify(results))
  for (const { schema, rows } of results) addFigures(schema, rows)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function writeStep({ db, write }, blocks) {
  db.transaction(() => {
    for (const block of blocks) write(block)
  }).immediate()
}

/** A step as a schema takes it, made before it is timed. */
function stepOf({ prepare }, done, movements) {
  return Array.from({ length: perStep / perBlock }, (_, index) => {
    const height = done / perBlock + index
    const time = 1_600_000_000 + height * 12
    const blockHash = `${isEvm ? '0x' : ''}${hash(`block ${height}`)}`
    return prepare(
      { height, hash: blockHash, time },
      movements.slice(index * perBlock, (index + 1) * perBlock),
    )
  })
}

/** What the table of all benchmarks has of a schema: over its tenths, and the last one beside the first. */
function addFigures(name, rows) {
  const title = `A ledger of ${transfers} transfers, 2.7 parties each (${values.chain})`
  const over = (pick) => {
    const sorted = rows.map(pick).toSorted((a, b) => a - b)
    return { median: sorted[sorted.length >> 1], low: sorted[0], high: sorted.at(-1) }
  }
  addResult({ title, name, what: 'bytes each', ...over((row) => row.bytesEach) })
  addResult({ title, name, what: 'write one, µs', ...over((row) => row.writeMicros) })
  addResult({ title, name, what: 'processor to write one, µs', ...over((row) => row.writeProcessorMicros) })
  addResult({ title, name, what: 'look up a key, µs', ...over((row) => row.lookUpMicros.key) })
  const [first, last] = [rows[0], rows.at(-1)]
  const steady = first.writeProcessorMicros / last.writeProcessorMicros
  addResult({
    title,
    name: `${name}, first tenth / last`,
    what: 'ratio',
    median: steady,
    low: steady,
    high: steady,
  })
}

function note(run, stored, tenth) {
  const looks = lookUps(run, stored)
  run.db.pragma('wal_checkpoint(TRUNCATE)')
  const row = {
    transfers: stored,
    bytesEach: Math.round(sizeOf(run.path) / stored),
    writeMicros: (run.ms / tenth) * 1000,
    writeProcessorMicros: (run.cpuMs / tenth) * 1000,
    longestStepMs: run.longest,
    lookUpMicros: looks,
    load: loadavg()[0],
  }
  run.rows.push(row)
  Object.assign(run, { ms: 0, cpuMs: 0, longest: 0 })
  if (values.json) return
  const figure = (value) => value.toFixed(1).padStart(6)
  console.log(
    `${run.schema.name.padEnd(32)} ${String(stored).padStart(9)} transfers: ${row.bytesEach} bytes each; ${figure(row.writeMicros)} µs to write one (${figure(row.writeProcessorMicros)} of processor), longest step ${row.longestStepMs.toFixed(0)} ms; look-up ${figure(looks.key)} µs by key, ${figure(looks.hash)} by hash, ${figure(looks.missing)} of none; load ${row.load.toFixed(1)}`,
  )
}
