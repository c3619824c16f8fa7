import { describe, expect, it, onTestFinished } from 'vitest'
import { conflictsIn, extract, extractPending } from '../../../src/chains/extract.ts'
import { ChainscreenError, type ErrorCode } from '../../../src/diagnostics/errors.ts'
import { isLong } from '../../long.ts'
import { createFaultProxy, type Fault } from '../../simulation/fault-proxy.ts'
import { createRandom, type Random } from '../../simulation/random.ts'
import { sats } from './build-block.ts'
import { type FakeNodeState, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { ownSet } from './own-set.ts'
import { regtestChain } from './regtest-chain.ts'
import { hash160, key, p2pk, p2tr, p2wpkhOf, publicKey } from './scripts.ts'

/** What a node can be at fault with. Anything else is our mistake, or the mistake of a transaction, which there is not. */
const nodeFaults: readonly ErrorCode[] = [
  'node-unreachable',
  'node-auth',
  'node-syncing',
  'node-bad-answer',
  'node-missing-data',
  'wrong-chain',
]

const hotKey = publicKey('hot')
const hot = p2wpkhOf(hash160(hotKey))
const alice = { script: p2tr('alice'), value: sats(2) }
const funded = regtestChain({ coinbase: [alice] })
const funding = { txid: funded[1]?.txids[0] ?? '', vout: 0 }
const deposit = {
  inputs: [{ ...alice, of: funding, witness: [Buffer.alloc(64)] }],
  outputs: [
    { script: hot, value: sats(1) },
    { script: p2pk(publicKey('bob')), value: sats(0.5) },
  ],
}
const chain = regtestChain({ coinbase: [alice] }, { txs: [deposit] }, {})
const transactions = new Map(
  chain.flatMap(({ txids, hexes }) => txids.map((txid, i) => [txid, hexes[i] ?? ''])),
)
const mempool = new Map([...transactions].slice(-2))
const coin = {
  bestblock: '',
  confirmations: 1,
  value: 2,
  scriptPubKey: { hex: alice.script.toString('hex') },
}
const coins = new Map([[`${funding.txid}:0`, coin]])

const odd: readonly unknown[] = [
  ...[null, true, false, 0, -1, 0.5, 1e21, 2 ** 53, -(2 ** 31), '', '0', 'zz', '0x', 'f'.repeat(63)],
  ...[
    '00'.repeat(32),
    'ff'.repeat(200),
    '\u0000',
    '👻',
    [],
    {},
    [[]],
    [null],
    { hex: '6a' },
    'Infinity',
    '1e400',
  ],
]

/** A copy with a field left out, doubled or replaced, somewhere: on the way down every place is as likely. */
function changed(json: unknown, random: Random): unknown {
  if (typeof json !== 'object' || json === null || random.chance(0.15)) return random.pick(odd)
  const copy = structuredClone(json) as Record<string, unknown>
  const place = random.pick(Object.keys(copy).concat('more'))
  if (Array.isArray(copy)) {
    const at = random.below(copy.length + 1)
    const how = random.next()
    if (how < 0.2) copy.splice(at, 1)
    else if (how < 0.4) copy.splice(at, 0, random.pick(odd))
    else copy[at] = changed(copy[at], random)
    return copy
  }
  if (random.chance(0.3)) delete copy[place]
  else copy[place] = changed(copy[place], random)
  return copy
}

function flipped(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  for (let i = random.below(4); i >= 0; i--) {
    const at = random.below(copy.length + 1)
    const length = random.below(5)
    const inserted = Buffer.from(Array.from({ length: random.below(5) }, () => random.below(256)))
    if (random.chance(0.5)) copy[at] = random.below(256)
    else return Buffer.concat([copy.subarray(0, at), inserted, copy.subarray(at + length)])
  }
  return copy
}

/** Leaves something out of an answer, or puts something odd into it. */
const oddities: Fault = {
  name: 'odd answer',
  async apply({ answer }, random) {
    if (random.chance(0.05))
      return { ...answer, status: random.pick([200, 204, 404, 500, 502]), body: Buffer.from('<p>') }
    try {
      // Amounts stay as Core writes them: JSON.parse would change 50.00000000, which is no matter here.
      const json: unknown = JSON.parse(answer.body.toString('utf8'))
      return { ...answer, body: Buffer.from(JSON.stringify(changed(json, random))) }
    } catch {
      return { ...answer, body: flipped(answer.body, random) }
    }
  },
}

/** Everything that is asked of a node, one after another; each may fail in its own way. */
async function askEverything(
  state: Partial<FakeNodeState>,
  reads: 'auto' | 'rest' | 'getblock' | 'txindex',
  seed: number,
) {
  const node = await startFakeNode({ chain, mempool, coins, ...state })
  const random = createRandom(seed)
  const proxy = await createFaultProxy(node.url, { faults: [oddities], random })
  onTestFinished(() => proxy.close())
  const verify = random.pick(['strict', 'warn', 'off'] as const)
  const source = sourceFor(proxy.url, { reads, verify, fetchTimeoutMs: 5_000 })
  await source.open()
  const own = ownSet(hot, p2tr('alice'))
  const seen: string[] = []
  const attempt = async (name: string, ask: () => Promise<unknown>) => {
    try {
      await ask()
      seen.push('answered')
    } catch (error) {
      const code = error instanceof ChainscreenError ? error.code : undefined
      if (code === undefined || !nodeFaults.includes(code))
        throw new Error(`${name}, seed ${seed}`, { cause: error })
      seen.push(code)
    }
  }
  proxy.chance = 0.6
  for (let round = 0; round < 8; round++) {
    await attempt('head', () => source.head())
    await attempt('hashAt', () => source.hashAt(2))
    await attempt('header', () => source.header(chain[2]?.hash ?? ''))
    await attempt('block', async () => {
      const block = await source.block(2)
      extract(block, own)
      conflictsIn(block, new Set([`${funding.txid}:0`]))
      source.release(block)
    })
    await attempt('mempool', async () => {
      const waiting = await source.mempool()
      const read = await waiting.read([...mempool.keys()])
      for (const tx of read) extractPending(tx, own)
    })
    await attempt('tryOut', () => source.tryOut(2))
    await attempt('open', () => source.open())
  }
  return seen
}

describe('answers with anything left out of them, or anything odd in them', () => {
  const seeds = isLong ? 8 : 2
  const nodes: readonly [string, Partial<FakeNodeState>, 'auto' | 'rest' | 'getblock' | 'txindex'][] = [
    ['REST', { txindex: transactions }, 'auto'],
    ['REST alone', {}, 'rest'],
    ['getblock 3', { rest: false }, 'getblock'],
    ['a txindex', { rest: false, undoUnreadable: true, txindex: transactions }, 'txindex'],
    ['getblock 0', { rest: false, noUndo: true }, 'auto'],
  ]
  it.each(nodes)('are a fault of the node and nothing else (%s)', async (_, state, reads) => {
    const seen: string[] = []
    for (let seed = 1; seed <= seeds; seed++) seen.push(...(await askEverything(state, reads, seed)))
    expect(seen).toContain('answered')
    expect(seen).toContain('node-bad-answer')
    expect(key(hot)).toMatch(/^bitcoin:/)
  })
})
