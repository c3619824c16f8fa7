// EVM blocks with their receipts: how fast a backfill is, beside two floors of the same requests: bodies dropped, and
// bodies through JSON.parse and dropped. From the project's own replay node, and from a live anvil.
//
//   npm run build && node scripts/bench/evm.mjs [--blocks N] [--txs N] [--verify off|strict]
//     [--rounds N] [--prefetch N]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { record } from '../../dist/chains/recording/record.js'
import { startEvmChain } from './evm-chain.mjs'
import { following } from './following.mjs'
import { startServe } from './processes.mjs'
import { inTurn, report } from './rounds.mjs'
import { inParallel, openWire, rpcCall } from './wire.mjs'

const { values } = parseArgs({
  options: {
    blocks: { type: 'string', default: '300' },
    txs: { type: 'string', default: '150' },
    verify: { type: 'string', default: 'off' },
    rounds: { type: 'string', default: '7' },
    prefetch: { type: 'string', default: '8' },
  },
})
const [blocks, txs, rounds, prefetch] = ['blocks', 'txs', 'rounds', 'prefetch'].map((name) =>
  Number(values[name]),
)
let bytes = 0
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
const made = await startEvmChain({ blocks, txs, own: 2000 })
try {
  const { from, to } = made
  const out = join(folder, 'chain.recording.jsonl.gz')
  await record({ family: 'evm', url: made.anvil.url, from, to, out })
  const serve = await startServe(out)
  try {
    await measure('the replay node', serve.url)
  } finally {
    await serve.stop()
  }
  await measure('anvil', made.anvil.url)
} finally {
  made.anvil.stop()
  rmSync(folder, { recursive: true, force: true })
}

async function measure(name, url) {
  const { from, own, tokens, listed } = made
  const ours = await following(folder, {
    chain: {
      id: 'bench',
      type: 'evm',
      chainId: 31337,
      rpc: [url],
      start: from,
      // History, as in any long backfill: nearly all of it is final.
      finality: { tag: 'none', depth: 2 },
      prefetch,
      verify: values.verify,
      traces: 'off',
      tokens: tokens.map((address) => ({ address, symbol: 'TKN', decimals: 18 })),
    },
    own,
    expected: { alerts: listed, blocks },
  })
  const hashes = await hashesOf(url)
  const contestants = [
    { name: 'bodies dropped', run: () => dropAll(url, hashes) },
    { name: 'bodies parsed', run: () => floor(url, parse) },
    { name: 'chainscreen', ...ours },
  ]
  const times = await inTurn(contestants, rounds)
  report(`EVM from ${name}: ${blocks} blocks of ${txs} transactions`, times, {
    ours: 'chainscreen',
    unit: 'blocks',
    count: blocks,
  })
  console.log(`  ${(bytes / blocks / 1e3).toFixed(0)} kB a block;`, ours.counts())
}

/** Asks what the program asks, as much at once: the block by its height, then its receipts by its hash. */
async function floor(url, work) {
  const wire = openWire(url, { connections: prefetch })
  await inParallel(made.from, made.to, prefetch, (height) => work(wire, height))
  await wire.close()
}

async function dropAll(url, hashes) {
  bytes = 0
  await floor(url, async (wire, height) => {
    const block = await wire.drop(wire.post(blockAt(height)))
    const receipts = await wire.drop(wire.post(rpcCall('eth_getBlockReceipts', [hashes.get(height)])))
    bytes += block + receipts
  })
}

async function parse(wire, height) {
  const { result } = await wire.json(wire.post(blockAt(height)))
  await wire.json(wire.post(rpcCall('eth_getBlockReceipts', [result.hash])))
}

function blockAt(height) {
  return rpcCall('eth_getBlockByNumber', [`0x${height.toString(16)}`, true])
}

async function hashesOf(url) {
  const hashes = new Map()
  await floor(url, async (wire, height) => {
    const { result } = await wire.json(wire.post(blockAt(height)))
    hashes.set(height, result.hash)
  })
  return hashes
}
