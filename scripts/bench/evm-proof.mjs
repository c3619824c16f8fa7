// What it costs to prove a block, beside reading its JSON. Needs a build (`npm run build`).
//
//   node scripts/bench/evm-proof.mjs [BLOCK.json RECEIPTS.json]
//
// Without files it makes a block of 200 transactions and 460 logs. With files it takes what a node answered
// (eth_getBlockByNumber, eth_getBlockReceipts); where the transactions are hashes only, they are left out.

import { readFileSync } from 'node:fs'
import { keccak_256 } from '@noble/hashes/sha3.js'
import { keccak256, numberToHex, parseTransaction, toRlp } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { writeTransaction } from '../../dist/chains/evm/proof/encode-transaction.js'
import { headerHash } from '../../dist/chains/evm/proof/header.js'
import { loadKeccak } from '../../dist/chains/evm/proof/keccak.js'
import { proveBlock } from '../../dist/chains/evm/proof/prove-block.js'
import { writeReceipt } from '../../dist/chains/evm/proof/receipts.js'
import { proveSigners } from '../../dist/chains/evm/proof/signers.js'
import { indexRoot } from '../../dist/chains/evm/proof/trie.js'

const keccak = await loadKeccak()
const [blockFile, receiptsFile] = process.argv.slice(2)
const { block, receipts } = blockFile ? fromFiles(blockFile, receiptsFile) : await madeUp(200, 460)
const whole = typeof block.transactions[0] !== 'string'
const provable = whole ? block : { ...block, transactions: [] }
const rules = whole ? {} : { transactionsRoot: 'hashes only' }
const texts = [JSON.stringify(provable), JSON.stringify(receipts)]
const logs = receipts.reduce((sum, receipt) => sum + receipt.logs.length, 0)

const proof = proveBlock(provable, receipts, rules, keccak)
if (proof.mismatches.length > 0) throw new Error(`does not prove true: ${JSON.stringify(proof.mismatches)}`)
const size = texts.reduce((sum, text) => sum + text.length, 0)
console.log(
  `${receipts.length} receipts, ${logs} logs, ${provable.transactions.length} whole transactions, ${size} bytes`,
)

// Processor time, not wall time: what else runs on the machine is none of our cost.
const contestants = [
  ['JSON.parse', () => texts.map((text) => JSON.parse(text))],
  ['proof', () => proveBlock(provable, receipts, rules, keccak)],
  ['proof, keccak in JavaScript', () => proveBlock(provable, receipts, rules, keccak_256)],
  [
    'receipts: encoding alone',
    () => indexRoot(receipts.length, (i, w) => writeReceipt(w, receipts[i]), noKeccak),
  ],
  ['receipts: through viem toRlp', () => receipts.map((receipt) => toRlp(rlpOf(receipt), 'bytes'))],
  ['one signer', () => proveSigners(provable.transactions.slice(0, 1), [0], {}, keccak)],
]
const times = Object.fromEntries(contestants.map(([name]) => [name, []]))
for (let round = -2; round < Number(process.env.ROUNDS ?? 15); round++)
  for (const [name, run] of contestants) {
    const before = process.cpuUsage()
    for (let i = 0; i < 20; i++) run()
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) times[name].push((user + system) / 1000 / 20)
  }
const parse = median(times['JSON.parse'])
for (const [name, ms] of Object.entries(times))
  console.log(
    `${name.padEnd(30)} ${median(ms).toFixed(2)} ms   ${(median(ms) / parse).toFixed(2)} × JSON.parse`,
  )

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

function noKeccak(bytes) {
  return bytes.slice(0, 32)
}

function rlpOf({ status, cumulativeGasUsed, logsBloom, logs }) {
  const number = (value) => (value === '0x0' ? '0x' : value.length % 2 ? `0x0${value.slice(2)}` : value)
  return [
    number(status),
    number(cumulativeGasUsed),
    logsBloom,
    logs.map(({ address, topics, data }) => [address, topics, data]),
  ]
}

function fromFiles(block, receipts) {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
  return { block: read(block), receipts: read(receipts) }
}

/** Signed transactions with 200 bytes of input, and logs like those of a token. */
async function madeUp(count, logCount) {
  const account = privateKeyToAccount(`0x${'5'.repeat(64)}`)
  const to = `0x${'a'.repeat(40)}`
  const word = (n) => keccak256(numberToHex(n))
  const transactions = []
  const receipts = []
  for (let i = 0; i < count; i++) {
    const raw = await account.signTransaction({
      ...{ type: 'eip1559', chainId: 1, nonce: i, gas: 100_000n, to, value: 1n, maxFeePerGas: 10n ** 9n },
      data: `0x${word(i).slice(2).repeat(6)}`,
    })
    const { r, s, yParity } = parseTransaction(raw)
    transactions.push({
      ...{ type: '0x2', chainId: '0x1', nonce: numberToHex(i), gas: numberToHex(100_000), to, value: '0x1' },
      ...{ maxFeePerGas: numberToHex(10 ** 9), maxPriorityFeePerGas: '0x0', accessList: [] },
      ...{
        input: `0x${word(i).slice(2).repeat(6)}`,
        r,
        s,
        yParity: numberToHex(yParity),
        v: numberToHex(yParity),
      },
      ...{ hash: keccak256(raw), from: account.address.toLowerCase() },
    })
    const share = Math.floor((logCount * (i + 1)) / count) - Math.floor((logCount * i) / count)
    const log = (j) => ({ address: to, topics: [word(0), word(i), word(i + j)], data: word(j) })
    receipts.push({
      ...{
        type: '0x2',
        status: '0x1',
        cumulativeGasUsed: numberToHex(50_000 * (i + 1)),
        contractAddress: null,
      },
      ...{
        logs: Array.from({ length: share }, (_, j) => log(j)),
        logsBloom: `0x${word(i).slice(2).repeat(8)}`,
      },
      transactionHash: keccak256(raw),
    })
  }
  const header = {
    ...{ parentHash: word(1), sha3Uncles: word(2), miner: to, stateRoot: word(3), mixHash: word(4) },
    ...{
      logsBloom: `0x${'0'.repeat(512)}`,
      difficulty: '0x0',
      number: '0x7',
      gasLimit: '0x1',
      gasUsed: '0x1',
    },
    ...{ timestamp: '0x64', extraData: '0x', nonce: '0x0000000000000000' },
    transactionsRoot: indexRoot(count, (i, writer) => writeTransaction(writer, transactions[i]), keccak),
    receiptsRoot: indexRoot(count, (i, writer) => writeReceipt(writer, receipts[i]), keccak),
  }
  return { block: { ...header, hash: headerHash(header, keccak), transactions }, receipts }
}
