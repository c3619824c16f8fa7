// What a Bitcoin Core does to a daemon that runs beside it: new blocks, restarts with other cookies, reorgs while the daemon
// is down. Starts both, on loopback and in folders of their own, and prints what came of it.
//
//   npm run build && node scripts/live-bitcoin-node.mjs BITCOIND

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind] = process.argv.slice(2)
if (bitcoind === undefined) throw new Error('usage: node scripts/live-bitcoin-node.mjs BITCOIND')
const program = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-live-'))
const funded = 60
const started = 101 + funded
const coinSats = 5_000_000_000
const node = await startBitcoind(bitcoind)
try {
  const own = await node.address('wpkh(KEY)', 'live own')
  const clean = await node.address('wpkh(KEY)', 'live clean')
  const listed = await node.address('wpkh(KEY)', 'live listed')
  const coins = []
  for (let height = 1; height <= started; height++)
    coins.push((await node.mine(height <= funded ? listed : clean)).coinbase)
  let next = 0
  /** A block with a deposit from a listed address. */
  const mineDeposit = async () => {
    const deposit = await node.transaction([{ tx: coins[next++], vout: 0 }], [[own, coinSats - 1_000]])
    return node.mine(clean, [deposit])
  }
  await heads(mineDeposit, { own, listed })
  await restarts({ own, listed, mineDeposit })
  await reorgs({ own, listed, clean, mineDeposit })
} finally {
  await node.stop()
  rmSync(folder, { recursive: true, force: true })
}

/** From a block that the node has to the alert's row: where the node is asked to wait, and where it is polled. */
async function heads(mineDeposit, addresses) {
  for (const way of ['waitfornewblock', 'polled']) {
    if (way === 'polled') {
      const allowed =
        'getblockchaininfo,getblockhash,getblockheader,getnetworkinfo,getblock,getindexinfo,getblockcount'
      const ours =
        'generateblock,setmocktime,createpsbt,descriptorprocesspsbt,decoderawtransaction,getrpcinfo,stop,invalidateblock'
      await node.restart({ more: [`-rpcwhitelist=__cookie__:${allowed},${ours}`] })
    }
    const database = project(way, addresses, started)
    const daemon = run(way)
    await daemon.cursorAt(database, await node.rpc('getblockcount'))
    const times = []
    let threads = 0
    for (let i = 0; i < 12; i++) {
      // Not in step with the poll.
      await pause(1_300 + 170 * i)
      const { height } = await mineDeposit()
      const mined = performance.now()
      await until(() => ask(database, 'select 1 from alerts where block_height = ?', height) !== undefined)
      times.push(performance.now() - mined)
      const { active_commands: active } = await node.rpc('getrpcinfo')
      threads = Math.max(threads, active.filter(({ method }) => method === 'waitfornewblock').length)
    }
    const sorted = times.toSorted((a, b) => a - b)
    console.log(
      `${way}: block to alert in ${ms(sorted[6])} (${ms(sorted[0])} to ${ms(sorted.at(-1))}), 12 blocks; at most ${threads} waiting in the node;`,
      daemon.log().includes('are polled') ? 'says that heads are polled' : '',
    )
    const closing = performance.now()
    console.log(`  stopped with exit code ${await daemon.stop()} in ${ms(performance.now() - closing)}`)
  }
  await node.restart({ more: [] })
}

/** The node is stopped twice and killed once in the middle of a backfill, each time with another cookie afterwards. */
async function restarts({ own, listed, mineDeposit }) {
  const before = await node.rpc('getblockcount')
  const blocks = 4_000
  const nobody = await node.address('wpkh(KEY)', 'live nobody')
  for (let i = 0; i < 16; i++) {
    await node.rpc('generatetoaddress', blocks / 16, nobody)
    await mineDeposit()
  }
  const head = await node.rpc('getblockcount')
  const clean = project('clean', { own, listed }, 1)
  await run('clean', '--once').ended
  const database = project('restarts', { own, listed }, 1)
  const daemon = run('restarts')
  const cookies = new Set([readFileSync(node.cookie, 'utf8')])
  for (const [at, signal] of [[400], [1_600, 'SIGKILL'], [2_800]]) {
    await daemon.cursorAt(database, at)
    await node.restart({ signal })
    cookies.add(readFileSync(node.cookie, 'utf8'))
    console.log(
      `  node ${signal ?? 'stopped'} and started again with the cursor at ${cursor(database)} of ${head}`,
    )
  }
  await daemon.cursorAt(database, head)
  console.log(
    `restarts: exit code ${await daemon.stop()}, ${cookies.size} cookies, from block ${before} on; ${compared(database, clean)}`,
  )
  for (const what of ['refuses connections', 'still starting', 'does not accept', 'closed the connection'])
    console.log(`  the log says "${what}" ${daemon.log().split(what).length - 1} times`)
}

