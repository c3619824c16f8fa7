// How long a follower waits while a large list is loaded beside it, by the loader's thread of its daemon and by another process;
// how long the lists take at start; and what one look-up costs without any of it.
//
//   npm run build && node scripts/bench/list-change.mjs [ENTRIES]
//
// Nine of ten listed addresses are EVM's, one is Bitcoin's. The follower writes a block of 20 deposits every 20 ms. A pause is
// the time from when a block was due until it was written; with it the time that the process had a processor meanwhile. Last,
// the longest that the follower's thread did not come to its events.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { addressText } from '../../dist/address/text.js'
import { configSchema } from '../../dist/config/schema.js'
import { pinChain } from '../../dist/ledger/blocks/chain.js'
import { openLedger, openLedgerForReading } from '../../dist/ledger/open.js'
import { shareTurns, WriteTurns } from '../../dist/ledger/write-turns.js'
import { importList } from '../../dist/lists/import-list.js'
import { createLedgerStore } from '../../dist/pipeline/blocks/ledger-store.js'
import { ScreeningIndex } from '../../dist/pipeline/blocks/screening-index.js'
import { preCheck } from '../../dist/pipeline/pre-check.js'
import { startLoaderThread } from '../../dist/threads/loader-thread.js'

const at = '2026-01-01T00:00:00.000Z'
const hash = (text) => createHash('sha256').update(text).digest('hex')
const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 1 }
const chain = { id: 'ethereum', caip2: 'eip155:1', addressText: (key) => key }
const options = { approve: true, at, byHand: true }

if (process.argv[2] === 'import') {
  const db = openLedger(process.argv[3])
  await importList(db, source, { path: process.argv[4] }, options)
  db.close()
} else await measure(Number(process.argv[2] ?? 100_000))

async function measure(entries) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  try {
    const [small, large, changed] = ['small', 'large', 'changed'].map((name) => join(folder, `${name}.csv`))
    writeFileSync(small, csv(0, 100))
    writeFileSync(large, csv(0, entries))
    writeFileSync(changed, csv(0, entries + 100))
    for (const [name, importing] of Object.entries({
      'by a thread of the same process': importInThread,
      'in another process': importElsewhere,
    })) {
      const path = join(folder, `${name}.db`)
      const db = openLedger(path)
      pinChain(db, chain, '0x0', at)
      const follower = createFollower(db)
      await importing(path, db, small)
      for (const [what, file] of [
        [`${entries} new entries`, large],
        ['100 more', changed],
      ]) {
        follower.start()
        const delay = monitorEventLoopDelay({ resolution: 1 })
        delay.enable()
        const begin = performance.now()
        await importing(path, db, file)
        const seconds = (performance.now() - begin) / 1000
        const waits = await follower.stop()
        delay.disable()
        console.log(
          `${what}, loaded ${name} in ${seconds.toFixed(1)} s: ${waits.length} blocks; longest pause ${told(waits, 1)}, 99 of 100 under ${told(waits, 0.99)}; the thread was kept for ${(delay.max / 1e6).toFixed(0)} ms at most`,
        )
      }
      if (name.includes('thread')) lookUps(path)
      db.close()
    }
    console.log(`load of the machine: ${loadavg()[0].toFixed(1)}`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function csv(from, to) {
  const rows = Array.from(
    { length: to - from },
    (_, index) => `${addressText(listed(from + index))},Somebody ${index}`,
  )
  return `address,subject\n${rows.join('\n')}\n`
}

function listed(index) {
  const hex = hash(`listed ${index}`).slice(0, 40)
  return index % 10 === 0 ? `bitcoin:0014${hex}` : `evm:${hex}`
}

/** As a daemon does: with a loader of its own each time. */
async function importInThread(path, db, file) {
  const config = configSchema.parse({
    database: path,
    lists: [{ id: 'house', format: 'csv', file }],
    chains: [],
  })
  const none = () => {}
  const log = { debug: none, info: none, warn: none, error: console.error }
  const turns = new WriteTurns()
  shareTurns(db, turns)
  const signal = new AbortController().signal
  const loader = startLoaderThread(config, { log, once: true, signal, turns })
  await loader.ready
  await loader.stop({ finish: true })
}

function importElsewhere(path, _db, file) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'import', path, file], {
      stdio: 'inherit',
    })
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`the import ended with ${code}`))))
  })
}

/** A follower of blocks that are there already: what it waits for is the thread and the database. */
function createFollower(db) {
  const store = createLedgerStore({ db, chain, index: new ScreeningIndex(db), now: () => at })
  let height = 0
  let timer
  let running
  let waits
  let due
  let used
  const everyMs = 20
  const next = () => {
    due = performance.now() + everyMs
    used = process.cpuUsage()
    timer = setTimeout(() => {
      running = step()
    }, everyMs)
  }
  const step = async () => {
    height++
    const block = blockAt(height)
    await store.commit([block], { height, hash: block.hash, finalized: null }, null)
    const { user, system } = process.cpuUsage(used)
    waits.push({ ms: performance.now() - due, cpuMs: (user + system) / 1000 })
    next()
  }
  return {
    start() {
      waits = []
      next()
    },
    /** One more block: what the change itself costs is met by the next step. */
    async stop() {
      await running
      clearTimeout(timer)
      await step()
      clearTimeout(timer)
      return waits
    },
  }
}

function blockAt(height) {
  const transactions = Array.from({ length: 20 }, (_, index) => ({
    ...{ hash: hash(`tx ${height} ${index}`), ownSigned: false, parties: [] },
    transfers: [
      {
        ...{ id: 'value', direction: 'deposit', asset: 'native', symbol: 'ETH', amount: 1n, tags: [] },
        own: `evm:${hash('own').slice(0, 40)}`,
        parties: [{ key: `evm:${hash(`party ${height} ${index}`).slice(0, 40)}`, role: 'source' }],
      },
    ],
  }))
  const ref = { height, hash: `a${height}`, parentHash: `a${height - 1}`, time: 1_600_000_000 + height * 12 }
  return {
    ...ref,
    level: 'full',
    unscreened: [],
    bytes: 0,
    content: { family: 'made-up', extraction: { transactions, unscreened: [] } },
  }
}

function lookUps(path) {
  const db = openLedgerForReading(path)
  const begin = performance.now()
  new ScreeningIndex(db)
  const addresses = Array.from({ length: 1_000 }, (_, index) => addressText(listed(index * 7)))
  const loaded = performance.now()
  preCheck(db, addresses, { asset: null, chain: null, lists: null, at })
  const checked = performance.now()
  db.close()
  console.log(
    `all lists into memory, at start: ${(loaded - begin).toFixed(0)} ms; \`screen\` without it: ${(((checked - loaded) / addresses.length) * 1000).toFixed(0)} µs an address`,
  )
}

function told(waits, part) {
  const of = (name) => {
    const sorted = waits.map((wait) => wait[name]).sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(0)
  }
  return `${of('ms')} ms (${of('cpuMs')} ms of processor)`
}
