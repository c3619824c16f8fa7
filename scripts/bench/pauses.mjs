// The longest pause of a follower, and of a writer in another thread, while a list of many entries changes in the loader's thread:
// of two versions of chainscreen in turns.
//
//   npm run build && node scripts/bench/pauses.mjs --before OTHER/dist [--entries 100000] [--rounds 3] [--kinds tip,backfill]
//
// `tip`: a block of 20 deposits every 20 ms. `backfill`: steps of eight blocks of 150 deposits, back to back. A pause of the follower is
// the time from when a step was due until it was written. The writer asks for its turn every 5 ms, and writes a row.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker, workerData } from 'node:worker_threads'

const at = '2026-01-01T00:00:00.000Z'
const file = fileURLToPath(import.meta.url)
const hash = (text) => createHash('sha256').update(text).digest('hex')
const longest = (times) => times.reduce((most, each) => Math.max(most, each), 0)
const middle = (values) => values.toSorted((a, b) => a - b)[values.length >> 1]

if (workerData?.isWriter) await write(workerData)
else if (process.argv[2] === 'one') console.log(JSON.stringify(await measure(...process.argv.slice(3))))
else compare()

function compare() {
  const { values } = parseArgs({
    options: {
      before: { type: 'string' },
      entries: { type: 'string', default: '100000' },
      rounds: { type: 'string', default: '3' },
      kinds: { type: 'string', default: 'tip,backfill' },
    },
  })
  const versions = { before: values.before && resolve(values.before), now: resolve(file, '../../../dist') }
  for (const kind of values.kinds.split(',')) {
    const results = { before: [], now: [] }
    for (let round = 0; round < Number(values.rounds); round++)
      for (const [name, dist] of Object.entries(versions)) {
        if (dist === undefined) continue
        const { stdout } = spawnSync(process.execPath, [file, 'one', dist, kind, values.entries], {
          ...{ stdio: ['ignore', 'pipe', 'inherit'], timeout: 600_000 },
        })
        results[name].push(JSON.parse(String(stdout)))
        console.error(`${kind}, ${name}: ${String(stdout).trim()}; load ${loadavg()[0].toFixed(1)}`)
      }
    for (const [name, all] of Object.entries(results)) {
      if (all.length === 0) continue
      const of = (key) => {
        const each = all.map((one) => one[key])
        return `${middle(each)} (${Math.min(...each)}–${Math.max(...each)})`
      }
      console.log(
        `${kind}, ${name}: ${Object.keys(all[0])
          .map((key) => `${key} ${of(key)}`)
          .join('; ')}`,
      )
    }
  }
}

