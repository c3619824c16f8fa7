import { describe, expect, it } from 'vitest'
import { extract } from '../../../src/chains/extract.ts'
import { type BuiltBlock, sats } from './build-block.ts'
import { startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { ownSet } from './own-set.ts'
import { regtestChain, regtestGenesis } from './regtest-chain.ts'
import { p2tr, p2wpkh } from './scripts.ts'

const hot = p2wpkh('hot')
const value = sats(0.00000546)
const payment = { inputs: [{ script: p2tr('alice'), value: sats(1) }], outputs: [{ script: hot, value }] }
const chain = regtestChain({}, { txs: [payment] }, {})
const at = (blocks: readonly BuiltBlock[], height: number): BuiltBlock => blocks[height] ?? regtestGenesis

describe('a Bitcoin source', () => {
  it('says what the node is and how it reads it', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url)
    expect(await source.open()).toEqual({
      client: '/Satoshi:30.0.0/',
      reads: 'REST block + spenttxouts',
      genesisHash: regtestGenesis.hash,
    })
    expect(source.caip2).toBe('bip122:0f9188f13cb7b2c71f2a335e3a4fc328')
    expect(source.endpoint).toBe(node.url)
  })

  it('tells the head', async () => {
    const node = await startFakeNode({ chain })
    expect(await sourceFor(node.url).head()).toEqual({ height: 3, hash: chain[3]?.hash, finalized: null })
  })

  it('tells headers of the chain and beside it, and null for a hash the node does not know', async () => {
    const [, lost] = regtestChain({ txs: [payment] })
    const node = await startFakeNode({ chain, stale: lost === undefined ? [] : [lost] })
    const source = sourceFor(node.url)
    const { hash, parentHash, height, time } = at(chain, 2)
    expect(await source.header(hash)).toEqual({ hash, parentHash, height, time })
    expect(await source.header(regtestGenesis.hash)).toMatchObject({ parentHash: '0'.repeat(64), height: 0 })
    expect(await source.header(lost?.hash ?? '')).toMatchObject({
      height: 1,
      parentHash: regtestGenesis.hash,
    })
    expect(await source.header('ab'.repeat(32))).toBeNull()
  })

  it.each(['rest', 'getblock'] as const)(
    'reads whole blocks over %s, everything by one hash',
    async (reads) => {
      const node = await startFakeNode({ chain })
      const source = sourceFor(node.url, { reads })
      await source.open()
      const block = await source.block(2)
      const { hash, parentHash, height, time } = at(chain, 2)
      expect(block).toMatchObject({ hash, parentHash, height, time, level: 'full', unscreened: [] })
      expect(block.bytes).toBeGreaterThan(100)
      expect(extract(block, ownSet(hot)).transactions).toMatchObject([
        { transfers: [{ direction: 'deposit', id: 'vout:0', amount: 546n, tags: ['dust'] }] },
      ])
      expect(extract(await source.block(0), ownSet(hot)).transactions).toEqual([])
    },
  )

  it('reads through getblock 3 where the node serves no spent outputs', async () => {
    const node = await startFakeNode({ chain, rest: false })
    const source = sourceFor(node.url)
    expect((await source.open()).reads).toBe('getblock 3')
    expect((await source.block(2)).hash).toBe(chain[2]?.hash)
  })

  it('keeps to REST where only the best block has lost its undo data, and says what it could not look for', async () => {
    const lost = chain[2]?.hash
    const intercept = (request: string, params: readonly unknown[]) => {
      if (request === `GET /rest/spenttxouts/${lost}.bin`)
        return { status: 404, body: 'undo not available\r\n' }
      if (request !== 'getblock' || params[1] !== 3) return undefined
      const verbose = chain[2]?.verbose.replaceAll('"prevout"', '"gone"')
      return { status: 200, body: `{"id":0,"result":${verbose}}` }
    }
    const source = sourceFor((await startFakeNode({ chain, intercept })).url)
    expect((await source.open()).reads).toBe('REST block + spenttxouts')
    const block = await source.block(2)
    expect(block).toMatchObject({ level: 'outputs', unscreened: [{ what: 'inputs' }] })
    expect(await source.block(1)).toMatchObject({ level: 'full', unscreened: [] })
  })

  it('asks for the hashes of many heights at once', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url)
    await source.open()
    node.requests.length = 0
    await Promise.all([source.block(1), source.block(2), source.block(3)])
    expect(node.requests.filter((request) => request.startsWith('getblockhash'))).toEqual([
      'getblockhash 1; getblockhash 2; getblockhash 3',
    ])
  })

  it('serves the new branch after a reorg that the head shows', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url)
    await source.open()
    await source.block(1)
    const winner = regtestChain({}, {}, { txs: [payment] }, {})
    node.state.chain = winner
    expect((await source.head()).hash).toBe(winner[4]?.hash)
    expect((await source.block(2)).hash).toBe(winner[2]?.hash)
  })

  it('serves the new branch after a look at a header, before it has seen the new head', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url)
    await source.open()
    await source.block(1)
    const winner = regtestChain({}, {}, { txs: [payment] })
    node.state.chain = winner
    await source.header(at(chain, 2).parentHash)
    expect((await source.block(3)).hash).toBe(winner[3]?.hash)
  })
})
