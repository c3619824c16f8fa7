// Makes data/chains/simulation-evm.recording.jsonl.gz: one EVM chain seen at seven moments, each after a reorg of
// another depth (1 to 20). Simulation tests jump between these moments while a node misbehaves.
//
//   npm run build && node scripts/make-simulation-evm.mjs [FOLDER]

import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { getAddress, getContractAddress, parseEther } from 'viem'
import { record } from '../dist/chains/recording/record.js'
import * as contract from './make-demo-evm-contracts.mjs'
import { hex, startAnvil } from './make-demo-evm-node.mjs'

const folder = process.argv[2] ?? fileURLToPath(new URL('../data/chains', import.meta.url))
const baseHeight = 60
/** How many blocks each later moment takes back, and how many it puts in their place. */
const reorgs = [
  [1, 2],
  [3, 4],
  [7, 8],
  [20, 21],
  [12, 13],
  [2, 3],
]

const made = (name) =>
  getAddress(`0x${createHash('sha256').update(`chainscreen simulation: ${name}`).digest('hex').slice(0, 40)}`)
const [alice, bob, deployer] = ['alice', 'bob', 'deployer'].map(made)
const own = ['deposit1', 'deposit2', 'hot'].map(made)
const [deposit1, deposit2, hot] = own
// Really listed by OFAC at 2025-11-19: Lazarus Group's Ronin address, and one listed with SUEX.
const listed = ['0x098B716B8Aaf21512996dC57EB0615e2383E2f96', '0x19Aa5Fe80D33a56D56c78e82eA5E50E5d80b4Dff']
const [ronin, suex] = listed
const [token, refuser] = [0n, 1n].map((nonce) => getContractAddress({ from: deployer, nonce }))

const pay = (from, to, ether) => ({ from, to, value: hex(parseEther(ether)) })
const call = (from, to, data) => ({ from, to, data })

/** What people do, over and over. Each entry is one transaction; the amounts tell them apart. */
const deeds = (n) => [
  pay(ronin, deposit1, `0.0${n % 9}1`),
  pay(alice, deposit2, `0.1${n % 9}`),
  call(suex, token, contract.transferCall(deposit2, BigInt(1000 + n))),
  pay(hot, bob, `0.2${n % 9}`),
  pay(hot, suex, `0.3${n % 9}`),
  call(alice, token, contract.transferCall(deposit1, BigInt(5 + n))),
  call(ronin, refuser, '0x'),
  pay(deposit1, hot, '0.001'),
  pay(suex, deposit1, '0'),
  call(hot, token, contract.transferCall(ronin, BigInt(50 + n))),
]

const anvil = await startAnvil([alice, bob, deployer, ...own, ...listed])
const out = join(folder, 'simulation-evm.recording.jsonl.gz')
rmSync(out, { force: true })

/** Snapshots by height: the state on top of which the next block comes. */
const snapshots = new Map()
let height = 0

async function mineOn(txs) {
  snapshots.set(height, await anvil.rpc('evm_snapshot'))
  anvil.nonces.clear()
  for (const from of new Set(txs.map((tx) => tx.from))) {
    anvil.nonces.set(from, Number(await anvil.rpc('eth_getTransactionCount', from, 'latest')))
  }
  ;({ height } = await anvil.mine(txs))
}

/** A branch does the same deeds, in other blocks, and leaves out some of them. */
async function mineBranch(blocks, branch) {
  for (let i = 0; i < blocks; i++) {
    const at = (height + 1) * 3 + branch
    const count = (height * 7 + branch * 5) % 4
    const txs = Array.from({ length: count }, (_, k) => deeds(at + k)[(at * 3 + k * 7 + branch) % 10])
    await mineOn(txs)
  }
}

async function recordView() {
  await record({ family: 'evm', url: anvil.url, from: 1, to: height, out, append: true, everything: true })
}

try {
  await mineOn([call(deployer, undefined, contract.token), call(deployer, undefined, contract.refuser)])
  await mineOn(
    [alice, suex, ronin, hot].map((to) => call(deployer, token, contract.mintCall(to, 10n ** 12n))),
  )
  await mineBranch(baseHeight - height, 0)
  await recordView()
  for (const [index, [back, forth]] of reorgs.entries()) {
    height -= back
    await anvil.rpc('evm_revert', snapshots.get(height))
    await mineBranch(forth, index + 1)
    await recordView()
  }
} finally {
  anvil.stop()
}

const facts = { own, tokens: [{ address: token, symbol: 'SIM', decimals: 6 }], views: reorgs.length + 1 }
writeFileSync(join(folder, 'simulation-evm.json'), `${JSON.stringify(facts, null, 2)}\n`)
console.log(`${out}: head ${height}, ${reorgs.length + 1} views`)
