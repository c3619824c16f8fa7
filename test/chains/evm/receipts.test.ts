import { describe, expect, it, onTestFinished } from 'vitest'
import { transferTopic } from '../../../src/chains/evm/extract/event-words.ts'
import { createEvmSource, type EvmSourceOptions } from '../../../src/chains/evm/source.ts'
import { extract } from '../../../src/chains/extract.ts'
import { createPool } from '../../../src/chains/pool/pool.ts'
import { address, blockOf, hash, log, type TxSketch, topic, words } from './build.ts'
import { expectFailure } from './failure.ts'
import { type Handler, healthyNode, rpcError, startFakeNode } from './fake-node.ts'
import { ownOf } from './own.ts'
import { signedBlock } from './proof/signed.ts'

const own = address(0x01)
const token = address(0x70)
const zero = `0x${'0'.repeat(40)}`
const paid = (n: number) => log(token, [transferTopic, topic(address(n)), topic(own)], words(n))
const sketches = [{ logs: [paid(0x11)] }, { logs: [paid(0x12)] }, { logs: [paid(0x13)] }]
const { receipts } = blockOf(sketches)

async function sourceOf(
  handlers: Record<string, Handler>,
  options: Partial<EvmSourceOptions> = {},
  batches = true,
) {
  const node = await startFakeNode({ ...healthyNode(sketches), ...handlers }, { batches })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], traces: 'off', ...options })
  onTestFinished(() => source.close())
  return { node, source }
}

/** Who paid what, by the transactions of a block. */
const payments = (read: Awaited<ReturnType<ReturnType<typeof createEvmSource>['block']>>) =>
  extract(read, ownOf(own)).transactions.map((tx) => [tx.hash, Number(tx.transfers[0]?.amount)])
const everyPayment = [0x11, 0x12, 0x13].map((amount, index) => [hash(index), amount])
const rows = (read: { unscreened: readonly { what: string }[] }) =>
  read.unscreened.filter(({ what }) => what === 'receipt' || what === 'unverified')

/** The single receipts of the block, but for these. */
const single =
  (...without: number[]): Handler =>
  ([asked]) =>
    receipts.find((receipt, index) => receipt.transactionHash === asked && !without.includes(index)) ?? null

describe('receipts', () => {
  it('in another order are those of their transactions', async () => {
    const { source } = await sourceOf({ eth_getBlockReceipts: () => receipts.toReversed() })
    expect(payments(await source.block(7))).toEqual(everyPayment)
  })

  it('that the answer for the block lacks are asked for singly (Cronos 131465)', async () => {
    const { node, source } = await sourceOf({
      eth_getBlockReceipts: () => [receipts[0], receipts[2]],
      eth_getTransactionReceipt: single(),
    })
    const read = await source.block(7)
    expect(payments(read)).toEqual(everyPayment)
    expect(rows(read)).toEqual([])
    expect(node.calls.at(-1)).toBe(`batch eth_getTransactionReceipt ${hash(1)}`)
  })

  it.each([
    ['null', single(1)],
    [
      'an error',
      (params: readonly unknown[], response: never) =>
        params[0] === hash(1) ? rpcError(-32000, 'no receipt')(params, response) : single()(params, response),
    ],
    ['no such method', rpcError(-32601, 'no such method')],
  ] as const)(
    'that are not to be had (%s) are asked for twice, and then a row of that transaction',
    async (_, handler) => {
      const { source } = await sourceOf(
        {
          eth_getBlockReceipts: () => [receipts[0], receipts[2]],
          eth_getTransactionReceipt: handler as Handler,
        },
        {},
        false,
      )
      await expect(source.block(7)).rejects.toMatchObject({
        code: 'node-missing-data',
        message: expect.stringContaining('has 2 receipts of block 7'),
      })
      const read = await source.block(7)
      expect(payments(read)).toEqual([everyPayment[0], everyPayment[2]])
      expect(rows(read)).toEqual([
        { what: 'receipt', reason: expect.stringContaining('no receipt of it'), txHash: hash(1) },
      ])
    },
  )

  it('that one node does not have come from the next', async () => {
    const lacking = await sourceOf({ eth_getBlockReceipts: () => receipts.slice(0, 2) })
    const whole = await sourceOf({})
    const pool = createPool([lacking.source, whole.source])
    const read = await pool.block(7)
    expect(payments(read)).toEqual(everyPayment)
    expect(rows(read)).toEqual([])
  })

  it('of which there is not one are those of a node that lags, however often it is asked', async () => {
    const { source } = await sourceOf({
      eth_getBlockReceipts: () => [],
      eth_getTransactionReceipt: () => null,
    })
    for (let i = 0; i < 3; i++)
      await expect(source.block(7)).rejects.toMatchObject({ code: 'node-bad-answer' })
  })

  it.each([
    ['the first', ['0x1', '0x0']],
    ['the last', ['0x0', '0x1']],
  ])(
    'of one transaction may be several (Hedera 97395350): that of success counts, %s',
    async (_, statuses) => {
      const twice = statuses.map((status) => ({ ...receipts[1], status }))
      const { source } = await sourceOf({ eth_getBlockReceipts: () => [receipts[0], ...twice, receipts[2]] })
      const read = await source.block(7)
      expect(payments(read)).toEqual(everyPayment)
      expect(rows(read)).toEqual([
        { what: 'receipt', reason: expect.stringContaining('several receipts of it'), txHash: hash(1) },
      ])
    },
  )

  it('of a transaction that the block does not have are a row', async () => {
    const extra = { ...receipts[0], transactionHash: hash(9) }
    const { source } = await sourceOf({
      eth_getBlockReceipts: () => [receipts[0], extra, ...receipts.slice(1)],
    })
    const read = await source.block(7)
    expect(payments(read)).toEqual(everyPayment)
    expect(rows(read)).toEqual([
      { what: 'receipt', reason: expect.stringContaining('its block does not have it'), txHash: hash(9) },
    ])
  })

  it('of an empty block may be null', async () => {
    const empty = blockOf([]).block
    const { source } = await sourceOf({
      eth_getBlockByNumber: () => empty,
      eth_getBlockReceipts: () => null,
    })
    expect(rows(await source.block(7))).toEqual([])
  })

  it('without that of the state sync at the end of a Bor block are whole, and it is a row', async () => {
    const last = { from: zero, to: zero, type: '0x0' }
    const bor = blockOf([...sketches, last])
    const { source } = await sourceOf(
      {
        eth_getBlockByNumber: () => bor.block,
        eth_getBlockReceipts: () => bor.receipts.slice(0, 3),
        eth_getTransactionReceipt: () => null,
      },
      { chainId: 137 },
    )
    const read = await source.block(7)
    expect(payments(read)).toEqual(everyPayment)
    expect(rows(read)).toMatchObject([{ what: 'receipt', txHash: hash(3) }])
  })

  it('of another block are refused, also singly', () =>
    expectFailure(
      'block',
      {
        eth_getBlockReceipts: () => [blockOf([{}, {}]).receipts[0]],
        eth_getTransactionReceipt: () => ({ ...blockOf([{}, {}]).receipts[1], blockHash: hash(0xbad) }),
      },
      'node-bad-answer',
      /the receipt\.blockHash/,
    ))
})