/** Reorgs of five blocks while the daemon is down, and then one below what was final. */
async function reorgs({ own, listed, clean, mineDeposit }) {
  const head = await node.rpc('getblockcount')
  const database = project('reorgs', { own, listed }, head - 600)
  await mineDeposit()
  const { height } = await mineDeposit()
  await run('reorgs', '--once').ended
  const rebuild = async (depth) => {
    const top = await node.rpc('getblockcount')
    await node.rpc('invalidateblock', await node.rpc('getblockhash', top - depth + 1))
    const other = await node.address('wpkh(KEY)', `live other ${depth}`)
    for (let i = 0; i < depth + 2; i++) await node.mine(i === 0 ? other : clean)
    return node.rpc('getblockcount')
  }
  const top = await rebuild(5)
  await run('reorgs', '--once').ended
  const reference = project('reorgs-clean', { own, listed }, head - 600)
  await run('reorgs-clean', '--once').ended
  console.log(
    `reorg of 5 while down: from ${height} back, cursor ${cursor(database)} of ${top}; ${compared(database, reference)}`,
  )
  const alerts = ask(database, "select count(*) as n from alerts where status = 'orphaned'")
  console.log(`  ${alerts.n} alerts of the branch that lost are kept as orphaned`)
  await rebuild(9)
  const daemon = run('reorgs', '--once')
  const code = await daemon.ended
  const said = /btc halted: [^"]*/.exec(daemon.log())?.[0]
  console.log(`reorg of 9, finality 6: exit code ${code}, cursor stays at ${cursor(database)}; "${said}"`)
}

function project(name, { own, listed }, start) {
  const file = (end) => join(folder, `${name}${end}`)
  writeFileSync(file('.csv'), `address,subject,listed_on\n${listed},Fictitious,2024-03-01\n`)
  writeFileSync(file('.own.csv'), `address,kind,reference\n${own},deposit,live\n`)
  const chain = {
    ...{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], cookie: node.cookie },
    ...{ start, prefetch: 2, finality: { depth: 6 } },
  }
  const lists = [{ id: 'live', format: 'csv', file: file('.csv') }]
  writeFileSync(file('.yaml'), JSON.stringify({ database: file('.db'), lists, chains: [chain] }))
  return file('.db')
}

/** The program, as a user starts it, with its own addresses imported. */
function run(name, ...options) {
  const config = ['--config', join(folder, `${name}.yaml`)]
  const imported = spawn(
    process.execPath,
    [program, 'own', 'import', join(folder, `${name}.own.csv`), ...config],
    {
      stdio: 'ignore',
    },
  )
  let text = ''
  let child
  const ended = new Promise((resolve) => {
    imported.on('exit', () => {
      child = spawn(process.execPath, [program, 'run', ...options, ...config], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      child.stderr.on('data', (chunk) => {
        text += chunk
      })
      child.on('exit', resolve)
    })
  })
  return {
    ended,
    log: () => text,
    cursorAt: (database, height) => until(() => cursor(database) >= height),
    stop: () => {
      child.kill('SIGTERM')
      return ended
    },
  }
}

function ask(database, sql, ...values) {
  try {
    const db = new Database(database, { readonly: true, fileMustExist: true })
    try {
      return db.prepare(sql).get(...values)
    } finally {
      db.close()
    }
  } catch {
    return undefined
  }
}

function cursor(database) {
  return ask(database, 'select cursor_height as height from chains')?.height ?? -1
}

/** Alerts that count, and blocks covered. */
function compared(database, reference) {
  const state = (file) => {
    const alerts = ask(
      file,
      "select count(*) as n, group_concat(id || block_hash, ' ' order by id) as ids from alerts where status != 'orphaned'",
    )
    const covered = ask(file, 'select sum(to_height - from_height + 1) as n from coverage')
    const unscreened = ask(file, 'select count(*) as n from unscreened')
    return { alerts: alerts.n, ids: alerts.ids, covered: covered.n, unscreened: unscreened.n }
  }
  const [found, expected] = [state(database), state(reference)]
  const equal = found.ids === expected.ids && found.covered >= expected.covered
  return `${equal ? 'equal to' : 'NOT EQUAL TO'} a clean run: ${found.alerts} alerts (${expected.alerts}), ${found.covered} blocks covered (${expected.covered}), ${found.unscreened} unscreened`
}

async function until(holds) {
  while (!holds()) await pause(1)
}

function pause(forMs) {
  return new Promise((resolve) => setTimeout(resolve, forMs))
}

function ms(value) {
  return `${value.toFixed(0)} ms`
}
