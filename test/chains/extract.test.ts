import { expect, it, onTestFinished } from 'vitest'
import { evmKey, type Key, makeKey } from '../../src/address/key.ts'
import { createEvmSource } from '../../src/chains/evm/source.ts'
import { conflictsIn, extract } from '../../src/chains/extract.ts'
import { reduce, reducedFor } from '../../src/chains/reduce.ts'
import type { SourceBlock } from '../../src/chains/source.ts'
import { KeyTable } from '../../src/screening/key-table.ts'
import type { OwnLookup } from '../../src/screening/types.ts'
import { sats } from './bitcoin/build-block.ts'
import { startFakeNode as startCore } from './bitcoin/fake-node.ts'
import { sourceFor } from './bitcoin/open-source.ts'
import { ownSet } from './bitcoin/own-set.ts'
import { regtestChain } from './bitcoin/regtest-chain.ts'
import { hash160, p2pkhOf, p2tr, p2wpkh, publicKey } from './bitcoin/scripts.ts'
import { healthyNode, startFakeNode } from './evm/fake-node.ts'
import { ownOf } from './evm/own.ts'
import { account, signedBlock } from './evm/proof/signed.ts'

const hot = p2wpkh('hot')
const alice = publicKey('alice')

/** Pays an own address, and shows to a script that asks for nothing what another own address is spent with. */
async function bitcoinBlock(): Promise<SourceBlock> {
  const shown = Buffer.concat([Buffer.of(1, 1, alice.length), alice])
  const inputs = [{ script: Buffer.of(0x6d, 0x51), value: sats(2), scriptSig: shown }]
  const outputs = [hot, p2tr('bob')].map((script) => ({ script, value: sats(1) }))
  const node = await startCore({ chain: regtestChain({ txs: [{ inputs, outputs }] }) })
  const source = sourceFor(node.url, { verify: 'strict' })
  await source.open()
  return source.block(1)
}

/** Signed by an own address; of its receipts one has a log that can't be read, and its traces another one. */
async function evmBlock(): Promise<SourceBlock> {
  const { block, receipts } = await signedBlock([1n, 2n, 3n])
  const [first, ...others] = block.transactions
  const unsigned = { ...first, r: '0x0', s: '0x0', v: '0x0', yParity: '0x0' }
  const node = await startFakeNode({
    ...healthyNode(),
    eth_getBlockByNumber: ([asked]) => ({
      ...block,
      number: asked === '0x0' ? '0x0' : block.number,
      transactions: [unsigned, ...others],
    }),
    eth_getBlockReceipts: () => receipts.with(1, { ...receipts[1], logs: ['unreadable'] } as never),
  })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], traces: 'off', verify: 'warn' })
  onTestFinished(() => source.close())
  return source.block(7)
}

const blocks: [string, () => Promise<SourceBlock>, OwnLookup, readonly string[]][] = [
  [
    'Bitcoin',
    bitcoinBlock,
    ownSet(hot, p2pkhOf(hash160(alice))),
    [makeKey('bitcoin', p2pkhOf(hash160(alice))), makeKey('bitcoin', hot)],
  ],
  ['EVM', evmBlock, ownOf(account.address.toLowerCase()), [evmKey(account.address.toLowerCase())]],
]

it.each(blocks)(
  'a block of %s is data: a clone of it, as another thread has it, gives the same, all that is known',
  async (_, read, own, used) => {
    const block = await read()
    const found = extract(block, own)
    expect(found.transactions.length).toBeGreaterThan(0)
    expect(found.unscreened.length).toBeGreaterThan(0)
    expect(found.used).toEqual(used)
    const clone = structuredClone(block)
    expect(extract(clone, own)).toEqual(found)
    expect(extract(block, own)).toEqual(found)
    const spends = new Set([`${account.address.toLowerCase()}:1`])
    expect(conflictsIn(clone, spends)).toEqual(conflictsIn(block, spends))
    // What a reader hands over: less, and the same is found in it.
    const table = new KeyTable(4)
    for (const key of used) table.addKey(key as Key)
    table.complete(3)
    const handedOver = structuredClone(reduce(block, table))
    expect(handedOver.ownRevision).toBe(3)
    expect(extract(handedOver, own)).toEqual(found)
    expect(conflictsIn(handedOver, spends)).toEqual(conflictsIn(block, spends))
    expect(conflictsIn(block, spends)).toHaveLength(block.content.family === 'evm' ? 1 : 0)
  },
)

it('what can touch no own address is not handed over of an EVM block, and not looked through of a Bitcoin block', async () => {
  const nobody = new KeyTable(0)
  nobody.complete(1)
  const evm = reduce(await evmBlock(), nobody).content
  // Of three transactions the second has a log that can't be read, so nobody knows whom it touches.
  expect(evm).toMatchObject({ block: { transactions: [{}] }, receipts: [{}] })
  const bitcoin = reduce(await bitcoinBlock(), nobody).content
  expect(bitcoin).toMatchObject({ candidates: new Uint32Array() })
})

it('a reduced block answers for what was own then; of Bitcoin all of it is there, an EVM block is read again', async () => {
  const table = new KeyTable(0)
  table.complete(1)
  const bitcoin = reduce(await bitcoinBlock(), table)
  expect(reducedFor(bitcoin, 1)).toBe(bitcoin)
  const own = ownSet(hot)
  expect(extract(bitcoin, own).transactions).toEqual([])
  const later = reducedFor(bitcoin, 2)
  expect(later && extract(later, own).transactions).toHaveLength(1)
  const evm = reduce(await evmBlock(), table)
  expect([reducedFor(evm, 1), reducedFor(evm, 2)]).toEqual([evm, null])
})
