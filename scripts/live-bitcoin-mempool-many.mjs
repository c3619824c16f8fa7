// A mempool of many transactions in a real Bitcoin Core on regtest: how long a first look takes, and the next ones.
// One transaction in a hundred pays us from a listed address. The node runs on loopback in a folder of its own.
//
//   npx tsc -p tsconfig.build.json && node scripts/live-bitcoin-mempool-many.mjs BITCOIND [THOUSANDS]

import { Transaction } from 'bitcoinjs-lib'
import { createBitcoinSource } from '../dist/chains/bitcoin/source.js'
import { MempoolView } from '../dist/pipeline/mempool/mempool-view.js'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind, thousands = '10'] = process.argv.slice(2)
if (bitcoind === undefined)
  throw new Error('usage: node scripts/live-bitcoin-mempool-many.mjs BITCOIND [THOUSANDS]')

const perCoin = 1000
const anybodys = Buffer.from('51', 'hex')
const own = Buffer.from(`0014${'11'.repeat(20)}`, 'hex')
const other = Buffer.from(`0014${'22'.repeat(20)}`, 'hex')
const node = await startBitcoind(bitcoind)
try {
  const { segwit } = await node.rpc('decodescript', anybodys.toString('hex'))
  const script = Buffer.from(segwit.hex, 'hex')
  const coinbases = []
  for (let i = 0; i < Number(thousands); i++) coinbases.push((await node.mine(segwit.address)).coinbase.txid)
  for (let i = 0; i < 100; i++) await node.mine(segwit.address)
  const fans = coinbases.map((txid) => spend([[txid, 0]], Array(perCoin).fill([script, 4_000_000n])))
  await node.mine(
    segwit.address,
    fans.map((tx) => ({ hex: tx.toHex() })),
  )
  const spends = fans.flatMap((fan) =>
    Array.from({ length: perCoin }, (_, i) =>
      spend([[fan.getId(), i]], [[i % 100 === 0 ? own : other, 3_990_000n]]).toHex(),
    ),
  )
  for (let i = 0; i < spends.length; i += 50)
    await Promise.all(spends.slice(i, i + 50).map((hex) => node.rpc('sendrawtransaction', hex)))

  const source = createBitcoinSource({
    url: node.url,
    auth: { cookieFile: node.cookie },
    network: 'regtest',
    verify: 'strict',
  })
  const lookup = {
    mayHaveEvm: () => false,
    mayHaveEvmTopic: () => false,
    mayHaveScript: (bytes, start, end) => own.equals(bytes.subarray(start, end)),
    has: (key) => key === `bitcoin:${own.toString('hex')}`,
  }
  const view = new MempoolView()
  let longest = 0
  let before = performance.now()
  const tick = setInterval(() => {
    longest = Math.max(longest, performance.now() - before - 10)
    before = performance.now()
  }, 10)
  for (const look of ['first', 'second']) {
    const started = performance.now()
    const mempool = await source.mempool()
    const fresh = view.renew(new Set(mempool.hashes))
    let portions = 0
    const unread = await view.read(mempool, fresh, {
      own: lookup,
      watched: () => new Set(),
      onRead: () => portions++,
      signal: new AbortController().signal,
    })
    const ms = Math.round(performance.now() - started)
    console.log(
      `${look} look: ${mempool.hashes.length} wait, ${fresh.length} read in ${portions} portions, ${unread} unread, ${ms} ms`,
    )
  }
  clearInterval(tick)
  console.log(
    `the thread was held for at most ${Math.round(longest)} ms; ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB of heap`,
  )
  await source.close()
} finally {
  await node.stop()
}

function spend(inputs, outputs) {
  const tx = new Transaction()
  tx.version = 2
  for (const [i, [txid, vout]] of inputs.entries()) {
    tx.addInput(Buffer.from(txid, 'hex').reverse(), vout, 0xfffffffd)
    tx.setWitness(i, [anybodys])
  }
  for (const [to, value] of outputs) tx.addOutput(to, value)
  return tx
}
