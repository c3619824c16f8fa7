// How many requests the API answers: a screening (which is on disk before it is answered) and the credit status of a deposit, against an
// empty route of Fastify by itself that takes the same body, in turns; and what idle connections cost.
//
//   npm run build && node scripts/bench/server.mjs [REQUESTS A ROUND] [ROUNDS] [IDLE CONNECTIONS]
//
// The server is a process of its own, and the clients are another one on the same machine: 32 connections that are kept open, each with
// one request at a time. The database has 2,000 deposits, 2,000 own addresses and a list of 10,000 addresses.
import { fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import fastify from 'fastify'
import { configSchema } from '../../dist/config/schema.js'
import { pinChain } from '../../dist/ledger/blocks/chain.js'
import { commitStep } from '../../dist/ledger/blocks/commit-step.js'
import { inTransaction } from '../../dist/ledger/database.js'
import { createGroupCommit } from '../../dist/ledger/group-commit.js'
import { activateSnapshot } from '../../dist/ledger/lists/activate-snapshot.js'
import { putList } from '../../dist/ledger/lists/lists.js'
import { addSnapshot } from '../../dist/ledger/lists/stage-snapshot.js'
import { openLedger } from '../../dist/ledger/open.js'
import { addOwnAddresses } from '../../dist/ledger/own/own-addresses.js'
import { readRevisions } from '../../dist/ledger/revisions.js'
import { addToken } from '../../dist/operations/tokens.js'
import { serverSettings } from '../../dist/server/context.js'
import { startServer } from '../../dist/server/server.js'
import { inTurn, report } from './rounds.mjs'

const at = new Date().toISOString()
const deposits = 2_000
const connections = 32
const hex = (text, length) => createHash('sha256').update(text).digest('hex').slice(0, length)
const own = (number) => `evm:${hex(`own ${number}`, 40)}`
const hash = (number) => `0x${hex(`deposit ${number}`, 64)}`
const chain = { id: 'ethereum', caip2: 'eip155:1', addressText: (key) => `0x${key.slice(4)}` }

if (process.argv[2] === 'serve') await serve(process.argv[3])
else {
  const [requests = 4_000, rounds = 7, idle = 2_000] = process.argv.slice(2).map(Number)
  await measure(requests, rounds, idle)
}

async function serve(path) {
  const db = openLedger(path)
  const chains = [{ id: chain.id, type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:9'], start: 0 }]
  const limits = { requestsPerSecond: 1_000_000, connections: 10_000 }
  const config = configSchema.parse({ database: path, chains, server: { listen: '127.0.0.1:0', limits } })
  const log = { debug() {}, info() {}, warn: console.warn, error: console.error }
  const server = await startServer({
    ...{ db, group: createGroupCommit(db), log, conditions: () => [], isStarted: () => true },
    settings: { ...serverSettings(config), lists: [{ id: 'house' }] },
    now: () => new Date().toISOString(),
  })
  process.on('message', () =>
    process.send({ memoryMb: process.memoryUsage().rss / 1e6, cpu: process.cpuUsage() }),
  )
  const plain = fastify().post('/', async () => ({}))
  process.send({ url: server.url, plain: await plain.listen({ port: 0, host: '127.0.0.1' }) })
}

async function measure(requests, rounds, idle) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  const path = join(folder, 'server.db')
  const token = await fill(path)
  const child = fork(fileURLToPath(import.meta.url), ['serve', path])
  try {
    const [{ url, plain }] = await once(child, 'message')
    const agent = new Agent({ keepAlive: true, maxSockets: connections })
    const ask = asker(url, agent, token)
    const askPlain = asker(plain, agent, token)
    const credit = (number) =>
      `/v1/transactions?chain=ethereum&tx=${hash(number % deposits)}&address=0x${own(number % deposits).slice(4)}`
    const { status } = JSON.parse(await ask(credit(0)))
    if (status !== 'clear') throw new Error(`the deposit is ${status}`)
    const body = (number) => ({
      subjects: [{ address: `0x${hex(`asked ${number}`, 40)}`, chain: 'ethereum' }],
    })
    const screened = JSON.parse(await ask('/v1/screenings', body(0)))
    if (screened.results[0].verdict !== 'clear')
      throw new Error(`a screening is ${screened.results[0].verdict}`)
    const contestants = [
      { name: 'empty route of Fastify', run: () => many(requests, (number) => askPlain('/', body(number))) },
      {
        name: 'screening, recorded',
        run: () => many(requests, (number) => ask('/v1/screenings', body(number))),
      },
      { name: 'credit status', run: () => many(requests, (number) => ask(credit(number))) },
    ]
    console.log(`load ${loadavg()[0].toFixed(1)} before`)
    report(`The API, ${connections} connections`, await inTurn(contestants, rounds), {
      ours: ['screening, recorded', 'credit status'],
      unit: 'requests',
      count: requests,
    })
    await measureIdle({ child, url, ask, credit, idle, requests })
    agent.destroy()
    console.log(`\nload ${loadavg()[0].toFixed(1)} after`)
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

/** With as many connections as that, which were asked once and are kept open: memory of the server, and the pace of others beside them. */
async function measureIdle({ child, url, ask, credit, idle, requests }) {
  const pace = async () => {
    const start = performance.now()
    await many(requests, (number) => ask(credit(number)))
    return Math.round((requests / (performance.now() - start)) * 1000)
  }
  const before = { memory: await memoryOf(child), pace: await pace() }
  const sockets = await Promise.all(Array.from({ length: idle }, () => idleConnection(url)))
  const beside = { memory: await memoryOf(child), pace: await pace() }
  const open = sockets.filter(({ readableEnded, destroyed }) => !readableEnded && !destroyed).length
  for (const socket of sockets) socket.destroy()
  console.log(`\n${idle} idle connections, of which ${open} were still open at the end`)
  console.log(`  memory of the server: ${before.memory} MB before, ${beside.memory} MB with them`)
  console.log(`  credit status: ${before.pace} requests/s before, ${beside.pace} beside them`)
}

async function memoryOf(child) {
  child.send('memory')
  const [{ memoryMb }] = await once(child, 'message')
  return Math.round(memoryMb)
}

async function idleConnection(url) {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await once(socket, 'data')
  return socket
}

function asker(url, agent, token) {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  return (path, body) =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST'
      request(`${url}${path}`, { agent, headers, method }, (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (piece) => {
          body += piece
        })
        response.on('end', () => (response.statusCode === 200 ? resolve(body) : reject(new Error(body))))
      })
        .on('error', reject)
        .end(body === undefined ? undefined : JSON.stringify(body))
    })
}

/** So many, as many at a time as there are connections. */
async function many(count, one) {
  let next = 0
  const client = async () => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: connections }, client))
}

