// Bitcoin over REST: how fast a backfill of full blocks is, beside the wire floor (the same requests, the bodies
// dropped), and beside the script one would write instead. Against the project's own replay node, and against a Bitcoin Core where its path is given.
//
//   npm run build && node scripts/bench/bitcoin.mjs [--bitcoind PATH] [--blocks N] [--txs N]
//     [--touched N] [--own N] [--verify off|strict] [--readers 0,1] [--rounds N] [--prefetch N]
//
// `--touched`: how many transactions of each block pay or spend own addresses. `--own`: own addresses that no block has, beside 2,000 that
// blocks have. `--verify`: as in the config. `--readers`: with so many threads that read, each in turn; 0: the main thread reads.

import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { makeBitcoinChain } from './bitcoin-chain.mjs'
import { followings } from './following.mjs'
import { startBitcoind, startServe } from './processes.mjs'
import { inTurn, report } from './rounds.mjs'
import { usualBitcoin, usualBitcoinVerbose } from './usual-scripts.mjs'
import { inParallel, openWire, rpcCall } from './wire.mjs'

const { values } = parseArgs({
  options: {
    bitcoind: { type: 'string' },
    blocks: { type: 'string', default: '120' },
    txs: { type: 'string', default: '2000' },
    touched: { type: 'string', default: '10' },
    own: { type: 'string', default: '0' },
    readers: { type: 'string', default: '0,1' },
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

async function measure(name, node, { from, to, own, listedAddresses, listed, listedUpTo }) {
  const ours = []
  try {
    const settings = {
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
      own: [...own, ...strangers(Number(values.own))],
      expected: { alerts: listed, blocks },
    }
    ours.push(...(await followings(folder, settings, values.readers)))
    let bytes = 0
    const floor = async () => {
      bytes = await wireFloor(node, from, to)
    }
    // A tenth of the blocks: they are that slow. What they find is compared with what is in it.
    const end = from + Math.ceil(blocks / 10) - 1
    const part = (end - from + 1) / blocks
    const asked = { from, to: end, prefetch, own, listed: new Set(listedAddresses) }
    const counted = async (alerts) => {
      const found = await alerts
      const expected = listedUpTo(end)
      if (found !== expected) throw new Error(`the usual script found ${found} alerts of ${expected}`)
    }
    const usual = [{ name: 'bitcoinjs and a Set', part, run: () => counted(usualBitcoin(node, asked)) }]
    if (node.version !== undefined)
      usual.push({ name: 'getblock 3 and a Set', part, run: () => counted(usualBitcoinVerbose(node, asked)) })
    const times = await inTurn([{ name: 'floor', run: floor }, ...usual, ...ours], rounds)
    const { touched, verify } = values
    report(
      `Bitcoin over REST from ${name}, ${touched} of ${txs} touched, ${values.own} more own addresses, verify ${verify}`,
      times,
      { ours: ours.map((each) => each.name), unit: 'blocks', count: blocks },
    )
    for (const each of ours)
      console.log(`  ${each.name}: ${(bytes / blocks / 1e3).toFixed(0)} kB a block;`, each.counts())
  } finally {
    for (const each of ours) await each.stop()
    await node.stop()
  }
}

function* strangers(count) {
  for (let i = 0; i < count; i++)
    yield `0x${createHash('sha256').update(`chainscreen bench: stranger ${i}`).digest('hex').slice(0, 40)}`
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