describe('a node without eth_getBlockReceipts', () => {
  const without = {
    eth_getBlockReceipts: rpcError(-32601, 'no such method'),
    eth_getTransactionReceipt: single(),
  }

  it('says so when it is opened, and is read in batches', async () => {
    const { node, source } = await sourceOf(without)
    expect(await source.open()).toMatchObject({
      reads: 'full block + receipts one by one (it has no eth_getBlockReceipts)',
    })
    node.calls.length = 0
    expect(payments(await source.block(7))).toEqual(everyPayment)
    expect(node.calls).toEqual([
      'eth_getBlockByNumber 0x7',
      ...[0, 1, 2].map((n) => `batch eth_getTransactionReceipt ${hash(n)}`),
    ])
  })

  it('that takes no batches is asked for one after the other', async () => {
    const { source } = await sourceOf(without, {}, false)
    await source.open()
    expect(payments(await source.block(7))).toEqual(everyPayment)
  })

  it('that loses the method while it is followed is read on', async () => {
    let has = true
    const { source } = await sourceOf({
      ...without,
      eth_getBlockReceipts: (params, response) =>
        has ? receipts : without.eth_getBlockReceipts(params, response),
    })
    await source.open()
    await source.block(7)
    has = false
    expect(payments(await source.block(7))).toEqual(everyPayment)
  })

  it('is held to the block it was asked for', () =>
    expectFailure(
      'block',
      {
        eth_getBlockReceipts: rpcError(-32601, 'no such method'),
        eth_getTransactionReceipt: ([asked]) => ({
          ...blockOf([{}, {}]).receipts.find(({ transactionHash }) => transactionHash === asked),
          blockHash: hash(0xbad),
        }),
      },
      'node-bad-answer',
      /blockHash/,
    ))
})

describe('under verify: strict', async () => {
  const honest = await signedBlock([1n, 2n, 3n])
  const served = (list: unknown, one: Handler = () => null) => ({
    eth_getBlockByNumber: () => honest.block,
    eth_getBlockReceipts: () => list,
    eth_getTransactionReceipt: one,
  })
  const strict = { verify: 'strict' } as const

  it('receipts prove in any order, and with those asked for singly', async () => {
    const one: Handler = ([asked]) => honest.receipts.find(({ transactionHash }) => transactionHash === asked)
    for (const list of [honest.receipts.toReversed(), honest.receipts.slice(1)]) {
      const { source } = await sourceOf(served(list, one), strict)
      expect(rows(await source.block(7))).toEqual([])
    }
  })

  it('a receipt that the root commits to, and that the node does not have, refuses the block', async () => {
    const { source } = await sourceOf(served(honest.receipts.slice(1)), strict)
    await expect(source.block(7)).rejects.toMatchObject({ code: 'node-missing-data' })
    for (let i = 0; i < 2; i++)
      await expect(source.block(7)).rejects.toMatchObject({
        code: 'node-bad-answer',
        message: expect.stringContaining('receiptsRoot'),
      })
  })

  it('receipts that are fewer than the transactions are taken where the root commits to just these', async () => {
    const fewer = await signedBlock([1n, 2n, 3n], { receipts: 2 })
    const { source } = await sourceOf(
      { ...served(fewer.receipts.slice(0, 2)), eth_getBlockByNumber: () => fewer.block },
      strict,
    )
    await expect(source.block(7)).rejects.toMatchObject({ code: 'node-missing-data' })
    expect(rows(await source.block(7))).toMatchObject([
      { what: 'receipt', txHash: fewer.block.transactions[2]?.hash },
    ])
  })
})

