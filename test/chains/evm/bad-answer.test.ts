import { describe, expect, it, onTestFinished } from 'vitest'
import { transferTopic } from '../../../src/chains/evm/extract/event-words.ts'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { extract } from '../../../src/chains/extract.ts'
import { address, blockOf, hash, log, topic, words } from './build.ts'
import { expectFailure } from './failure.ts'
import { type Handler, healthyNode, startFakeNode } from './fake-node.ts'
import { ownOf } from './own.ts'

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
    ['of another block', changed(receipts, { blockHash: hash(0xbad) }), /\[1\]\.blockHash/],
    ['without a transaction', changed(receipts, { transactionHash: null }), /\[1\]\.transactionHash/],
    ['of no object', [receipts[0], null], /\[1\]/],
    ['in an object', {}, /list of receipts/],
  ])('%s', (_, answer, text) => expectFailure('block', badReceipts(answer), 'node-bad-answer', text))
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
    ['transaction of another block', bad({ blockHash: hash(0xbad) }), /transactions\[1\]\.blockHash/],
    ['withdrawals', { withdrawals: {} }, /withdrawals/],
    ['a withdrawal', { withdrawals: [{ address: address(1), amount: 5 }] }, /withdrawals\[0\]\.amount/],
  ])('%s', (_, change, text) => expectFailure('block', badBlock(change), 'node-bad-answer', text))
})

describe('what of a transaction can’t be read', () => {
  const own = address(0x77)
  const other = blockOf([{ to: own, value: '0x5', input: '0x' }, {}])
  const gap = (what: string, reason: RegExp) => [
    { what, reason: expect.stringMatching(reason), txHash: other.block.transactions[1]?.hash },
  ]
  async function read(tx: object, receipt: object = {}) {
    const node = await startFakeNode({
      ...healthyNode(),
      eth_getBlockByNumber: () => ({ ...other.block, transactions: changed(other.block.transactions, tx) }),
      eth_getBlockReceipts: () => changed(other.receipts, receipt),
    })
    const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], traces: 'off' })
    onTestFinished(() => source.close())
    const block = await source.block(7)
    const { transactions, unscreened } = extract(block, ownOf(own))
    expect(transactions).toMatchObject([{ transfers: [{ id: 'value', amount: 5n }] }])
    return { hasUnreadable: block.hasUnreadable, unscreened }
  }

  it.each<[string, object, object, string, RegExp]>([
    ['a sender', { from: '0x1' }, {}, 'transaction', /sender/],
    ['a receiver', { to: 5 }, {}, 'transaction', /receiver/],
    ['a type', { type: 'new' }, {}, 'transaction', /type/],
    ['a value to an own address', { value: 5, to: own }, {}, 'transaction', /value/],
    ['no input, to an own address', { input: null, to: own }, {}, 'transaction', /input/],
    ['no list of logs', {}, { logs: null }, 'logs', /list/],
    ['no status', {}, { status: undefined }, 'status', /succeeded/],
    ['an unknown status', {}, { status: '0x2' }, 'status', /succeeded/],
    ['a contract that is no address', { to: null }, { contractAddress: '0x12' }, 'receipt', /contract/],
    ['value for a contract that is not named', { to: null, value: '0x5' }, {}, 'receipt', /contract/],
    ['a log without address', {}, { logs: [{ ...log(address(1), transfer), address: 5 }] }, 'logs', /a log/],
    [
      'a log without topics',
      {},
      { logs: [{ ...log(address(1), transfer), topics: 'none' }] },
      'logs',
      /a log/,
    ],
    ['a log with five topics', {}, { logs: [log(address(1), Array(5).fill(hash(1)))] }, 'logs', /a log/],
    ['a short topic', {}, { logs: [log(address(1), [topic(address(1)).slice(0, -2)])] }, 'logs', /a log/],
    ['a log without data', {}, { logs: [{ ...log(address(1), transfer), data: null }] }, 'logs', /a log/],
    ['a log that is null', {}, { logs: [null] }, 'logs', /a log/],
  ])('(%s) is a gap of it alone, and refuses no block', async (_, tx, receipt, what, reason) => {
    expect(await read(tx, receipt)).toEqual({ hasUnreadable: true, unscreened: gap(what, reason) })
  })

  it('is no gap where it is about others', async () => {
    expect(await read({ value: 5 })).toEqual({ hasUnreadable: true, unscreened: [] })
  })

  it('keeps the places of the logs beside it', async () => {
    const paid = log(address(1), [transferTopic, topic(address(2)), topic(own)], words(7))
    const node = await startFakeNode({
      ...healthyNode(),
      eth_getBlockReceipts: () => changed(receipts, { logs: [null, paid] }),
    })
    const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], traces: 'off' })
    onTestFinished(() => source.close())
    expect(extract(await source.block(7), ownOf(own)).transactions).toMatchObject([
      { transfers: [{ id: 'log:1', amount: 7n }] },
    ])
  })

  it('takes `data` for `input`, and a status of more digits', async () => {
    expect(await read({ input: undefined, data: '0x01' }, { status: '0x01' })).toEqual({
      hasUnreadable: false,
      unscreened: [],
    })
  })
})

describe('a transaction of a type that is not known', () => {
  const own = address(0x77)
  /** As Tempo's 0x76: calls in place of receiver, value and input. */
  async function read(calls: unknown) {
    const { value, input, to, ...rest } = block.transactions[1] as unknown as Record<string, unknown>
    const strange = { ...rest, type: '0x76', calls }
    const paid = log(address(1), [transferTopic, topic(address(2)), topic(own)], words(7))
    const node = await startFakeNode({
      ...healthyNode(),
      eth_getBlockByNumber: () => ({ ...block, transactions: [block.transactions[0], strange] }),
      eth_getBlockReceipts: () => changed(receipts, { logs: [paid] }),
    })
    const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], traces: 'off' })
    onTestFinished(() => source.close())
    const read = await source.block(7)
    expect(read.hasUnreadable).toBe(false)
    expect(read.unscreened).toMatchObject([{ what: 'traces' }, { what: 'transaction-type' }])
    return extract(read, ownOf(own))
  }

  it('needs no value, input or receiver: its logs are read', async () => {
    expect(await read([{ to: address(3), value: '0x0', input: '0x' }])).toMatchObject({
      transactions: [{ transfers: [{ id: 'log:0', amount: 7n }] }],
      unscreened: [],
    })
  })

  it('that names an own address in a field of its own is a gap', async () => {
    const { unscreened } = await read([
      { to: own.toUpperCase().replace('X', 'x'), value: '0x5', input: '0x' },
    ])
    expect(unscreened).toMatchObject([
      {
        what: 'transaction-type',
        reason: expect.stringContaining('0x76'),
        txHash: block.transactions[1]?.hash,
      },
    ])
  })
})
