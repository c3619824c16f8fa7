// EVM blocks with their receipts, and with call traces where they are asked for: how fast a backfill is, beside two floors of the same
// requests (bodies dropped; bodies through JSON.parse and dropped), and beside the script one would write instead. From the project's own
// replay node, and from a live anvil.
//
//   npm run build && node scripts/bench/evm.mjs [--blocks N] [--txs N] [--verify off|strict]
//     [--traces] [--touched N] [--readers 0,1] [--rounds N] [--prefetch N]

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { record } from '../../dist/chains/recording/record.js'
import { startEvmChain } from './evm-chain.mjs'
import { followings } from './following.mjs'
import { startServe } from './processes.mjs'
import { inTurn, report } from './rounds.mjs'
import { usualEvm } from './usual-scripts.mjs'
import { inParallel, openWire, rpcCall } from './wire.mjs'

const { values } = parseArgs({
  options: {
    blocks: { type: 'string', default: '300' },
    txs: { type: 'string', default: '150' },
    touched: { type: 'string', default: '5' },
    verify: { type: 'string', default: 'off' },
    traces: { type: 'boolean', default: false },
    readers: { type: 'string', default: '0,1' },
    rounds: { type: 'string', default: '7' },
    prefetch: { type: 'string', default: '8' },
  },
})
const [blocks, txs, rounds, prefetch] = ['blocks', 'txs', 'rounds', 'prefetch'].map((name) =>
  Number(values[name]),
)
/** As chainscreen asks for it. */
const callTracer = { tracer: 'callTracer', timeout: '60s', tracerConfig: { withLog: true } }
let bytes = 0
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
const made = await startEvmChain({ blocks, txs, own: 2000, touched: Number(values.touched) })
try {
  const { from, to } = made
  const out = join(folder, 'chain.recording.jsonl.gz')
  await record({ family: 'evm', url: made.anvil.url, from, to, out, traces: values.traces })
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
  const settings = {
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
      traces: values.traces ? 'required' : 'off',
      tokens: tokens.map((address) => ({ address, symbol: 'TKN', decimals: 18 })),
    },
    own,
    expected: { alerts: listed, blocks },
  }
  const ours = []
  try {
    ours.push(...(await followings(folder, settings, values.readers)))
    const hashes = await hashesOf(url)
    const usual = async () => {
      const alerts = await usualEvm(url, { from, to: made.to, prefetch, own })
      if (alerts !== listed) throw new Error(`the usual script found ${alerts} alerts of ${listed}`)
    }
    const contestants = [
      { name: 'bodies dropped', run: () => dropAll(url, hashes) },
      { name: 'bodies parsed', run: () => floor(url, parse) },
      { name: 'viem and a Set', run: usual },
      ...ours,
    ]
    const times = await inTurn(contestants, rounds)
    const { touched, verify, traces } = values
    report(
      `EVM from ${name}, ${touched} of ${txs} touched, ${traces ? 'with' : 'without'} traces, verify ${verify}`,
      times,
      { ours: ours.map((each) => each.name), unit: 'blocks', count: blocks },
    )
    for (const each of ours)
      console.log(`  ${each.name}: ${(bytes / blocks / 1e3).toFixed(0)} kB a block;`, each.counts())
  } finally {
    for (const each of ours) await each.stop()
  }
}

/** Asks what the program asks, as much at once: the block by its height, then its receipts and its traces by its hash. */
async function floor(url, work) {
  const wire = openWire(url, { connections: prefetch })
  await inParallel(made.from, made.to, prefetch, (height) => work(wire, height))
  await wire.close()
}

async function dropAll(url, hashes) {
  bytes = 0
  await floor(url, async (wire, height) => {
    bytes += await wire.drop(wire.post(blockAt(height)))
    const rest = restOf(hashes.get(height)).map((call) => wire.drop(wire.post(call)))
    for (const size of await Promise.all(rest)) bytes += size
  })
}

async function parse(wire, height) {
  const { result } = await wire.json(wire.post(blockAt(height)))
  await Promise.all(restOf(result.hash).map((call) => wire.json(wire.post(call))))
}

function restOf(hash) {
  const receipts = rpcCall('eth_getBlockReceipts', [hash])
  return values.traces ? [receipts, rpcCall('debug_traceBlockByHash', [hash, callTracer])] : [receipts]
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