describe('receipts that are too large', async () => {
  const maxResponse = 100_000
  const big = words(...Array.from({ length: 900 }, () => 0))
  /** Each of these transactions fills two thirds of an answer, the last one more than one. */
  const full = { logs: [log(token, [topic(address(0x77))], big)] }
  const tooFull = { logs: [...full.logs, ...full.logs, paid(0x13)] }
  const all = (list: readonly unknown[]): Record<string, Handler> => ({
    eth_getBlockReceipts: () => list,
    eth_getTransactionReceipt: ([asked]) =>
      list.find((receipt) => (receipt as { transactionHash?: unknown }).transactionHash === asked) ?? null,
  })
  const pays = (n: number) => ({ logs: [...full.logs, paid(n)] })
  const block = (...of: TxSketch[]) => {
    const built = blockOf(of)
    return { ...all(built.receipts), eth_getBlockByNumber: () => built.block }
  }

  it.each([true, false])('together are asked for one by one (batches: %s)', async (batches) => {
    const { source } = await sourceOf(
      block(pays(0x11), pays(0x12), { logs: [paid(0x13)] }),
      { maxResponse },
      batches,
    )
    const read = await source.block(7)
    expect(payments(read)).toEqual(everyPayment)
    expect(rows(read)).toEqual([])
  })

  it.each([
    ['among others', [{ logs: [paid(0x11)] }, tooFull, { logs: [paid(0x13)] }], [0, 2], 1],
    ['and the only one of its block', [tooFull], [], 0],
  ])('alone, %s, are a row of that transaction', async (_, of, read, lost) => {
    const { source } = await sourceOf(block(...of), { maxResponse })
    await expect(source.block(7)).rejects.toMatchObject({ code: 'node-missing-data' })
    const served = await source.block(7)
    expect(payments(served)).toEqual(read.map((index) => everyPayment[index]))
    expect(rows(served)).toEqual([
      { what: 'receipt', reason: expect.stringContaining('larger than `maxResponse`'), txHash: hash(lost) },
    ])
  })

  it('alone, leave the rest of the block proved under verify: strict', async () => {
    const honest = await signedBlock([1n, 2n, 3n])
    const served = honest.receipts.map((receipt, index) =>
      index === 1 ? { ...receipt, padding: '0'.repeat(maxResponse) } : receipt,
    )
    const { source } = await sourceOf(
      { ...all(served), eth_getBlockByNumber: () => honest.block },
      { verify: 'strict', maxResponse },
    )
    await expect(source.block(7)).rejects.toMatchObject({ code: 'node-missing-data' })
    expect(rows(await source.block(7))).toEqual([
      { what: 'receipt', reason: expect.any(String), txHash: honest.block.transactions[1]?.hash },
      { what: 'unverified', reason: expect.stringMatching(/^receiptsRoot: a receipt is larger/) },
    ])
  })

  it('for every transaction, where singly there is none, are that fault of the node', async () => {
    const { source } = await sourceOf(
      { ...block(tooFull, tooFull), eth_getTransactionReceipt: () => null },
      { maxResponse },
    )
    for (let i = 0; i < 2; i++)
      await expect(source.block(7)).rejects.toMatchObject({
        code: 'node-bad-answer',
        message: expect.stringContaining('`maxResponse`'),
      })
  })
})

describe('a node that says it is syncing', () => {
  const done = { startingBlock: '0x0', currentBlock: '0x20', highestBlock: '0x20' }

  it('while it only indexes transactions has all blocks (BSC)', async () => {
    const { source } = await sourceOf({
      eth_syncing: () => ({ ...done, txIndexFinishedBlocks: '0x5', txIndexRemainingBlocks: '0x1b' }),
    })
    expect(await source.open()).toMatchObject({ client: 'fake/v1' })
  })

  it.each([
    ['with blocks left to get', { ...done, highestBlock: '0x21', txIndexRemainingBlocks: '0x1b' }],
    ['at no block yet', { currentBlock: '0x0', highestBlock: '0x0', txIndexRemainingBlocks: '0x0' }],
    ['without a word of indexing', done],
    ['of its state', { ...done, txIndexRemainingBlocks: '0x1b', healingTrienodes: '0x5' }],
  ])('%s is not taken', async (_, syncing) => {
    const { source } = await sourceOf({ eth_syncing: () => syncing })
    await expect(source.open()).rejects.toMatchObject({ code: 'node-syncing' })
  })
})
