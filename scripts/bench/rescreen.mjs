// How long stored history takes to be matched with a list that grew, and how long anybody waits for it meanwhile.
//
//   npm run build && node scripts/bench/rescreen.mjs [TRANSFERS] [ENTRIES] [DATABASE]
//
// Half of the transfers are EVM's, half Bitcoin's; every listed address took part in ten, and one of them in 5,000.
// DATABASE: a ledger of an earlier run, to be used again (a copy of it is changed).
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { alertsOfEntrySql } from '../../dist/ledger/alerts/entry-events.js'
import { pinChain } from '../../dist/ledger/blocks/chain.js'
import { commitStep } from '../../dist/ledger/blocks/commit-step.js'
import { inTransaction } from '../../dist/ledger/database.js'
import { activateStaged } from '../../dist/ledger/lists/activate-snapshot.js'
import { putList } from '../../dist/ledger/lists/lists.js'
import { stageChanges } from '../../dist/ledger/lists/stage-changes.js'
import { addSnapshot } from '../../dist/ledger/lists/stage-snapshot.js'
import { openLedger } from '../../dist/ledger/open.js'
import { nextPartySql } from '../../dist/ledger/transfers/stored-transactions.js'
import { rescreenChunk } from '../../dist/pipeline/rescreening/rescreen-chunk.js'
import { addResult } from './results.mjs'

const [transfers = 1_000_000, entries = 1_000] = process.argv.slice(2, 4).map(Number)
const given = process.argv[4]
const at = '2026-01-01T00:00:00.000Z'
const perBlock = 500
const hash = (text) => createHash('sha256').update(text).digest('hex')
const chains = [
  {
    id: 'ethereum',
    caip2: 'eip155:1',
    addressText: (key) => key,
    keyOf: (name) => `evm:${hash(name).slice(0, 40)}`,
  },
  {
    id: 'bitcoin',
    caip2: 'bip122:0',
    addressText: (key) => key,
    keyOf: (name) => `bitcoin:0014${hash(name).slice(0, 40)}`,
  },
]
const listedKey = (index) => chains[index % 2].keyOf(`listed ${index}`)

