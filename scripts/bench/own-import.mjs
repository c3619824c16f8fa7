// How long a load of own addresses takes, and how long a process that follows a chain waits for it meanwhile.
//
//   npm run build && node scripts/bench/own-import.mjs [ADDRESSES] [KNOWN]
//
// KNOWN of them stand there already, half of those with another reference. A second process writes a row, as a follower
// does, every five milliseconds, and a third reads; what they wait for beyond that is told.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openLedger } from '../../dist/ledger/open.js'
import { addOwnAddresses, countOwnAddresses } from '../../dist/ledger/own/own-addresses.js'
import { ScreeningIndex } from '../../dist/pipeline/blocks/screening-index.js'

const at = '2026-01-01T00:00:00.000Z'

if (process.argv[2] === 'beside') await beside(process.argv[3], process.argv[4])
else await measure(...[1_000_000, 0].map((usual, index) => Number(process.argv[2 + index] ?? usual)))

async function measure(addresses, known) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  const path = join(folder, 'ledger.db')
  const db = openLedger(path)
  try {
    if (known > 0)
      await addOwnAddresses(
        db,
        rows(known, (index) => `old ${index % 2 ? index : `x${index}`}`),
        at,
      )
    const longest = watchTransactions(db)
    const others = ['write', 'read'].map((what) => startBeside(path, what))
    await Promise.all(others.map(({ ready }) => ready))
    const began = performance.now()
    await addOwnAddresses(
      db,
      rows(addresses, (index) => `old ${index}`),
      at,
    )
    const seconds = (performance.now() - began) / 1000
    const [write, read] = await Promise.all(others.map(({ end }) => end()))
    console.log(
      JSON.stringify(
        {
          ...{ addresses: countOwnAddresses(db), seconds: seconds.toFixed(1), load: loadavg()[0].toFixed(1) },
          ...{
            longestTransactionMs: Math.round(longest()),
            write,
            read,
          },
        },
        null,
        2,
      ),
    )
  } finally {
    db.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

function* rows(count, referenceOf) {
  for (let index = 0; index < count; index++) {
    const hex = createHash('sha256').update(String(index)).digest('hex').slice(0, 40)
    yield {
      key: `evm:${hex}`,
      address: `0x${hex}`,
      kind: 'deposit',
      reference: referenceOf(index),
      chain: '',
    }
  }
}

/** The longest time for which this connection held the write lock. */
function watchTransactions(db) {
  let longest = 0
  const original = db.transaction.bind(db)
  db.transaction = (work) => {
    let began = 0
    const timed = original(() => {
      began = performance.now()
      return work()
    })
    return Object.assign(() => timed(), {
      immediate: () => {
        const result = timed.immediate()
        longest = Math.max(longest, performance.now() - began)
        return result
      },
    })
  }
  return () => longest
}

function startBeside(path, what) {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), 'beside', path, what], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.on('data', (chunk) => {
    text += chunk
  })
  return {
    ready: once(child.stdout, 'data'),
    end: async () => {
      child.stdin.end()
      await once(child, 'exit')
      return JSON.parse(text.split('\n')[1])
    },
  }
}

async function beside(path, what) {
  const db = openLedger(path)
  const act = what === 'write' ? writer(db) : reader(db)
  const waits = []
  let going = true
  process.stdin.on('end', () => {
    going = false
  })
  process.stdin.resume()
  console.log('ready')
  for (let last = false; !last; ) {
    last = !going
    const began = performance.now()
    act()
    waits.push(performance.now() - began)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  waits.sort((a, b) => a - b)
  const part = (share) => Number((waits[Math.floor((waits.length - 1) * share)] ?? 0).toFixed(1))
  console.log(
    JSON.stringify({ times: waits.length, medianMs: part(0.5), p99Ms: part(0.99), longestMs: part(1) }),
  )
  db.close()
}

function writer(db) {
  const row = db.prepare(
    `insert into meta (key, value) values ('bench', '1') on conflict (key) do update set value = value + 1`,
  )
  return () => db.transaction(() => row.run()).immediate()
}

/** What a daemon does between two steps. */
function reader(db) {
  const index = new ScreeningIndex(db)
  return () => {
    index.readAhead?.()
    index.refresh()
  }
}
