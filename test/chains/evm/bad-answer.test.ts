import { describe, expect, it, onTestFinished } from 'vitest'
import { transferTopic } from '../../../src/chains/evm/extract/topics.ts'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { address, blockOf, hash, log, topic } from './build.ts'
import { expectFailure } from './failure.ts'
import { type Handler, healthyNode, startFakeNode } from './fake-node.ts'

const { block, receipts } = blockOf([{}, {}])
const changed = <T extends object>(list: readonly T[], change: object): unknown[] =>
  list.map((item, i) => (i === 1 ? { ...item, ...change } : item))
const transfer = [transferTopic]
const badBlock = (change: object): Record<string, Handler> => ({
  eth_getBlockByNumber: () => ({ ...block, ...change }),
})
const badReceipts = (answer: unknown): Record<string, Handler> => ({ eth_getBlockReceipts: () => answer })

describe('four different answers for a block', () => {
  it('null is data that the node does not have', () =>
    expectFailure('block', { eth_getBlockByNumber: () => null }, 'node-missing-data', /null for block 7/))

  it('null for receipts too', () =>
    expectFailure('block', badReceipts(null), 'node-missing-data', /receipts of block 7/))

  it('no receipts for a block with transactions is a bad answer', () =>
    expectFailure('block', badReceipts([]), 'node-bad-answer', /0 receipts.*2 transactions/))

  it('no receipts for an empty block is what they are', async () => {
    const node = await startFakeNode(healthyNode([]))
    const source = createEvmSource({ url: node.url, chainId: 1, tokens: [] })
    onTestFinished(() => source.close())
    expect(await source.block(7)).toMatchObject({ height: 7 })
  })
})

describe('receipts that do not belong to the block', () => {
  it.each([
    ['too many', [...receipts, receipts[0]], /3 receipts/],
    ['of another block', changed(receipts, { blockHash: hash(0xbad) }), /\[1\]\.blockHash/],
    ['out of order', [...receipts].reverse(), /\[0\]\.transactionHash/],
    ['without logs', changed(receipts, { logs: null }), /\[1\]\.logs/],
    ['without status', changed(receipts, { status: undefined }), /\[1\]\.status/],
    ['with an unknown status', changed(receipts, { status: '0x2' }), /\[1\]\.status/],
    ['with a bad contract', changed(receipts, { contractAddress: '0x12' }), /\[1\]\.contractAddress/],
    ['of no object', [receipts[0], null], /\[1\]/],
    ['in an object', {}, /list of receipts/],
  ])('%s', (_, answer, text) => expectFailure('block', badReceipts(answer), 'node-bad-answer', text))

  it.each([
    ['address', { ...log(address(1), transfer), address: `0x${'g'.repeat(40)}` }, /\.logs\[0\]\.address/],
    ['topics', { ...log(address(1), transfer), topics: 'none' }, /\.logs\[0\]\.topics/],
    ['five topics', log(address(1), Array(5).fill(hash(1))), /\.logs\[0\]\.topics/],
    ['a short topic', log(address(1), [...transfer, topic(address(1)).slice(0, -2)]), /\.topics\[1\]/],
    ['a first topic', log(address(1), ['0x12']), /\.topics\[0\]/],
    ['data', { ...log(address(1), transfer), data: null }, /\.logs\[0\]\.data/],
    ['null', null, /\.logs\[0\]/],
  ])('a log with bad %s', (_, bad, text) =>
    expectFailure('block', badReceipts(changed(receipts, { logs: [bad] })), 'node-bad-answer', text),
  )

  it('a creation that got value and names no contract', () => {
    const created = blockOf([{ to: null, value: '0x5' }])
    return expectFailure(
      'block',
      { eth_getBlockByNumber: () => created.block, eth_getBlockReceipts: () => created.receipts },
      'node-bad-answer',
      /contractAddress/,
    )
  })
})

describe('a block of the wrong shape', () => {
  const bad = (change: object) => ({ transactions: changed(block.transactions, change) })
  it.each([
    ['height', { number: '0x8' }, /number = 0x8, expected 0x7/],
    ['pending', { hash: null }, /hash = null/],
    ['parent', { parentHash: '0x' }, /parentHash/],
    ['time', { timestamp: 1700000000 }, /timestamp = 1700000000/],
    ['time beyond exact numbers', { timestamp: `0x${'f'.repeat(20)}` }, /timestamp/],
    ['transactions', { transactions: undefined }, /transactions/],
    ['transaction hashes only', { transactions: [hash(1), hash(2)] }, /transactions\[0\]/],
    ['sender', bad({ from: '0x1' }), /transactions\[1\]\.from/],
    ['receiver', bad({ to: 5 }), /transactions\[1\]\.to/],
    ['value', bad({ value: 5 }), /transactions\[1\]\.value/],
    ['input', bad({ input: null }), /transactions\[1\]\.input/],
    ['transaction of another block', bad({ blockHash: hash(0xbad) }), /transactions\[1\]\.blockHash/],
    ['withdrawals', { withdrawals: {} }, /withdrawals/],
    ['a withdrawal', { withdrawals: [{ address: address(1), amount: 5 }] }, /withdrawals\[0\]\.amount/],
  ])('%s', (_, change, text) => expectFailure('block', badBlock(change), 'node-bad-answer', text))
})
