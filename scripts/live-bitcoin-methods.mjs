// What a daemon does when a Bitcoin Core stops serving a method: undo data that is gone, REST switched off at a restart, an
// rpcwhitelist, one RPC thread. Starts both, on loopback and in folders of their own, and prints what came of it.
//
//   npm run build && node scripts/live-bitcoin-methods.mjs BITCOIND

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind] = process.argv.slice(2)
if (bitcoind === undefined) throw new Error('usage: node scripts/live-bitcoin-methods.mjs BITCOIND')
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-live-'))
const coinSats = 5_000_000_000
const node = await startBitcoind(bitcoind)
try {
  const own = await node.address('wpkh(KEY)', 'live own')
  const clean = await node.address('wpkh(KEY)', 'live clean')
  const listed = await node.address('wpkh(KEY)', 'live listed')
  const coins = []
  for (let height = 1; height <= 112; height++)
    coins.push((await node.mine(height <= 12 ? listed : clean)).coinbase)
  let next = 0
  const mineDeposit = async () =>
    node.mine(clean, [await node.transaction([{ tx: coins[next++], vout: 0 }], [[own, coinSats - 1_000]])])
  for (let i = 0; i < 4; i++) await mineDeposit()
  const projectOf = (name) => project(name, { own, listed })
  await cli(projectOf('reference'), 'run', '--once')
  const expected = alertsOf('reference')
  console.log(`as it is: ${expected.length} alerts, ${levels('reference')}`)

  await rest(projectOf, mineDeposit)
  await oneThread(projectOf, mineDeposit)
  await whitelist(projectOf)
  await undo(projectOf)
} finally {
  await node.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** The node is started again without REST while the daemon follows it. */
async function rest(projectOf, mineDeposit) {
  const config = projectOf('rest')
  const daemon = start(config)
  await until(() => cursor('rest') >= 116)
  await node.restart({ more: ['-rest=0'] })
  const { height } = await mineDeposit()
  const mined = performance.now()
  await until(() => cursor('rest') >= height)
  console.log(
    `REST off after a restart: block ${height} read ${ms(performance.now() - mined)} after it was mined, ${alertsOf('rest').length} alerts, ${levels('rest')}`,
  )
  for (const line of daemon.lines(/are read by|set aside|waits|pruned/)) console.log(`  log: ${line}`)
  await daemon.stop()
  await node.restart({ more: [] })
}

/** Somebody else calls the node while the daemon may keep its only thread. */
async function oneThread(projectOf, mineDeposit) {
  await node.restart({ more: ['-rpcthreads=1'] })
  const daemon = start(projectOf('thread'))
  await until(() => daemon.lines(/rpcthreads/).length > 0)
  const times = []
  for (let i = 0; i < 20; i++) {
    const began = performance.now()
    await node.rpc('getblockcount')
    times.push(performance.now() - began)
    await pause(300)
  }
  const { height } = await mineDeposit()
  await until(() => cursor('thread') >= height)
  console.log(
    `-rpcthreads=1: the slowest of 20 calls of somebody else took ${ms(Math.max(...times))}; block ${height} read`,
  )
  console.log(`  log: ${daemon.lines(/rpcthreads/)[0]}`)
  await daemon.stop()
  await node.restart({ more: [] })
}

/** `rpcwhitelist` without what the first reorg needs. */
async function whitelist(projectOf) {
  const ours = 'getblockcount,getindexinfo,stop,generateblock,setmocktime'
  const allowed = `getblockchaininfo,getblockhash,getnetworkinfo,getblock,${ours}`
  await node.restart({ more: [`-rpcwhitelist=__cookie__:${allowed}`] })
  console.log('rpcwhitelist without getblockheader, getrawtransaction and waitfornewblock:')
  console.log(await doctor(projectOf('whitelist')))
  await node.restart({ more: [] })
}

/** The files with undo data are removed while the node is down. */
async function undo(projectOf) {
  const blocks = join(dirname(node.cookie), 'blocks')
  const removed = async (more) => {
    await node.restart({
      more,
      whileDown: () => {
        for (const file of readdirSync(blocks)) if (file.startsWith('rev')) rmSync(join(blocks, file))
      },
    })
  }
  await removed([])
  await node
    .rpc('getblock', await node.rpc('getblockhash', 114), 3)
    .catch((error) => console.log(`  ${error.message}`))
  await cli(projectOf('undo'), 'run', '--once')
  console.log(`rev file gone, txindex: ${alertsOf('undo').length} alerts, ${levels('undo')}`)
  await removed(['-txindex=0'])
  await cli(projectOf('outputs'), 'run', '--once')
  console.log(`rev file gone, no txindex: ${alertsOf('outputs').length} alerts, ${levels('outputs')}`)
  console.log(await doctor(projectOf('outputs')))
}

function project(name, { own, listed }, start = 100) {
  const file = (end) => join(folder, `${name}${end}`)
  writeFileSync(file('.csv'), `address,subject,listed_on\n${listed},Fictitious,2024-03-01\n`)
  writeFileSync(file('.own.csv'), `address,kind,reference\n${own},deposit,live\n`)
  const chain = {
    ...{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], cookie: node.cookie },
    ...{ start, prefetch: 2, finality: { depth: 6 } },
  }
  const lists = [{ id: 'live', format: 'csv', file: file('.csv') }]
  writeFileSync(file('.yaml'), JSON.stringify({ database: file('.db'), lists, chains: [chain] }))
  return file('.yaml')
}

