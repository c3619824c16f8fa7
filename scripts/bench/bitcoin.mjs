// Bitcoin over REST: how fast a backfill of full blocks is, beside the wire floor (the same requests, the bodies
// dropped). Against the project's own replay node, and against a Bitcoin Core where its path is given.
//
//   npm run build && node scripts/bench/bitcoin.mjs [--bitcoind PATH] [--blocks N] [--txs N]
//     [--touched N] [--verify off|strict] [--rounds N] [--prefetch N]
//
// `--touched`: how many transactions of each block pay or spend own addresses. `--verify`: as in the config.

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeBitcoinChain } from './bitcoin-chain.mjs'
import { following } from './following.mjs'
import { startBitcoind, startServe } from './processes.mjs'
import { inTurn, report } from './rounds.mjs'
import { inParallel, openWire, rpcCall } from './wire.mjs'

const { values } = parseArgs({
  options: {
    bitcoind: { type: 'string' },
    blocks: { type: 'string', default: '120' },
    txs: { type: 'string', default: '2000' },
    touched: { type: 'string', default: '10' },
    verify: { type: 'string', default: 'off' },
    rounds: { type: 'string', default: '7' },
    prefetch: { type: 'string', default: '8' },
  },
})
const [blocks, txs, rounds, prefetch] = ['blocks', 'txs', 'rounds', 'prefetch'].map((name) =>
  Number(values[name]),
)
const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
try {
  mkdirSync(folder, { recursive: true })
  const recording = join(folder, 'chain.recording.jsonl.gz')
  const made = await makeBitcoinChain({
    out: recording,
    blocks,
    txs,
    own: 2000,
    touched: Number(values.touched),
  })
  await measure('the replay node', await startServe(recording), made)
  if (values.bitcoind !== undefined)
    await measure('Bitcoin Core', await startBitcoind(values.bitcoind, recording), made)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(name, node, { from, to, own, listed }) {
  try {
    const ours = await following(folder, {
      chain: {
        id: 'bench',
        type: 'bitcoin',
        network: 'regtest',
        rpc: [node.url],
        ...(node.cookieFile === undefined ? {} : { cookie: node.cookieFile }),
        start: from,
        prefetch,
        verify: values.verify,
      },
      own,
      expected: { alerts: listed, blocks },
    })
    let bytes = 0
    const floor = async () => {
      bytes = await wireFloor(node, from, to)
    }
    const times = await inTurn(
      [
        { name: 'floor', run: floor },
        { name: 'chainscreen', ...ours },
      ],
      rounds,
    )
    report(`Bitcoin over REST from ${name}: ${blocks} blocks of ${txs} transactions`, times, {
      ours: 'chainscreen',
      unit: 'blocks',
      count: blocks,
    })
    console.log(`  ${(bytes / blocks / 1e3).toFixed(0)} kB a block;`, ours.counts())
  } finally {
    await node.stop()
  }
}

/** Asks what the program asks, in the same order and as much at once: hashes in hundreds, then both halves of each block. */
async function wireFloor({ url, auth }, from, to) {
  const wire = openWire(url, { connections: prefetch, auth })
  const hashes = new Map()
  const hashAt = (height) => {
    if (!hashes.has(height)) {
      const heights = Array.from({ length: Math.min(100, to - height + 1) }, (_, i) => height + i)
      const calls = heights.map((each, id) => rpcCall('getblockhash', [each], id))
      const answers = wire.json(wire.post(calls))
      heights.forEach((each, i) => {
        hashes.set(
          each,
          answers.then((list) => list[i].result),
        )
      })
    }
    return hashes.get(height)
  }
  let bytes = 0
  await inParallel(from, to, prefetch, async (height) => {
    const hash = await hashAt(height)
    const halves = [`/rest/block/${hash}.bin`, `/rest/spenttxouts/${hash}.bin`]
    for (const size of await Promise.all(halves.map((path) => wire.drop(wire.get(path))))) bytes += size
  })
  await wire.close()
  return bytes
}