const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
const stored = given ?? join(folder, 'stored.db')
const path = join(folder, 'ledger.db')
try {
  if (!existsSync(stored)) build()
  copyFileSync(stored, path)
  await measure()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function build() {
  const db = openLedger(stored)
  // Only while it is built.
  db.pragma('synchronous = OFF')
  const heights = [0, 0]
  for (const chain of chains) pinChain(db, chain, '0x0', at)
  const begin = performance.now()
  for (let done = 0; done < transfers; done += perBlock) {
    const which = (done / perBlock) % 2
    const chain = chains[which]
    const height = ++heights[which]
    const transactions = Array.from({ length: perBlock }, (_, index) =>
      transaction(chain, which, done + index),
    )
    const time = 1_600_000_000 + height * 60
    const ref = { height, hash: `${chain.id}${height}`, parentHash: `${chain.id}${height - 1}`, time }
    commitStep(db, chain, {
      blocks: [{ ...ref, level: 'full', unscreened: [], transactions, findings: [] }],
      revisions: { list: 0, own: 0 },
      ...{ head: { height }, finalHeight: height - 6, windowFrom: height - 6, at },
    })
  }
  db.close()
  console.log(`${transfers} transfers stored in ${((performance.now() - begin) / 1000).toFixed(0)} s`)
}

/** One transfer with its counterparty and an initiator; a listed one now and then. */
function transaction(chain, which, number) {
  const spacing = Math.floor(transfers / (entries * 10))
  const listed = number % spacing === which ? (Math.floor(number / spacing) % (entries / 2)) * 2 + which : -1
  const busy = number < 10_000
  const from =
    busy && which === 0
      ? listedKey(0)
      : listed >= 0
        ? listedKey(listed)
        : chain.keyOf(`party ${number % 300_000}`)
  const own = chain.keyOf(`own ${number % 50_000}`)
  const about = { direction: 'deposit', asset: 'native', symbol: 'X', amount: BigInt(number), own, tags: [] }
  return {
    ...{ hash: hash(`tx ${number}`), ownSigned: false },
    transfers: [{ id: 'value', ...about, parties: [{ key: from, role: 'source' }] }],
    parties: [{ key: chain.keyOf(`initiator ${number % 1_000}`), role: 'initiator' }],
  }
}

async function measure() {
  const db = openLedger(path)
  const count = (table) => db.prepare(`select count(*) from ${table}`).pluck().get()
  console.log(`${count('transfers')} transfers, ${count('parties')} parties stored; ${entries} entries added`)
  const looks = [
    [nextPartySql, [{ 1: 1, 2: 1, 3: 1 }]],
    [alertsOfEntrySql, [1, 1, 1, 1, 1]],
  ]
  for (const [sql, params] of looks) {
    const plan = db.prepare(`explain query plan ${sql}`).all(...params)
    console.log(plan.map(({ detail }) => `  plan: ${detail}`).join('\n'))
  }
  const activate = await staged(db)
  const activation = timed(() => inTransaction(db, activate))
  console.log(`activation: ${told([activation])}, one transaction`)

  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const begin = performance.now()
  const chunks = []
  const total = { entries: 0, transactions: 0, created: 0 }
  for (;;) {
    let did
    chunks.push(
      timed(() => {
        did = rescreenChunk(db, at, 15)
      }),
    )
    if (did === null) break
    for (const name of Object.keys(total)) total[name] += did[name]
    await new Promise(setImmediate)
  }
  const ms = performance.now() - begin
  const cpuMs = chunks.reduce((sum, each) => sum + each.cpuMs, 0)
  delay.disable()
  console.log(
    `re-screen: ${(ms / 1000).toFixed(1)} s (${(cpuMs / 1000).toFixed(1)} s of processor); ${total.transactions} transactions screened again, ${total.created} alerts`,
  )
  console.log(
    `transactions of the database: ${chunks.length}; longest ${told(chunks)}; median ${told(chunks, 0.5)}`,
  )
  console.log(
    `longest wait of the thread: ${(delay.max / 1e6).toFixed(0)} ms; load of the machine: ${loadavg()[0].toFixed(1)}`,
  )
  const title = `Re-screening ${transfers} stored transfers`
  const row = (what, value) =>
    addResult({ title, name: `${entries} entries added`, what, median: value, low: value, high: value })
  row('in all, s', ms / 1000)
  row('processor, s', cpuMs / 1000)
  row('longest transaction, ms', Math.max(...chunks.map((each) => each.ms)))
  db.close()
}

/** Writes what the list changes, as an import does. @returns makes it count. */
async function staged(db) {
  putList(db, { id: 'list', format: 'csv', category: 'sanctions', maxAgeSeconds: null })
  const says = {
    assets: [],
    subject: 'Somebody',
    subjectIds: [],
    programs: [],
    listedOn: null,
    publishedBy: null,
    removedOn: null,
  }
  const rows = Array.from({ length: entries }, (_, index) => ({
    key: listedKey(index),
    address: `listed ${index}`,
    ...says,
  }))
  const facts = {
    listId: 'list',
    sha256: 'bench',
    format: 'csv',
    issuedOn: '2025-12-31',
    bytes: 1,
    counts: {},
    at,
  }
  const snapshot = inTransaction(db, () => addSnapshot(db, { ...facts, entries: rows, unparsed: [] }, null))
  const changes = await stageChanges(db, snapshot, { date: '2025-12-31', listedOnIsPublished: false, at })
  return () => activateStaged(db, snapshot, changes, at)
}

/** Milliseconds by the clock, and of them the process's own on a processor: the rest is the disk, and other processes. */
function timed(work) {
  const begin = performance.now()
  const used = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(used)
  return { ms: performance.now() - begin, cpuMs: (user + system) / 1000 }
}

/** The longest, or another quantile, of each. */
function told(times, part = 1) {
  const of = (name) => {
    const sorted = times.map((each) => each[name]).sort((a, b) => a - b)
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))].toFixed(1)
  }
  return `${of('ms')} ms (${of('cpuMs')} ms of processor)`
}