/** One change of a list, in a process of its own. */
async function measure(dist, kind, entries) {
  const load = (path) => import(join(dist, path))
  const { openLedger } = await load('ledger/open.js')
  const { pinChain } = await load('ledger/blocks/chain.js')
  const { shareTurns, WriteTurns } = await load('ledger/write-turns.js')
  const { createLedgerStore } = await load('pipeline/blocks/ledger-store.js')
  const indexes = await load('pipeline/blocks/screening-index.js')
  const { startLoaderThread } = await load('threads/loader-thread.js')
  const { configSchema } = await load('config/schema.js')
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  const [path, list] = [join(folder, 'ledger.db'), join(folder, 'list.csv')]
  const rows = Array.from(
    { length: Number(entries) },
    (_, n) => `0x${hash(`l ${n}`).slice(0, 40)},Somebody ${n}`,
  )
  writeFileSync(list, `address,subject\n${rows.join('\n')}\n`)
  const db = openLedger(path)
  const chain = { id: 'ethereum', caip2: 'eip155:1', addressText: (key) => key }
  pinChain(db, chain, '0x0', at)
  const turns = new WriteTurns()
  shareTurns(db, turns)
  // Versions of before named it otherwise.
  const index = new (indexes.ScreeningIndex ?? indexes.Memory)(db)
  const store = createLedgerStore({ db, chain, index, memory: index, now: () => at })
  const ends = new Int32Array(new SharedArrayBuffer(4))
  const writer = new Worker(file, {
    argv: process.argv.slice(2),
    workerData: { isWriter: true, dist, path, turns: turns.memory, ends },
  })
  const waits = new Promise((done) => writer.once('message', done))
  await new Promise((done) => writer.once('online', done))

  const log = { debug() {}, info() {}, warn() {}, error: console.error }
  const config = configSchema.parse({
    database: path,
    lists: [{ id: 'l', format: 'csv', file: list }],
    chains: [],
  })
  let isLoaded = false
  const loader = startLoaderThread(config, { log, once: true, signal: new AbortController().signal, turns })
  // Nothing is to be widened: it answers as soon as its thread comes to it, and for the first time when that has started.
  await loader.widen([], null)
  const begin = performance.now()
  const loaded = loader.ready.then(() => loader.stop({ finish: true })).then(() => (isLoaded = true))
  const answers = []
  const asks = setInterval(() => {
    const asked = performance.now()
    loader.widen([], null).then(
      () => answers.push(performance.now() - asked),
      () => {},
    )
  }, 50)
  const pauses = []
  let height = 0
  const [blocks, deposits] = kind === 'tip' ? [1, 20] : [8, 150]
  for (; !isLoaded; ) {
    const due = performance.now() + (kind === 'tip' ? 20 : 0)
    await setTimeout(due - performance.now())
    const step = Array.from({ length: blocks }, () => blockAt(++height, deposits))
    const asked = kind === 'tip' ? due : performance.now()
    await store.commit(step, { ...step.at(-1), finalized: null }, null)
    pauses.push(performance.now() - asked)
  }
  clearInterval(asks)
  await loaded
  const seconds = (performance.now() - begin) / 1000
  Atomics.store(ends, 0, 1)
  const writers = await waits
  db.close()
  rmSync(folder, { recursive: true, force: true })
  return {
    'seconds to load': Math.round(seconds),
    'longest pause of the follower, ms': Math.round(longest(pauses)),
    'of the writer, ms': Math.round(longest(writers)),
    '99 of 100 of the writer under, ms': Math.round(
      writers.toSorted((a, b) => a - b)[Math.floor(writers.length * 0.99)],
    ),
    'of a question to the loader, ms': Math.round(longest(answers)),
    'blocks a second': Math.round(height / seconds),
  }
}

async function write({ dist, path, turns, ends }) {
  const { parentPort } = await import('node:worker_threads')
  const { openLedger } = await import(join(dist, 'ledger/open.js'))
  const { inTurn, shareTurns, WriteTurns } = await import(join(dist, 'ledger/write-turns.js'))
  const db = openLedger(path, { create: false })
  shareTurns(db, new WriteTurns(3, turns))
  const row = db.prepare(`insert or replace into meta values ('bench', ?)`)
  // Waiting for a turn alone keeps no thread alive.
  const alive = setInterval(() => {}, 1_000)
  const waits = []
  while (Atomics.load(ends, 0) === 0) {
    const asked = performance.now()
    await inTurn(db, () => row.run(String(asked)))
    waits.push(performance.now() - asked)
    await setTimeout(5)
  }
  clearInterval(alive)
  db.close()
  parentPort.postMessage(waits)
}

function blockAt(height, deposits) {
  const own = `evm:${hash('own').slice(0, 40)}`
  const transactions = Array.from({ length: deposits }, (_, n) => ({
    ...{ hash: hash(`tx ${height} ${n}`), ownSigned: false, parties: [] },
    transfers: [
      {
        ...{ id: 'value', direction: 'deposit', asset: 'native', symbol: 'ETH', amount: 1n, tags: [], own },
        parties: [{ key: `evm:${hash(`party ${height} ${n}`).slice(0, 40)}`, role: 'source' }],
      },
    ],
  }))
  return {
    ...{ height, hash: `a${height}`, parentHash: `a${height - 1}`, time: 1_600_000_000 + height * 12 },
    ...{ level: 'full', unscreened: [], bytes: 0 },
    content: { family: 'made-up', extraction: { transactions, unscreened: [] } },
  }
}