/** A command to its end, with the own addresses imported first. */
async function cli(config, ...words) {
  await execute('own', 'import', config.replace('.yaml', '.own.csv'), '--config', config)
  const { code, err } = await execute(...words, '--config', config)
  if (code !== 0) console.log(`  exit code ${code}: ${err.slice(-600)}`)
}

async function doctor(config) {
  const { out } = await execute('doctor', '--config', config)
  const lines = out.split('\n')
  return lines
    .filter((line, i) => /chain btc/.test(line) || /chain btc/.test(lines[i - 1] ?? ''))
    .map((line) => `  ${line}`)
    .join('\n')
}

function execute(...words) {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { out: '', err: '' }
  child.stdout.on('data', (chunk) => {
    text.out += chunk
  })
  child.stderr.on('data', (chunk) => {
    text.err += chunk
  })
  return new Promise((resolve) => child.on('exit', (code) => resolve({ code, ...text })))
}

/** The daemon, once its own addresses are imported. */
function start(config) {
  let text = ''
  let child
  const ended = execute('own', 'import', config.replace('.yaml', '.own.csv'), '--config', config).then(() => {
    child = spawn(process.execPath, [program, 'run', '--config', config], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr.on('data', (chunk) => {
      text += chunk
    })
    return new Promise((resolve) => child.on('exit', resolve))
  })
  return {
    lines: (pattern) =>
      text
        .split('\n')
        .filter((line) => pattern.test(line))
        .map((line) => JSON.parse(line).msg ?? line),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

function ask(name, sql) {
  try {
    const db = new Database(join(folder, `${name}.db`), { readonly: true, fileMustExist: true })
    try {
      return db.prepare(sql).all()
    } finally {
      db.close()
    }
  } catch {
    return []
  }
}

function cursor(name) {
  return ask(name, 'select cursor_height as height from chains')[0]?.height ?? -1
}

function alertsOf(name) {
  return ask(name, 'select id from alerts order by id')
}

function levels(name) {
  const rows = ask(
    name,
    'select level, sum(to_height - from_height + 1) as blocks from coverage group by level',
  )
  const gaps = ask(name, 'select what, from_height, to_height from unscreened')
  const said = rows.map(({ level, blocks }) => `${blocks} blocks at level ${level}`)
  return [...said, ...gaps.map((gap) => `unscreened ${gap.what} ${gap.from_height}-${gap.to_height}`)].join(
    ', ',
  )
}

async function until(holds) {
  const deadline = performance.now() + 90_000
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited in vain for ${holds}`)
    await pause(20)
  }
}

function pause(forMs) {
  return new Promise((resolve) => setTimeout(resolve, forMs))
}

function ms(value) {
  return `${value.toFixed(0)} ms`
}
