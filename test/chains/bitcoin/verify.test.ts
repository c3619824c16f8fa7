import { describe, expect, it } from 'vitest'
import { doubleSha256, rpcHex } from '../../../src/chains/bitcoin/bytes.ts'
import { networkFacts } from '../../../src/chains/bitcoin/networks.ts'
import { hashBlock } from '../../../src/chains/bitcoin/proof/hash-block.ts'
import { BlockVerifier, type VerifyMode } from '../../../src/chains/bitcoin/proof/prove-block.ts'
import { scanBlock, writeHeader } from '../../../src/chains/bitcoin/scanned-block.ts'
import { extract } from '../../../src/chains/extract.ts'
import type { OwnLookup } from '../../../src/screening/types.ts'
import { buildBlock, sats } from './build-block.ts'
import { type FakeNodeState, type NodeBlock, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { ownSet } from './own-set.ts'
import { regtestChain } from './regtest-chain.ts'
import { hash160, p2tr, p2wpkh, p2wpkhOf, publicKey } from './scripts.ts'

const payer = publicKey('payer')
const input = { script: p2wpkhOf(hash160(payer)), value: sats(1), witness: [Buffer.alloc(71), payer] }
const many = Array.from({ length: 9 }, () => input)
const hot = p2wpkh('hot')
const payment = { inputs: many, outputs: [{ script: hot, value: sats(1) }] }
const chain = regtestChain({ txs: [payment] }, {})

function changed(what: 'block' | 'spent', find: Buffer, offset = 0): NodeBlock[] {
  return chain.map((block, height) => {
    if (height !== 1) return block
    const bytes = Buffer.from(block[what])
    const at = bytes.lastIndexOf(find) + offset
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return { ...block, [what]: bytes }
  })
}

async function opened(served: readonly NodeBlock[], verify: VerifyMode) {
  const node = await startFakeNode({ chain: served })
  const source = sourceFor(node.url, { reads: 'rest', verify })
  await source.open()
  return { node, source }
}

describe('a block that does not prove true', () => {
  const lying = changed('block', hot, 5)

  it('is refused in mode strict, with everything that is wrong with it', async () => {
    const { source } = await opened(lying, 'strict')
    await expect(source.block(1)).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringContaining('its transactions are not those of its merkle root'),
      details: [
        expect.stringContaining('merkle root'),
        'the witnesses are not those that its coinbase commits to.',
      ],
    })
  })

  it('is recorded in mode warn', async () => {
    const { source } = await opened(lying, 'warn')
    expect((await source.block(1)).unscreened).toMatchObject([{ what: 'unverified' }, { what: 'unverified' }])
  })

  it('is taken in mode off', async () => {
    const { source } = await opened(lying, 'off')
    expect((await source.block(1)).unscreened).toEqual([])
  })
})

describe('a spent output that is not what its input shows', () => {
  // The last of nine inputs.
  const lying = changed('spent', input.script, 5)

  it('is refused in mode strict, whoever the transaction is of', async () => {
    const { source } = await opened(lying, 'strict')
    await expect(source.block(1)).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringMatching(
        /input 8 of transaction [0-9a-f]{64}: the key revealed is not that of the spent P2WPKH/,
      ),
    })
  })

  it('is recorded in mode warn', async () => {
    const { source } = await opened(lying, 'warn')
    expect((await source.block(1)).unscreened).toMatchObject([{ what: 'unverified' }])
  })

  it('is taken in mode off', async () => {
    const { source } = await opened(lying, 'off')
    expect((await source.block(1)).unscreened).toEqual([])
  })
})

describe('a spent output that shows nothing, in place of an own one', () => {
  const anyones = Buffer.concat([Buffer.of(0x52, 20), hash160(payer)])
  const lying = chain.map((block, height) => {
    if (height !== 1) return block
    const spent = Buffer.from(block.spent)
    spent.set(anyones, spent.indexOf(input.script))
    return { ...block, spent }
  })

  it('is a row of the block, for whoever has that address', async () => {
    const { source } = await opened(lying, 'strict')
    const block = await source.block(1)
    const rowsOf = (own: OwnLookup) => extract(block, own).unscreened
    expect(rowsOf(ownSet(input.script))).toMatchObject([{ what: 'unverified', txHash: lying[1]?.txids[1] }])
    expect(rowsOf(ownSet(hot))).toEqual([])
  })
})

