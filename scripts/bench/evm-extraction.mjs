// What it costs to look a block through for own addresses, beside reading its JSON. Needs a build (`npm run build`).
//
//   node scripts/bench/evm-extraction.mjs [--before DIST] [BLOCK.json RECEIPTS.json]
//
// `--before` is the `dist` of another version, measured in turn with this one. Without files it makes a block of 200
// receipts and 460 logs. With files it takes what a node answered (eth_getBlockByNumber, eth_getBlockReceipts); where the
// transactions are hashes only, they are made from the receipts. 2,000 own addresses, of which the block holds ten.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  options: { before: { type: 'string' }, rounds: { type: 'string', default: '31' } },
  allowPositionals: true,
})
const [blockFile, receiptsFile] = positionals
const { block, receipts } = blockFile ? fromFiles(blockFile, receiptsFile) : madeUp(200, 460)
const receiptsText = JSON.stringify(receipts)
const logs = receipts.flatMap((receipt) => receipt.logs)
const here = new URL('../../dist/', import.meta.url)
const versions = { now: here, ...(values.before && { before: pathToFileURL(`${resolve(values.before)}/`) }) }

const contestants = { 'JSON.parse': () => JSON.parse(receiptsText) }
for (const [name, dist] of Object.entries(versions)) {
  const load = (file) => import(new URL(file, dist))
  const { checkReceipts } = await load('chains/evm/check-receipts.js')
  const { extractBlock } = await load('chains/evm/extract/extract.js')
  const { chainDefinition } = await load('chains/evm/definitions.js')
  const { KeyTable } = await load('screening/key-table.js')
  const table = new KeyTable(2_000)
  const own = new Set([...Array.from({ length: 1_990 }, (_, i) => word(`own ${i}`).slice(-40)), ...held()])
  for (const address of own) table.addKey(`evm:${address}`)
  const lookup = {
    mayHaveEvm: (hex) => table.mayHaveEvm(hex),
    mayHaveEvmTopic: (hex) => table.mayHaveEvmTopic(hex),
    mayHaveScript: () => false,
    has: (key) => own.has(key.slice(4)),
  }
  const chain = { tokens: new Map(), nativeSymbol: 'ETH', definition: chainDefinition(1) }
  const extract = () => extractBlock({ block, receipts, frames: null, unreadable: new Map() }, lookup, chain)
  const found = extract()
  const transactions = found.transactions ?? found
  const counted = (found.undecoded ?? []).reduce((sum, kind) => sum + kind.logs, 0)
  console.log(`${name}: ${transactions.length} transactions found, ${counted} undecoded logs`)
  contestants[`${name}: check`] = () => checkReceipts(receipts, block, 'eth_getBlockReceipts')
  contestants[`${name}: extract`] = extract
}

// Processor time, not wall time: what else runs on the machine is none of our cost.
const times = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]))
for (let round = -3; round < Number(values.rounds); round++)
  for (const [name, run] of Object.entries(contestants)) {
    const before = process.cpuUsage()
    for (let i = 0; i < 50; i++) run()
    const { user, system } = process.cpuUsage(before)
    if (round >= 0) times[name].push((user + system) / 1000 / 50)
  }
console.log(`${receipts.length} receipts, ${logs.length} logs, ${receiptsText.length} bytes of receipts`)
const parse = median(times['JSON.parse'])
for (const [name, ms] of Object.entries(times))
  console.log(
    `${name.padEnd(16)} ${median(ms).toFixed(3)} ms   ${(median(ms) / parse).toFixed(2)} × JSON.parse`,
  )
if (values.before)
  for (const part of ['check', 'extract']) {
    const ratios = times[`now: ${part}`].map((ms, round) => ms / times[`before: ${part}`][round])
    const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => ratio.toFixed(2))
    console.log(`${part}: now / before ${median(ratios).toFixed(2)} (${low}–${high})`)
  }

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]
}

function word(text) {
  return `0x${createHash('sha256').update(text).digest('hex')}`
}

/** Ten addresses of the block: some get tokens, some send transactions. */
function held() {
  const named = logs.flatMap(({ topics }) => topics.slice(1, 3)).filter((topic) => /^0x0{24}/.test(topic))
  const every = Math.ceil(named.length / 7)
  const senders = [10, 90, 170].map((at) => receipts[at % receipts.length].from.slice(2))
  return [...named.filter((_, at) => at % every === 0).map((topic) => topic.slice(26)), ...senders].slice(
    0,
    10,
  )
}

function fromFiles(blockPath, receiptsPath) {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
  const [served, answered] = [read(blockPath), read(receiptsPath)]
  if (typeof served.transactions[0] !== 'string') return { block: served, receipts: answered }
  const transactions = answered.map(({ transactionHash, from, to, type }) => ({
    ...{ hash: transactionHash, from, to, type, value: '0x0', input: '0x00' },
  }))
  return { block: { ...served, transactions }, receipts: answered }
}

/** Half of the logs are a token's, the others of an event with two topics and four words, one of them an address. */
function madeUp(count, logCount) {
  const address = (n) => `0x${word(`address ${n}`).slice(-40)}`
  const padded = (n) => `0x${'0'.repeat(24)}${address(n).slice(2)}`
  const transfer = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'
  const amount = (n) => n.toString(16).padStart(64, '0')
  const log = (n) =>
    n % 2 === 0
      ? { address: address(0), topics: [transfer, padded(n), padded(n + 1)], data: `0x${amount(n)}` }
      : {
          ...{ address: address(1), topics: [word('event'), padded(n)] },
          data: `0x${amount(n)}${padded(n + 2).slice(2)}${word(`hash ${n}`).slice(2)}${amount(1)}`,
        }
  const hash = word('block')
  const transactions = Array.from({ length: count }, (_, i) => ({
    ...{
      hash: word(`tx ${i}`),
      from: address(1000 + i),
      to: address(0),
      type: '0x2',
      value: '0x0',
      input: '0x00',
    },
  }))
  const share = (i) => Math.floor((logCount * i) / count)
  const made = transactions.map((tx, i) => ({
    ...{ transactionHash: tx.hash, blockHash: hash, from: tx.from, status: '0x1', contractAddress: null },
    logs: Array.from({ length: share(i + 1) - share(i) }, (_, j) => log(share(i) + j)),
  }))
  const header = { number: '0x7', hash, parentHash: word('parent'), timestamp: '0x64' }
  // As a node's answer is: texts that were put together are slow to look through.
  return JSON.parse(JSON.stringify({ block: { ...header, transactions }, receipts: made }))
}
