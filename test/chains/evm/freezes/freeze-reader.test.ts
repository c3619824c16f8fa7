import { describe, expect, it, onTestFinished } from 'vitest'
import {
  addedBlackListTopic,
  freezeTopics,
  isFrozenSelectors,
} from '../../../../src/chains/evm/freezes/extract-freezes.ts'
import { createEvmSource } from '../../../../src/chains/evm/source.ts'
import { createPool } from '../../../../src/chains/pool/pool.ts'
import { address, blockOf, hash, log, topic } from '../build.ts'
import {
  type Handler,
  healthyBlockHash,
  healthyNode,
  httpAnswer,
  rpcError,
  startFakeNode,
} from '../fake-node.ts'

const usdt = address(0xdac)
const account = address(7)
const freezing = [{ logs: [log(usdt, [addedBlackListTopic], topic(account))] }]

async function readerOf(handlers: Record<string, Handler>) {
  const node = await startFakeNode({ ...healthyNode(freezing), ...handlers })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], freezeContracts: [usdt] })
  onTestFinished(() => source.close())
  const { freezes } = source
  if (freezes === undefined) throw new Error('an EVM source reads freezes')
  return { node, source, freezes }
}

const logOf = (blockNumber: string, blockHash: string) => ({
  address: usdt,
  blockNumber,
  blockHash,
  topics: [],
})

describe('where freezes are', () => {
  it('is asked for by contract, topics and range, and told block by block', async () => {
    const asked: unknown[] = []
    const { freezes } = await readerOf({
      eth_getLogs: ([filter]) => {
        asked.push(filter)
        return [
          logOf('0x9', hash(9)),
          logOf('0x7', hash(7).toUpperCase().replace('X', 'x')),
          logOf('0x9', hash(9)),
        ]
      },
    })
    expect(await freezes.find([usdt], 5, 16)).toEqual({
      blocks: [
        { height: 7, hash: hash(7) },
        { height: 9, hash: hash(9) },
      ],
    })
    expect(asked).toEqual([{ address: [usdt], topics: [freezeTopics], fromBlock: '0x5', toBlock: '0x10' }])
  })

  it.each<[string, Handler]>([
    ['limit exceeded', rpcError(-32005, 'query returned more than 10000 results')],
    ['invalid params', rpcError(-32602, 'block range is too wide')],
    ['no such method', rpcError(-32601, 'eth_getLogs is disabled')],
    ['HTTP 400', httpAnswer(400, '{}')],
  ])('may be too much to ask, and that sets no node aside: %s', async (_name, refusal) => {
    const { source } = await readerOf({ eth_getLogs: refusal })
    const pool = createPool([source])
    await pool.open()
    expect(await pool.freezes?.find([usdt], 0, 9)).toEqual({
      refused: expect.stringContaining('eth_getLogs'),
    })
    expect(await pool.head()).toMatchObject({ height: 7 })
  })

  it.each<[string, unknown]>([
    ['no list', null],
    ['something else', ['log']],
    ['a block outside of the range', [logOf('0xff', hash(1))]],
    ['a block of two hashes', [logOf('0x7', hash(1)), logOf('0x7', hash(2))]],
    ['no hash', [logOf('0x7', '0x')]],
    ['another contract', [{ ...logOf('0x7', hash(1)), address: address(1) }]],
  ])('is not believed where the answer can not be one: %s', async (_name, answer) => {
    const { freezes } = await readerOf({ eth_getLogs: () => answer })
    await expect(freezes.find([usdt], 0, 9)).rejects.toMatchObject({ code: 'node-bad-answer' })
  })
})