describe('a coinbase that leaves fees', () => {
  const facts = { ...networkFacts.regtest, feesTaken: true }
  const scanned = (reward: bigint) => {
    const coinbase = [{ script: p2tr('miner'), value: reward }]
    const built = buildBlock({ height: 1, coinbase, txs: [payment] })
    return scanBlock(built, built.hash)
  }
  const verifier = new BlockVerifier('strict', facts, hashBlock)

  it('is worth a second look, and recorded', async () => {
    const proved = await verifier.prove(scanned(sats(58) - 1n), 1)
    expect(proved.doubtful).toBe(true)
    expect(proved.unverified).toEqual([
      { what: 'unverified', reason: expect.stringContaining('less than subsidy and fees') },
    ])
  })

  it('is none where it takes them all', async () => {
    expect(await verifier.prove(scanned(sats(58)), 1)).toMatchObject({ doubtful: false, unverified: [] })
  })
})

describe('a header', () => {
  const [genesis = '', first = '', tip = ''] = chain.map(({ hash }) => hash)

  async function told(otherHeader: FakeNodeState['otherHeader'], verify: VerifyMode = 'strict') {
    const node = await startFakeNode({ chain, otherHeader })
    const source = sourceFor(node.url, { verify })
    await source.open()
    return source
  }
  const bad = (message: string) => ({
    code: 'node-bad-answer',
    message: expect.stringContaining(message),
  })

  it.each<[string, object]>([
    ['another parent', { previousblockhash: genesis.replace(/^./, 'f') }],
    ['no parent', { previousblockhash: undefined }],
    ['another time', { time: 5 }],
    ['another version', { version: 7 }],
    ['other bits', { bits: '1d00ffff' }],
  ])('with %s is none of the block that was asked for, in any mode', async (_what, lie) => {
    for (const verify of ['strict', 'off'] as const) {
      const source = await told((header) => ({ ...header, ...lie }), verify)
      await expect(source.header(tip)).rejects.toMatchObject(bad(`was asked for block ${tip}`))
    }
  })

  it('of a made-up block without work is refused in mode strict', async () => {
    const { hash, header } = idleHeader(first)
    const node = await startFakeNode({ chain, stale: chain.slice(2).map((block) => ({ ...block, hash })) })
    node.state.otherHeader = () => ({ ...header, height: 9 })
    const source = (verify: VerifyMode) => sourceFor(node.url, { verify })
    await expect(source('strict').header(hash)).rejects.toMatchObject(bad('does not meet its own bits'))
    await expect(source('off').header(hash)).resolves.toMatchObject({ hash, height: 9 })
  })

  it('of a head is proved once, in mode strict', async () => {
    const node = await startFakeNode({ chain })
    const source = sourceFor(node.url, { verify: 'strict' })
    expect(await source.head()).toMatchObject({ height: 2, hash: tip })
    await source.head()
    expect(node.requests.filter((request) => request.startsWith('getblockheader'))).toHaveLength(1)
  })

  it.each<[string, FakeNodeState['otherHeader'], string]>([
    ['another height', (header) => ({ ...header, height: 1_002 }), 'this block has height 1002'],
    ['other bytes', (header) => ({ ...header, nonce: 3 }), 'was asked for block'],
    ['nothing', () => undefined, 'it has no such block'],
  ])('that tells %s of a head is refused in mode strict', async (_what, otherHeader, message) => {
    await expect((await told(otherHeader)).head()).rejects.toMatchObject(bad(message))
    await expect((await told(otherHeader, 'off')).head()).resolves.toMatchObject({ height: 2 })
  })
})

/** A header on a parent whose hash does not meet the bits it claims. */
function idleHeader(parent: string) {
  const merkleroot = '11'.repeat(32)
  for (let nonce = 0; ; nonce++) {
    const work = { time: 1_700_000_000, bits: '1d00ffff', nonce }
    const header = { version: 4, previousblockhash: parent, merkleroot, ...work }
    const hash = rpcHex(doubleSha256(writeHeader(header)))
    if (!hash.startsWith('0000')) return { hash, header }
  }
}
