import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conflictsIn, extract, extractPending } from '../../../src/chains/extract.ts'
import type { PendingTransaction } from '../../../src/chains/source.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { randomRuns } from '../../long.ts'
import { sats } from './build-block.ts'
import { type FakeNodeState, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { ownSet } from './own-set.ts'
import { hash160, p2pkhOf, p2tr, p2wpkh, p2wpkhOf, publicKey } from './scripts.ts'
import { waiting } from './waiting.ts'

const hot = p2wpkh('hot')
const own = ownSet(hot)
const alice = { script: p2tr('alice'), value: sats(1) }
const deposit = {
  inputs: [alice, { script: p2tr('bob'), value: 546n }],
  outputs: [{ script: hot, value: 7n }],
}
const withdrawal = { inputs: [{ script: hot, value: sats(3) }], outputs: [alice, { script: hot, value: 9n }] }
const stranger = { inputs: [alice], outputs: [{ script: p2tr('carol'), value: 1n }] }

async function mempoolOf(state: Omit<FakeNodeState, 'chain'>, chain: FakeNodeState['chain'], verify = false) {
  const node = await startFakeNode({ chain, ...state })
  const source = sourceFor(node.url, { verify: verify ? 'strict' : 'off' })
  return { node, source, mempool: await source.mempool() }
}

/** Of clones, as another thread has them: what a mempool hands over is data. */
function extracted(transactions: readonly PendingTransaction[]): ScreenableTx[] {
  return transactions.map((one) => extractPending(structuredClone(one), own)).filter((one) => one !== null)
}

describe('the mempool of a Bitcoin Core', () => {
  it('gives what the block will give', async () => {
    const { mined, txids, spends, ...state } = waiting(deposit, stranger, withdrawal)
    const { mempool } = await mempoolOf(state, mined.slice(0, 2))
    expect(mempool).toMatchObject({ tips: [mined[1]?.hash], hashes: txids })
    const read = await mempool.read(txids)
    expect(read.map(({ hash }) => hash)).toEqual(txids)
    expect(read.map((one) => one.spends)).toEqual(spends)
    const node = await startFakeNode({ chain: mined })
    const source = sourceFor(node.url)
    await source.open()
    const block = await source.block(2)
    expect(extracted(read)).toHaveLength(2)
    expect(extracted(read)).toEqual(extract(block, own).transactions)
    expect(
      conflictsIn(block, new Set([spends[1]?.[0] ?? '', spends[0]?.[1] ?? '', `${'0'.repeat(64)}:0`])),
    ).toEqual([
      { spent: spends[0]?.[1], by: txids[0] },
      { spent: spends[1]?.[0], by: txids[1] },
    ])
  })

  it('finds what is spent in parents that wait too, listed or not yet', async () => {
    const parent = { inputs: [alice], outputs: [{ script: p2tr('dave'), value: sats(2) }] }
    const { txids } = waiting(parent)
    const child = {
      inputs: [{ ...(parent.outputs[0] ?? alice), of: { txid: txids[0] ?? '', vout: 0 } }],
      outputs: [{ script: hot, value: 5n }],
    }
    const { mined, txids: both, ...state } = waiting(parent, child)
    const { mempool, node } = await mempoolOf(state, mined.slice(0, 2))
    expect(extracted(await mempool.read(both.slice(1)))).toMatchObject([
      { hash: both[1], parties: [{ key: `bitcoin:${p2tr('dave').toString('hex')}`, role: 'source' }] },
    ])
    node.state.mempool = new Map()
    const early = await sourceFor(node.url).mempool()
    node.state.mempool = state.mempool
    expect(extracted(await early.read(both.slice(1)))).toHaveLength(1)
  })

  it('leaves out only the transaction of which a coin is larger than an answer may be', async () => {
    const { mined, txids, coins, spends, ...state } = waiting(deposit, withdrawal)
    const large = spends[0]?.[1] ?? ''
    const asm = 'x'.repeat(10_000_001)
    const { mempool } = await mempoolOf(
      { ...state, coins: new Map([...coins, [large, { ...coins.get(large), asm }]]) },
      mined.slice(0, 2),
    )
    expect((await mempool.read(txids)).map(({ hash }) => hash)).toEqual([txids[1]])
  })

  it('leaves out what it can not understand, and gives it once it can', async () => {
    const { mined, txids, coins, ...state } = waiting(deposit, withdrawal)
    const { mempool, node } = await mempoolOf(state, mined.slice(0, 2))
    expect(await mempool.read(txids)).toEqual([])
    node.state.coins = coins
    expect(await mempool.read([...txids, 'ab'.repeat(32)])).toHaveLength(2)
  })

  it.each([
    ['another transaction', (hexes: readonly string[]) => hexes[1] ?? ''],
    ['one that is cut', (hexes: readonly string[]) => (hexes[0] ?? '').slice(0, -8)],
    ['one with something behind it', (hexes: readonly string[]) => `${hexes[0]}00`],
    ['no hex', () => 'nothing'],
  ])('leaves out what the node serves as %s', async (_name, wrong) => {
    const { mined, txids, mempool: true_, ...state } = waiting(deposit, withdrawal)
    const mempool = new Map([...true_, [txids[0] ?? '', wrong([...true_.values()])]])
    const served = await mempoolOf({ ...state, mempool }, mined.slice(0, 2))
    expect((await served.mempool.read(txids)).map(({ hash }) => hash)).toEqual([txids[1]])
  })

  it('leaves out what shows another key than the coin that the node names, when it has to prove it', async () => {
    const key = publicKey('erin')
    const witness = [Buffer.alloc(71), key]
    const output = [{ script: hot, value: 5n }]
    const honest = { inputs: [{ script: p2wpkhOf(hash160(key)), value: sats(1), witness }], outputs: output }
    const { mined, txids, ...state } = waiting(honest)
    const lie = new Map(
      [...state.coins].map(([of, coin]) => [
        of,
        { ...coin, scriptPubKey: { hex: p2pkhOf(hash160(key)).toString('hex') } },
      ]),
    )
    const chain = mined.slice(0, 2)
    expect(await (await mempoolOf(state, chain, true)).mempool.read(txids)).toHaveLength(1)
    expect(await (await mempoolOf({ ...state, coins: lie }, chain, true)).mempool.read(txids)).toEqual([])
  })

  it('is not known to be whole while the node reads its saved one, and names both best blocks when one comes meanwhile', async () => {
    const { mined, txids, ...state } = waiting(deposit)
    const chain = mined.slice(0, 2)
    const loading = await mempoolOf({ ...state, mempoolLoading: true }, chain)
    expect(loading.mempool).toMatchObject({ tips: null, hashes: txids })
    const { source, node } = await mempoolOf(state, chain)
    node.state.intercept = (method) => {
      if (method === 'getrawmempool') node.state.chain = mined
      return undefined
    }
    expect((await source.mempool()).tips).toEqual([mined[1]?.hash, mined[2]?.hash])
  })

  it('of large transactions is read in halves that the node can answer', async () => {
    const large = (n: number) => ({
      inputs: [{ script: p2tr(`large ${n}`), value: sats(1) }],
      outputs: [
        { script: Buffer.alloc(1_200_000, 0x51), value: 0n },
        { script: hot, value: BigInt(n) },
      ],
    })
    const { mined, txids, ...state } = waiting(...Array.from({ length: 9 }, (_, n) => large(n + 1)))
    const { mempool, node } = await mempoolOf(state, mined.slice(0, 2))
    expect(extracted(await mempool.read(txids))).toHaveLength(9)
    expect(node.requests.filter((request) => request.startsWith('getrawtransaction'))).toHaveLength(3)
  })

  it('damaged in any place never gives another transaction than was asked for', async () => {
    const { mined, txids, mempool: honest, ...state } = waiting(deposit)
    const [txid = ''] = txids
    const bytes = Buffer.from(honest.get(txid) ?? '', 'hex')
    const { mempool, node } = await mempoolOf({ ...state, mempool: honest }, mined.slice(0, 2))
    const truth = extracted(await mempool.read(txids))
    expect(truth).toHaveLength(1)
    const damage = fc.oneof(
      fc.nat({ max: bytes.length * 8 - 1 }).map((bit) => {
        const changed = Buffer.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        return changed
      }),
      fc.nat({ max: bytes.length - 1 }).map((length) => bytes.subarray(0, length)),
    )
    await fc.assert(
      fc.asyncProperty(damage, async (damaged) => {
        node.state.mempool = new Map([[txid, damaged.toString('hex')]])
        const read = await mempool.read(txids)
        // What no id covers is the witness, and these have none.
        expect(read).toEqual([])
      }),
      { numRuns: randomRuns(150) },
    )
  })

  it('that can not be asked for is an error, and not an empty one', async () => {
    const { mined } = waiting(deposit)
    const node = await startFakeNode({ chain: mined, warmingUp: true })
    await expect(sourceFor(node.url).mempool()).rejects.toMatchObject({ code: 'node-syncing' })
  })
})