describe('a block with freezes', () => {
  const notice = {
    contract: usdt,
    account: `evm:${account.slice(2)}`,
    change: 'frozen',
    txHash: hash(0),
    logIndex: 0,
  }

  it('is read without its traces', async () => {
    const { node, freezes } = await readerOf({})
    expect(await freezes.read(7)).toMatchObject({
      height: 7,
      hash: healthyBlockHash,
      freezes: [notice],
      unscreened: [],
    })
    expect(node.calls).toEqual(['eth_getBlockByNumber 0x7', `eth_getBlockReceipts ${healthyBlockHash}`])
  })

  it.each<[string, unknown]>([
    ['a topic that is none', { ...log(usdt, []), topics: ['0x1'] }],
    ['no contract', { topics: [addedBlackListTopic], data: topic(account) }],
    ['nothing', null],
  ])('has a gap of the transaction where a log can’t be read: %s', async (_name, served) => {
    const { receipts } = blockOf([{}, ...freezing])
    const { freezes, source } = await readerOf({
      ...healthyNode([{}, ...freezing]),
      eth_getBlockReceipts: () =>
        receipts.map((receipt, i) => (i === 0 ? receipt : { ...receipt, logs: [served] })),
    })
    const gap = { what: 'freeze', reason: expect.stringContaining('some of its logs'), txHash: hash(1) }
    expect(await freezes.read(7)).toMatchObject({ freezes: [], unscreened: [gap] })
    await source.open()
    expect((await source.block(7)).unscreened).toContainEqual(gap)
  })

  it('tells of them when it is followed, too', async () => {
    const { source } = await readerOf({})
    await source.open()
    expect((await source.block(7)).freezes).toEqual([notice])
  })

  it('is proved, where blocks are: what this one lacks for that is told', async () => {
    const { node } = await readerOf({})
    const strict = createEvmSource({
      ...{ url: node.url, chainId: 1, tokens: [], freezeContracts: [usdt], verify: 'strict' },
    })
    onTestFinished(() => strict.close())
    const whats = (await strict.freezes?.read(7))?.unscreened.map(({ what }) => what)
    expect(new Set(whats)).toEqual(new Set(['unverified']))
  })
})

describe('what a contract answers', () => {
  const word = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}`
  const reverted = rpcError(3, 'execution reverted')
  const answering =
    (answers: Partial<Record<keyof typeof isFrozenSelectors, Handler>>): Handler =>
    (params, response) => {
      const { data } = params[0] as { data: string }
      const name = data.startsWith(isFrozenSelectors.isBlackListed) ? 'isBlackListed' : 'isBlacklisted'
      return (answers[name] ?? reverted)(params, response)
    }

  it.each<[string, Handler, boolean | null]>([
    ['Tether: yes', answering({ isBlackListed: () => word(1n) }), true],
    ['Tether: no', answering({ isBlackListed: () => word(0n) }), false],
    ['Circle: yes', answering({ isBlacklisted: () => word(1n) }), true],
    ['Circle: no', answering({ isBlacklisted: () => word(0n) }), false],
    ['nothing', answering({}), null],
    [
      'nothing that is yes or no',
      answering({ isBlackListed: () => '0x', isBlacklisted: () => word(2n) }),
      null,
    ],
  ])('%s', async (_name, eth_call, answer) => {
    const { freezes } = await readerOf({ eth_call })
    expect(await freezes.isFrozen(usdt, `evm:${account.slice(2)}`, hash(1))).toBe(answer)
  })

  it('is asked after the block that is meant', async () => {
    const asked: unknown[] = []
    const { freezes } = await readerOf({
      eth_call: (params) => {
        asked.push(params)
        return word(1n)
      },
    })
    await freezes.isFrozen(usdt, `evm:${account.slice(2)}`, hash(1))
    const data = `${isFrozenSelectors.isBlackListed}${topic(account).slice(2)}`
    expect(asked).toEqual([[{ to: usdt, data }, { blockHash: hash(1) }]])
  })

  it('tells whether it is one of an issuer', async () => {
    const check = async (code: string, eth_call: Handler) =>
      (await readerOf({ eth_getCode: () => code, eth_call })).freezes.check(usdt)
    expect(await check('0x', reverted)).toBe('no code')
    expect(await check('0x60', reverted)).toBe('no answer')
    expect(await check('0x60', answering({ isBlacklisted: () => word(0n) }))).toBe('answers')
  })
})
