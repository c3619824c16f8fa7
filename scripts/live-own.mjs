// Own addresses of a descriptor, through the whole of it against a real Bitcoin Core on regtest: blocks that open window
// after window, change, a reorg, and a descriptor that is registered late and screened backwards. The node runs on
// loopback in a folder of its own.
//
//   npx tsc -p tsconfig.build.json && node scripts/live-own.mjs BITCOIND

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deriveHdPrivateNodeFromSeed, deriveHdPublicNode, encodeHdPublicKey } from '@bitauth/libauth'
import { configSchema } from '../dist/config/schema.js'
import { runDaemon } from '../dist/daemon.js'
import { askReplay } from '../dist/ledger/blocks/replays.js'
import { all } from '../dist/ledger/database.js'
import { openLedger } from '../dist/ledger/open.js'
import { readRevisions } from '../dist/ledger/revisions.js'
import { addOwnDescriptor } from '../dist/own/add-descriptor.js'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind] = process.argv.slice(2)
if (bitcoind === undefined) throw new Error('usage: node scripts/live-own.mjs BITCOIND')

const folder = mkdtempSync(join(tmpdir(), 'chainscreen-live-'))
const node = await startBitcoind(bitcoind)
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const now = () => new Date().toISOString()
const gap = 20

let failures = 0
function check(what, found, expected) {
  const ok = JSON.stringify(found) === JSON.stringify(expected)
  if (!ok) failures++
  console.log(
    `${ok ? 'ok' : 'NO'}  ${what}${ok ? '' : `: ${JSON.stringify(found)} and not ${JSON.stringify(expected)}`}`,
  )
}

/** A wallet's public descriptors and its addresses, both from Bitcoin Core. */
async function wallet(form, number) {
  const { hdPublicKey } = encodeHdPublicKey({
    network: 'testnet',
    node: deriveHdPublicNode(deriveHdPrivateNodeFromSeed(new Uint8Array(32).fill(number))),
  })
  const text = form.replace('KEY', `${hdPublicKey}/<0;1>/*`)
  const { checksum } = await node.rpc('getdescriptorinfo', text)
  const descriptor = `${text}#${checksum}`
  const [receiving, change] = await node.rpc('deriveaddresses', descriptor, [0, 300])
  return { descriptor, receiving, change }
}

function ledger(name) {
  const list = join(folder, 'list.csv')
  writeFileSync(list, `address,subject,listed_on\n${payer},Fictitious,2024-03-01\n`)
  const config = configSchema.parse({
    database: join(folder, `${name}.db`),
    lists: [{ id: 'live', format: 'csv', file: list }],
    chains: [
      { id: 'live', type: 'bitcoin', network: 'regtest', rpc: [node.url], cookie: node.cookie, start: 101 },
    ],
  })
  const open = (work) => {
    const db = openLedger(config.database)
    return Promise.resolve(work(db)).finally(() => db.close())
  }
  return {
    add: ({ descriptor }) =>
      open((db) => addOwnDescriptor(db, descriptor, { chain: '', gap }, config.chains, { now })),
    follow: () => runDaemon(config, { once: true, signal: new AbortController().signal, log: silent, now }),
    since: (from) =>
      open((db) => askReplay(db, { chain: 'live', from, ownRevision: readRevisions(db).own }, now())),
    alerted: () =>
      open((db) =>
        all(db, `select own_address from alerts where status != 'orphaned'`)
          .map((row) => row.own_address)
          .sort(),
      ),
    windows: () => open((db) => all(db, 'select branch, derived, used from own_branches order by 1')),
    ids: () => open((db) => all(db, `select id from alerts where status != 'orphaned' order by id`)),
  }
}

const payer = await node.address('wpkh(KEY)', 'payer')
const miner = await node.address('wpkh(KEY)', 'miner')
/** Coinbases of the payer, spendable after a hundred blocks. */
const coins = []
for (let i = 0; i < 20; i++) coins.push((await node.mine(payer)).coinbase)
for (let i = 0; i < 100; i++) await node.mine(miner)

/** The listed party pays an address. */
const pay = (address) => {
  const tx = coins.shift()
  return node.transaction([{ tx, vout: 0 }], [[address, 4_999_990_000]])
}
const payEach = async (addresses) => {
  const txs = []
  for (const address of addresses) txs.push(await pay(address))
  return node.mine(miner, txs)
}

try {
  const forms = ['wpkh(KEY)', 'tr(KEY)', 'pkh(KEY)', 'sh(wpkh(KEY))']
  const wallets = await Promise.all(forms.map((form, i) => wallet(form, i + 1)))
  const [one, two, three] = wallets
  const from = (await node.rpc('getblockcount')) + 1

  const always = ledger('always')
  await always.add(one)
  await payEach([19, 39, 59].map((i) => one.receiving[i]))
  await always.follow()
  check(
    'three windows in one block',
    await always.alerted(),
    [19, 39, 59].map((i) => one.receiving[i]).sort(),
  )
  check('how far it is derived', await always.windows(), [
    { branch: 0, derived: 80, used: 59 },
    { branch: 1, derived: gap, used: null },
  ])

  await payEach([99, 79].map((i) => one.receiving[i]))
  await payEach([one.change[19]])
  await payEach([one.change[39]])
  await always.follow()
  const paid = [...[19, 39, 59, 79, 99].map((i) => one.receiving[i]), one.change[19], one.change[39]].sort()
  check('the later window first, and change', await always.alerted(), paid)

  const lost = await payEach([one.receiving[119]])
  await always.follow()
  await node.rpc('invalidateblock', lost.hash)
  await payEach([one.receiving[139]])
  await node.mine(miner)
  await always.follow()
  check('a reorg leaves the window', await always.alerted(), [...paid, one.receiving[139]].sort())

  const late = ledger('late')
  await late.follow()
  await late.add(one)
  await late.follow()
  check('registered late', await late.alerted(), [])
  await late.since(from)
  await late.follow()
  // Only the block that lost told that 139 was near: who never saw it did not know, until 119 is paid again.
  check('screened backwards', await late.alerted(), paid)
  await payEach([one.receiving[119]])
  await late.follow()
  await late.since(from)
  await late.follow()
  await always.follow()
  check('and again, with the same ids', await late.ids(), await always.ids())

  for (const [i, each] of [two, three, wallets[3]].entries()) {
    const other = ledger(`form${i}`)
    await other.add(each)
    await payEach([each.receiving[19], each.receiving[39]])
    await other.follow()
    check(forms[i + 1], await other.alerted(), [each.receiving[19], each.receiving[39]].sort())
  }
  const { subversion } = await node.rpc('getnetworkinfo')
  console.log(`${subversion}: ${failures === 0 ? 'all as expected' : `${failures} failures`}`)
  process.exitCode = failures === 0 ? 0 : 1
} finally {
  await node.stop()
  rmSync(folder, { recursive: true, force: true })
}