/** @returns a token. */
async function fill(path) {
  const db = openLedger(path)
  pinChain(db, chain, '0x0', at)
  const keys = Array.from({ length: deposits }, (_, number) => own(number))
  const rows = keys.map((key) => ({
    key,
    address: chain.addressText(key),
    kind: 'deposit',
    reference: '',
    chain: '',
  }))
  await addOwnAddresses(db, rows, at)
  const list = {
    listId: 'house',
    category: 'sanctions',
    format: 'csv',
    sha256: hex('house', 64),
    issuedOn: at.slice(0, 10),
  }
  inTransaction(db, () => {
    putList(db, { id: 'house', format: 'csv', category: 'sanctions', maxAgeSeconds: null })
    const entries = Array.from({ length: 10_000 }, (_, number) => `evm:${hex(`listed ${number}`, 40)}`).map(
      (key) => ({
        ...{ key, address: key, assets: [], subject: 'A party', subjectIds: [], programs: [] },
        ...{ listedOn: null, publishedBy: null, removedOn: null },
      }),
    )
    const snapshot = addSnapshot(db, { ...list, bytes: 1, counts: {}, entries, unparsed: [], at }, null)
    activateSnapshot(db, snapshot, { date: list.issuedOn, listedOnIsPublished: false, at })
  })
  db.exec(`update rescreens set state = 'done', finished_at = '${at}'`)
  const transactions = keys.map((key, number) => ({
    ...{ hash: hash(number), parties: [], ownSigned: false },
    transfers: [
      {
        ...{
          id: 'value',
          direction: 'deposit',
          asset: 'native',
          symbol: 'ETH',
          amount: 5n,
          own: key,
          tags: [],
        },
        parties: [{ key: `evm:${hex(`stranger ${number}`, 40)}`, role: 'source' }],
      },
    ],
  }))
  const perBlock = 100
  for (let height = 1; height <= deposits / perBlock; height++) {
    const block = {
      height,
      hash: `0xb${height}`,
      parentHash: `0xb${height - 1}`,
      time: 1_700_000_000 + height,
    }
    const some = transactions.slice((height - 1) * perBlock, height * perBlock)
    const screened = { ...block, level: 'full', unscreened: [], transactions: some, findings: [] }
    const step = {
      blocks: [screened],
      revisions: readRevisions(db),
      head: { height },
      finalHeight: null,
      windowFrom: 0,
      at,
    }
    if (commitStep(db, chain, step) === null) throw new Error('the revisions moved')
  }
  const token = { name: 'bench', scopes: ['screen'], person: null, expires: null }
  const { token: text } = addToken(db, token, { actor: 'bench', note: null, at })
  db.close()
  return text
}
