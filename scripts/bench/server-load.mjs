// How long the API takes while a chain is read as fast as it can be: screenings at a steady rate, whether or not the ones before were
// answered (an open loop), beside a daemon that backfills; and what the backfill loses by it.
//
//   npm run build && node scripts/bench/server-load.mjs [--rate N] [--blocks N] [--touched N] [--rounds N] [--readers N]
//
// The daemon is the real program. The node, the clients and the daemon share the machine. Rounds without and with requests, in turns.
import { spawn, spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import Database from 'better-sqlite3'
import { makeBitcoinChain } from './bitcoin-chain.mjs'
import { ended, freePort, startServe } from './processes.mjs'
import { addResult } from './results.mjs'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    blocks: { type: 'string', default: '150' },
    touched: { type: 'string', default: '400' },
    rounds: { type: 'string', default: '3' },
    readers: { type: 'string', default: '1' },
  },
})
const [rate, blocks, touched, rounds, readers] = ['rate', 'blocks', 'touched', 'rounds', 'readers'].map(
  (name) => Number(values[name]),
)
const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
try {
  const recording = join(folder, 'chain.recording.jsonl.gz')
  const made = await makeBitcoinChain({ out: recording, blocks, txs: 2000, own: 2000, touched })
  const node = await startServe(recording)
  try {
    await measure(node, made)
  } finally {
    await node.stop()
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(node, { from, to, own }) {
  const config = join(folder, 'chainscreen.yaml')
  const template = join(folder, 'template.db')
  const database = join(folder, 'chainscreen.db')
  const port = await freePort()
  const settings = (path, chains) => ({
    database: path,
    log: { level: 'error' },
    lists: [{ id: 'ofac', file: 'bundled' }],
    threads: { readers },
    server: { listen: `127.0.0.1:${port}`, limits: { requestsPerSecond: 100_000 } },
    chains,
  })
  const chain = {
    id: 'bench',
    type: 'bitcoin',
    network: 'regtest',
    rpc: [node.url],
    start: from,
    verify: 'strict',
  }
  writeFileSync(config, JSON.stringify(settings(template, [{ ...chain, start: to + 1 }])))
  const csv = join(folder, 'own.csv')
  writeFileSync(csv, `address,kind,reference\n${own.map((each) => `${each},deposit,user`).join('\n')}\n`)
  const run = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args, '--config', config])
    if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`)
    return stdout.toString()
  }
  run('lists', 'update')
  run('own', 'import', csv)
  const { token } = JSON.parse(run('tokens', 'add', 'bench', '--scopes', 'screen', '--json'))
  writeFileSync(config, JSON.stringify(settings(database, [chain])))
  const alone = []
  const loaded = []
  const latencies = []
  for (let round = 0; round < rounds; round++) {
    for (const withRequests of [false, true]) {
      for (const end of ['', '-wal', '-shm', '.epoch']) rmSync(database + end, { force: true })
      copyFileSync(template, database)
      const daemon = spawn(process.execPath, [cli, 'run', '--config', config], {
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const stop = new AbortController()
      try {
        const began = await untilCursor(database, from)
        const load = withRequests ? openLoop(`http://127.0.0.1:${port}`, token, stop.signal) : undefined
        const ended = await untilCursor(database, to)
        stop.abort()
        const pace = (ended.height - began.height) / ((ended.at - began.at) / 1000)
        ;(withRequests ? loaded : alone).push(pace)
        if (load !== undefined) latencies.push(...(await load))
      } finally {
        stop.abort()
        await ended(daemon)
      }
    }
  }
  const title = `Screenings at ${rate} a second beside a backfill (Bitcoin, ${touched} of 2,000 touched, strict)`
  const sorted = latencies.toSorted((a, b) => a - b)
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]
  const once = (value) => ({ median: value, low: value, high: value })
  console.log(`\n${title}; load of the machine ${loadavg()[0].toFixed(1)}`)
  console.log(
    `  ${sorted.length} requests, ${sorted.filter((each) => each === Number.POSITIVE_INFINITY).length} of them refused or cut off: median ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, longest ${at(1).toFixed(1)} ms`,
  )
  const show = (list) => list.map((each) => each.toFixed(1)).join(', ')
  console.log(`  backfill: alone ${show(alone)} blocks/s; with requests ${show(loaded)} blocks/s`)
  addResult({ title, name: 'screening', what: 'median, ms', ...once(at(0.5)) })
  addResult({ title, name: 'screening', what: 'p99, ms', ...once(at(0.99)) })
  const ratios = loaded.map((each, i) => each / alone[i]).toSorted((a, b) => a - b)
  console.log(`  with requests / alone: ${show(ratios)}`)
  addResult({
    ...{ title, name: 'backfill with requests / alone', what: 'ratio' },
    ...{ median: ratios[ratios.length >> 1], low: ratios[0], high: ratios.at(-1) },
  })
}

/** Until the chain was read up to a height. @returns when that was seen, and the height then. */
async function untilCursor(path, height) {
  for (let tries = 0; tries < 12_000; tries++) {
    const cursor = cursorOf(path)
    if (cursor >= height) return { height: cursor, at: performance.now() }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`block ${height} was not reached`)
}

function cursorOf(path) {
  const db = new Database(path, { readonly: true })
  try {
    return db.prepare('select cursor_height from chains').pluck().get() ?? -1
  } catch {
    return -1
  } finally {
    db.close()
  }
}

/** Asks at a steady rate until it is stopped. @returns the milliseconds from when each was due until its answer. */
async function openLoop(url, token, signal) {
  const agent = new Agent({ keepAlive: true })
  const times = []
  const open = new Set()
  const began = performance.now()
  for (let number = 0; !signal.aborted; number++) {
    const due = began + (number * 1000) / rate
    const wait = due - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    // What is refused or cut off counts as never answered.
    const one = ask(agent, url, token, number).then(
      () => times.push(performance.now() - due),
      () => times.push(Number.POSITIVE_INFINITY),
    )
    open.add(one)
    void one.finally(() => open.delete(one))
  }
  await Promise.all(open)
  agent.destroy()
  return times
}

function ask(agent, url, token, number) {
  const body = JSON.stringify({
    subjects: [{ address: `0x${number.toString(16).padStart(40, '0')}`, chain: 'bench' }],
  })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return new Promise((resolve, reject) => {
    request(`${url}/v1/screenings`, { agent, headers, method: 'POST' }, (response) => {
      response.resume()
      response.on('end', () =>
        response.statusCode < 300 ? resolve() : reject(new Error(`HTTP ${response.statusCode}`)),
      )
    })
      .on('error', reject)
      .end(body)
  })
}
