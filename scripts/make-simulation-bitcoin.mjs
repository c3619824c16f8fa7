// Makes data/chains/simulation-bitcoin.recording.jsonl.gz: one regtest chain seen at seven moments, each after a
// reorg of another depth (1 to 20). Simulation tests jump between these moments while a node misbehaves.
//
//   npm run build && node scripts/make-simulation-bitcoin.mjs BITCOIND [FOLDER]

import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { networks, address as text } from 'bitcoinjs-lib'
import { record } from '../dist/chains/recording/record.js'
import { startBitcoind } from './make-demo-bitcoin-node.mjs'

const [bitcoind, folder = fileURLToPath(new URL('../data/chains', import.meta.url))] = process.argv.slice(2)
if (bitcoind === undefined)
  throw new Error('usage: node scripts/make-simulation-bitcoin.mjs BITCOIND [FOLDER]')

const firstHeight = 111
const baseHeight = 170
/** How many blocks each later moment takes back, and how many it puts in their place. */
const reorgs = [
  [1, 2],
  [3, 4],
  [7, 8],
  [20, 21],
  [12, 13],
  [2, 3],
]
const coinSats = 10_000_000
const feeSats = 1_000

const node = await startBitcoind(bitcoind)
const { address, transaction, mine, rpc } = node
const out = join(folder, 'simulation-bitcoin.recording.jsonl.gz')
rmSync(out, { force: true })
const facts = { own: [], listed: [] }
try {
  await story()
} finally {
  await node.stop()
}
writeFileSync(join(folder, 'simulation-bitcoin.json'), `${JSON.stringify(facts, null, 2)}\n`)
const rows = facts.listed.map((listed) => `${listed},Fictitious Party,SIMULATION,2025-01-01`)
writeFileSync(
  join(folder, 'simulation-bitcoin.list.csv'),
  `${['address,subject,program,listed_on', ...rows].join('\n')}\n`,
)

async function story() {
  const own = await address('wpkh(KEY)', 'simulation own')
  const clean = await address('wpkh(KEY)', 'simulation clean')
  // A P2WPKH address that OFAC lists, with its script written for regtest.
  const ofacScript = text.toOutputScript('bc1q202ajnhxgg9d9jjczmg0g4usp6haqldyy2eakl', networks.bitcoin)
  const ofac = text.fromOutputScript(ofacScript, networks.regtest)
  facts.own.push(own)

  const miner = (branch) => address('wpkh(KEY)', `simulation miner ${branch}`)
  const [first] = [(await mine(await miner(0))).coinbase]
  for (let height = 2; height < firstHeight; height += 1) await mine(await miner(0))

  // Core refuses one address twice among the outputs of a transaction: each coin has a holder of its own.
  const holders = []
  for (let n = 0; n < 150; n += 1) {
    const kind = ['listed', 'hot', 'clean', 'hot', 'listed'][n % 5]
    const template = { listed: 'pkh(KEY)', hot: 'tr(KEY)', clean: 'wpkh(KEY)' }[kind]
    const holder = await address(template, `simulation ${kind} ${n}`)
    if (kind === 'hot') facts.own.push(holder)
    if (kind === 'listed') facts.listed.push(holder)
    holders.push(holder)
  }
  const funding = await transaction(
    [{ tx: first, vout: 0 }],
    holders.map((to) => [to, coinSats]),
  )
  /** The nth thing people do: each spends a coin of its own, so the same deed on two branches is the same transaction. */
  const deed = (n) => {
    const rest = coinSats - feeSats
    const outputs = [
      [[own, rest]],
      [
        [ofac, 3_000_000],
        [holders[n], rest - 3_000_000],
      ],
      [
        [own, 4_000_000],
        [clean, rest - 4_000_000],
      ],
      [
        [clean, 5_000_000 + n],
        [holders[n], rest - 5_000_000 - n],
      ],
      [
        [own, 546],
        [holders[n], rest - 546],
        ['data', '6869'],
      ],
    ][n % 5]
    return transaction([{ tx: funding, vout: n }], outputs)
  }

  await mine(await miner(0), [funding])
  let height = firstHeight
  /** The deeds done on the present branch, by height. */
  const done = new Map([[height, []]])

  async function mineBranch(blocks, branch) {
    for (let i = 0; i < blocks; i += 1) {
      const before = done.get(height) ?? []
      const count = (height * 7 + branch * 5) % 4
      const todo = Array.from({ length: 150 }, (_, n) => n).filter((n) => !before.includes(n))
      const ns = todo.filter((n) => (n + branch) % 11 !== 0).slice(0, count)
      const txs = []
      for (const n of ns) txs.push(await deed(n))
      ;({ height } = await mine(await miner(branch), txs))
      done.set(height, [...before, ...ns])
    }
  }

  const recordView = () =>
    record({
      family: 'bitcoin',
      url: node.url,
      auth: { cookie: node.cookie },
      from: firstHeight,
      to: height,
      out,
      append: true,
      everything: true,
    })

  await mineBranch(baseHeight - height, 0)
  await recordView()
  for (const [index, [back, forth]] of reorgs.entries()) {
    height -= back
    await rpc('invalidateblock', await rpc('getblockhash', height + 1))
    await mineBranch(forth, index + 1)
    await recordView()
  }
  console.log(`${out}: head ${height}, ${reorgs.length + 1} views`)
}
