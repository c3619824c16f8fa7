// What waits for a block, against a real Bitcoin Core on regtest: deposits, withdrawals, replacements, double-spends,
// expiry, chained parents, reorgs and restarts of node and daemon, through the whole daemon. Says what each alert went
// through and whether that is right. The node runs on loopback in a folder of its own.
//
//   npx tsc -p tsconfig.build.json && node scripts/live-bitcoin-mempool.mjs BITCOIND

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { configSchema } from '../dist/config/schema.js'
import { runDaemon } from '../dist/daemon.js'
import { openLedger, openLedgerForReading } from '../dist/ledger/open.js'
import { addOwn } from '../dist/own/import-own.js'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind, loud] = process.argv.slice(2)
if (bitcoind === undefined) throw new Error('usage: node scripts/live-bitcoin-mempool.mjs BITCOIND')

const fee = 2_000
const silent = { debug() {}, info() {}, warn() {}, error() {} }
const log = loud === undefined ? silent : { ...silent, warn: console.error, error: console.error }
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-live-'))
const node = await startBitcoind(bitcoind, ['-mempoolexpiry=1', '-persistmempool=1'])
let failures = 0
try {
  const { subversion } = await node.rpc('getnetworkinfo')
  console.log(`${subversion}, mempool: true`)
  await scenarios()
} finally {
  await node.stop()
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failures === 0 ? 0 : 1

async function scenarios() {
  const { rpc } = node
  const listed = await node.address('wpkh(KEY)', 'mempool listed')
  const taproot = await node.address('tr(KEY)', 'mempool listed taproot')
  const later = await node.address('wpkh(KEY)', 'mempool listed later')
  const own = await node.address('wpkh(KEY)', 'mempool own')
  const friend = await node.address('wpkh(KEY)', 'mempool friend')
  const coins = { [listed]: [], [taproot]: [], [later]: [], [own]: [], [friend]: [] }
  for (const to of [listed, taproot, later, own, friend]) {
    for (let i = 0; i < 12; i++) coins[to].push((await node.mine(to)).coinbase)
  }
  const first = (await node.mine(friend)).height
  for (let i = 0; i < 100; i++) await node.mine(friend)
  const coinOf = (who) => ({ tx: coins[who].shift(), vout: 0 })
  const pay = (inputs, to, cost = fee, sum = 5_000_000_000) =>
    node.transaction(inputs, [[to, sum * inputs.length - cost]])
  const send = ({ hex }) => rpc('sendrawtransaction', hex)

  const list = join(folder, 'list.csv')
  const head = 'address,subject,listed_on\n'
  const rows = (addresses) => head + addresses.map((address) => `${address},Fictitious,2024-03-01\n`).join('')
  writeFileSync(list, rows([listed, taproot]))
  const config = configSchema.parse({
    database: join(folder, 'live.db'),
    lists: [{ id: 'live', format: 'csv', file: list }],
    chains: [
      {
        ...{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], cookie: node.cookie },
        ...{ start: first, mempool: true, poll: '100ms', finality: { depth: 3 } },
      },
    ],
  })
  const writable = openLedger(config.database)
  const at = new Date().toISOString()
  await addOwn(writable, [own], { kind: 'deposit', reference: '', chain: '' }, config.chains, at)
  writable.close()

  let stop
  let running
  const start = () => {
    stop = new AbortController()
    running = runDaemon(config, { once: false, signal: stop.signal, log })
    running.catch((error) => console.error(error))
  }
  const halt = async () => {
    stop.abort()
    await running
  }

  /** What each alert of a transaction went through: `created confirmed | pending`. */
  const storyOf = (txid) => {
    const db = openLedgerForReading(config.database)
    try {
      return db
        .prepare('select * from alerts where tx_hash = ? order by id')
        .all(txid)
        .map(({ id, status, block_height }) => {
          const events = db
            .prepare('select kind, data from alert_events where alert_id = ? order by seq')
            .all(id)
          const words = events.map(({ kind, data }) => {
            const { replacedBy, replaces, reason } = JSON.parse(data ?? '{}')
            const link = replacedBy ? `(by ${name(replacedBy)})` : replaces ? `(of ${name(replaces)})` : ''
            return `${kind}${reason && !link ? `(${reason})` : ''}${link}`
          })
          return `${words.join(' ')} | ${status}${block_height === null ? '' : ' in a block'}`
        })
        .join(' ; ')
    } finally {
      db.close()
    }
  }
  const names = new Map()
  const name = (txid) => names.get(txid) ?? txid
  const named = (word, tx) => {
    names.set(tx.txid, word)
    return tx
  }
  const expectStory = async (what, { txid }, story) => {
    const until = Date.now() + 20_000
    while (storyOf(txid) !== story && Date.now() < until) await sleep(50)
    const found = storyOf(txid)
    const ok = found === story
    if (!ok) failures++
    console.log(`${ok ? 'ok' : 'NO'}  ${what}: ${found}${ok ? '' : `, expected ${story}`}`)
  }
  /** The mempool was read at least twice since. */
  const looks = () => sleep(1_000)

  start()
  const waits = 'created | pending-mempool'
  const inBlock = 'created confirmed | pending in a block'

  const deposit = named('deposit', await pay([coinOf(listed)], own))
  const withdrawal = named('withdrawal', await pay([coinOf(own)], listed))
  const taprootDeposit = named('taproot', await pay([coinOf(taproot)], own))
  for (const tx of [deposit, withdrawal, taprootDeposit]) await send(tx)
  await expectStory('deposit from listed, waiting', deposit, waits)
  await expectStory('withdrawal to listed, waiting', withdrawal, waits)
  await expectStory('deposit from listed taproot, waiting', taprootDeposit, waits)
  await node.mine(friend, [deposit, withdrawal, taprootDeposit])
  for (const tx of [deposit, withdrawal, taprootDeposit]) await expectStory('  mined', tx, inBlock)
  for (let i = 0; i < 3; i++) await node.mine(friend)
  await expectStory('  final', deposit, 'created confirmed final | final in a block')

  const parent = named('parent', await pay([coinOf(friend)], listed))
  await send(parent)
  const child = named('child', await pay([{ tx: parent, vout: 0 }], own, fee, 5_000_000_000 - fee))
  await send(child)
  await expectStory('deposit whose parent waits too', child, waits)
  await node.mine(friend, [parent, child])
  await expectStory('  mined with its parent', child, inBlock)

  const coin = coinOf(listed)
  const low = named('low', await pay([coin], own, fee))
  const high = named('high', await pay([coin], own, 3 * fee))
  const away = named('away', await pay([coin], friend, 9 * fee))
  await send(low)
  await expectStory('deposit of a low fee', low, waits)
  await send(high)
  await expectStory('  replaced by a higher one (RBF)', low, 'created withdrawn(by high) | withdrawn')
  await expectStory('  what replaced it', high, 'created replaced(of low) | pending-mempool')
  await send(away)
  await expectStory(
    '  replaced by one that pays somebody else',
    high,
    'created replaced(of low) withdrawn(by away) | withdrawn',
  )
  await node.mine(friend, [low])
  await expectStory(
    '  and yet the first is mined',
    low,
    'created withdrawn(by high) reinstated replaced(of high) | pending in a block',
  )

  const spent = coinOf(listed)
  const loser = named('loser', await pay([spent], own))
  const winner = named('winner', await pay([spent], friend, 5 * fee))
  await send(loser)
  await expectStory('deposit', loser, waits)
  await node.mine(friend, [winner])
  await expectStory('  double-spent by a block', loser, 'created withdrawn(by winner) | withdrawn')

  const old = named('old', await pay([coinOf(listed)], own))
  await send(old)
  await expectStory('deposit', old, waits)
  const { time } = await rpc('getblockheader', await rpc('getbestblockhash'))
  await rpc('setmocktime', time + 2 * 3600)
  await send(await pay([coinOf(friend)], friend))
  await expectStory('  dropped from the mempool by its age', old, 'created withdrawn(gone) | withdrawn')
  await send(old)
  await expectStory('  sent again', old, 'created withdrawn(gone) reinstated | pending-mempool')
  await node.mine(friend, [old])
  await expectStory('  mined', old, 'created withdrawn(gone) reinstated confirmed | pending in a block')

  const fork = named('fork', await pay([coinOf(listed)], own))
  await send(fork)
  await expectStory('deposit', fork, waits)
  const lost = await node.mine(friend, [fork])
  await expectStory('  mined', fork, inBlock)
  await rpc('invalidateblock', lost.hash)
  await node.mine(friend)
  await node.mine(friend)
  await expectStory(
    '  its block lost, and it waits again',
    fork,
    'created confirmed orphaned reinstated | pending-mempool',
  )
  await node.mine(friend, [fork])
  await expectStory(
    '  mined again',
    fork,
    'created confirmed orphaned reinstated confirmed | pending in a block',
  )

  const unlisted = named('unlisted', await pay([coinOf(later)], own))
  await send(unlisted)
  await looks()
  await expectStory('deposit from an address that no list names', unlisted, '')
  writeFileSync(list, rows([listed, taproot, later]))
  await expectStory('  listed while it waits', unlisted, waits)

  const kept = named('kept', await pay([coinOf(listed)], own))
  await send(kept)
  await expectStory('deposit', kept, waits)
  await node.restart()
  await looks()
  await looks()
  await expectStory('  the node was restarted', kept, waits)

  await halt()
  const away2 = named('unseen', await pay([coinOf(listed)], own))
  await send(away2)
  await node.mine(friend, [kept, unlisted])
  await node.mine(friend)
  start()
  await expectStory('  mined while the daemon was down', kept, inBlock)
  await expectStory('  the other one too', unlisted, inBlock)
  await expectStory('deposit that came while the daemon was down', away2, waits)

  const other = coinOf(listed)
  const gone = named('gone', await pay([other], own))
  const instead = named('instead', await pay([other], friend, 5 * fee))
  await send(gone)
  await expectStory('deposit', gone, waits)
  await halt()
  await node.mine(friend, [instead])
  start()
  await expectStory(
    '  double-spent while the daemon was down',
    gone,
    'created withdrawn(by instead) | withdrawn',
  )
  await looks()
  await halt()

  const db = openLedgerForReading(config.database)
  const again = db
    .prepare(
      "select count(*) as n from alert_events group by alert_id, kind, data having n > 1 and kind != 'reinstated'",
    )
    .all()
  console.log(
    `events told twice: ${again.length}; mempool: ${JSON.stringify(db.prepare('select * from mempools').all())}`,
  )
  failures += again.length
  db.close()
}
