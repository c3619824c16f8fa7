import { describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource, type EvmSourceOptions } from '../../../../src/chains/evm/source.ts'
import { extract } from '../../../../src/chains/extract.ts'
import { address, blockOf, hash } from '../build.ts'
import {
  type Handler,
  healthyBlockHash,
  healthyNode,
  httpAnswer,
  raw,
  rpcError,
  startFakeNode,
} from '../fake-node.ts'
import { ownOf } from '../own.ts'
import { callTrace, flatTrace } from './sketch.ts'

const own = address(1)
const sketch = { from: address(2), to: address(3), value: '0x5' }
const calls = [{ to: own, value: 5 }]
const [tx] = blockOf([sketch]).block.transactions
const traced = { debug_traceBlockByHash: () => [{ txHash: tx?.hash, result: callTrace(sketch, calls) }] }
const flat = { trace_block: () => flatTrace(sketch, calls) }
const refuses = (code: number) => rpcError(code, 'no')

async function sourceOf(handlers: Record<string, Handler>, options: Partial<EvmSourceOptions> = {}) {
  const node = await startFakeNode({ ...healthyNode([sketch]), ...handlers })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], ...options })
  onTestFinished(() => source.close())
  return { node, source }
}

const structLogs = { gas: 21000, failed: false, returnValue: '', structLogs: [] }
const stateGone = rpcError(-32000, 'required historical state unavailable (reexec=128)')
const inItem =
  (error: unknown): Handler =>
  () => [{ txHash: tx?.hash, result: null, error }]
const hangsUp: Handler = (_, response) => {
  response.socket?.destroy()
  return raw
}

/** A source that was opened, whose node may be changed afterwards. */
async function opened(options: Partial<EvmSourceOptions> = {}, more: Record<string, Handler> = {}) {
  const handlers: Record<string, Handler> = { ...healthyNode([sketch]), ...traced, ...more }
  const changing = Object.fromEntries(
    [...Object.keys(handlers), 'debug_traceTransaction'].map((method): [string, Handler] => [
      method,
      (params, response) => (handlers[method] ?? refuses(-32601))(params, response),
    ]),
  )
  const { node, source } = await sourceOf(changing, { traceRetryMs: 1, ...options })
  await source.open()
  node.calls.length = 0
  /** Reads the same block so many times. @returns the level, or the code of the error, of each. */
  const again = async (times = 4) => {
    const outcomes: string[] = []
    for (let i = 0; i < times; i++)
      outcomes.push(
        await source.block(7).then(
          ({ level }) => level,
          (error) => error.code,
        ),
      )
    return outcomes
  }
  return { handlers, node, source, again }
}

const asked = (calls: readonly string[]) =>
  calls.filter((call) => /trace/.test(call)).map((call) => call.split(' ')[0])

describe('a source', () => {
  it('reads the traces of the callTracer where the node has them', async () => {
    const { source, node } = await sourceOf({ ...traced, ...flat })
    expect((await source.open()).reads).toBe('full block + receipts by hash + callTracer traces')
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', unscreened: [] })
    expect(extract(block, ownOf(own)).transactions).toMatchObject([
      { transfers: [{ id: 'trace:0', amount: 5n }] },
    ])
    expect(asked(node.calls)).toEqual(['debug_traceBlockByHash', 'debug_traceBlockByHash'])
  })

  it.each<[string, Handler]>([
    ['does not have', refuses(-32601)],
    ['does not take', refuses(-32602)],
    ['forbids', httpAnswer(403, 'no')],
    ['refuses twice', refuses(-32000)],
  ])('reads trace_block where the node %s the callTracer', async (_, debug_traceBlockByHash) => {
    const { source } = await sourceOf({ ...flat, debug_traceBlockByHash })
    expect((await source.open()).reads).toBe('full block + receipts by hash + trace_block')
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', unscreened: [] })
    expect(extract(block, ownOf(own)).transactions).toMatchObject([
      { transfers: [{ id: 'trace:0', amount: 5n }] },
    ])
  })

  it('without either goes on at level `logs`, and says why for each block', async () => {
    const { source } = await sourceOf({})
    expect((await source.open()).reads).toBe('full block + receipts by hash')
    const block = await source.block(7)
    expect(block.level).toBe('logs')
    expect(block.unscreened).toEqual([
      { what: 'traces', reason: expect.stringMatching(/not read: .*debug_traceBlockByHash.*trace_block/) },
    ])
    expect(extract(block, ownOf(own)).transactions).toEqual([])
  })

  it('does not take `[]` for the traces of a block with transactions', async () => {
    const { source } = await sourceOf({ debug_traceBlockByHash: () => [], trace_block: () => [] })
    expect((await source.open()).reads).toBe('full block + receipts by hash')
  })

  it('takes the method to be there where only a block without transactions is refused, as geth does its genesis', async () => {
    const { source } = await sourceOf({ ...healthyNode([]), debug_traceBlockByHash: refuses(-32000) })
    expect((await source.open()).reads).toMatch(/callTracer/)
  })

  it('looks back for a block with transactions to ask about', async () => {
    const empty = blockOf([]).block
    const latest = { ...empty, hash: hash(0xb10d), parentHash: healthyBlockHash, transactions: [] }
    const { block } = blockOf([sketch])
    const { source, node } = await sourceOf({
      ...traced,
      eth_getBlockByNumber: ([asked]) => (asked === '0x0' ? { ...latest, number: '0x0' } : latest),
      eth_getBlockByHash: ([asked]) => (asked === block.hash ? block : null),
    })
    await source.open()
    expect(node.calls).toContain(`debug_traceBlockByHash ${healthyBlockHash}`)
  })

  it('asks for none where the config says so', async () => {
    const { source, node } = await sourceOf(traced, { traces: 'off' })
    await source.open()
    expect(await source.block(7)).toMatchObject({
      level: 'logs',
      unscreened: [{ what: 'traces', reason: expect.stringContaining('traces: off') }],
    })
    expect(asked(node.calls)).toEqual([])
  })

  it('asks for none of a block without transactions, which is whole without', async () => {
    const { source, node } = await sourceOf({ ...healthyNode([]), ...traced })
    await source.open()
    const before = node.calls.length
    expect(await source.block(7)).toMatchObject({ level: 'full', unscreened: [] })
    expect(asked(node.calls.slice(before))).toEqual([])
  })
})

const answer = (result: unknown) => [{ txHash: tx?.hash, result }]
const good = callTrace(sketch, calls)

describe('a trace that can’t be read', () => {
  const bad = { ...good, calls: [{ ...good.calls[0], to: '0x1' }] }

  it('is asked for again, and what is right then is taken', async () => {
    const answers = [good, bad, good]
    const { source } = await sourceOf({ debug_traceBlockByHash: () => answer(answers.shift()) })
    await source.open()
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', unscreened: [], hasUnreadable: false })
    expect(extract(block, ownOf(own))).toMatchObject({
      transactions: [{ transfers: [{ id: 'trace:0' }] }],
      unscreened: [],
    })
    expect(answers).toEqual([])
  })

  it.each<[string, unknown]>([
    ['in part', bad],
    ['at all', null],
  ])('%s, whenever it is asked for, is a gap of that transaction alone', async (_, served) => {
    const second = blockOf([sketch, sketch]).block.transactions[1]
    const { source } = await sourceOf({
      ...healthyNode([sketch, sketch]),
      debug_traceBlockByHash: () => [...answer(good), { txHash: second?.hash, result: served }],
    })
    await source.open()
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', unscreened: [], hasUnreadable: true })
    expect(extract(block, ownOf(own))).toMatchObject({
      transactions: [{ hash: tx?.hash, transfers: [{ id: 'trace:0' }] }],
      unscreened: [{ what: 'traces', txHash: second?.hash }],
    })
  })
})

describe('a source that must read traces', () => {
  it('refuses a node that serves none, and says what to do', async () => {
    const { source } = await sourceOf({}, { traces: 'required' })
    const error = await source.open().catch((reason: unknown) => reason)
    expect(error).toMatchObject({
      code: 'config',
      message: expect.stringMatching(/traces: required.*debug.*trace_block.*traces: auto/),
    })
  })

  it('stops where the node loses them', async () => {
    const { handlers, again } = await opened({ traces: 'required' })
    delete handlers.debug_traceBlockByHash
    expect(await again()).toEqual(['node-bad-answer', 'node-bad-answer', 'node-bad-answer', 'config'])
  })

  it('stops where the state is gone, and says that an archive node or traces: auto would do', async () => {
    const { handlers, source, again } = await opened({ traces: 'required' })
    handlers.debug_traceBlockByHash = stateGone
    expect((await again()).at(-1)).toBe('config')
    await expect(source.block(7)).rejects.toThrow(
      /traces: required.*block 7.*archive node, or set traces: auto/,
    )
  })

  it.each<[string, Handler]>([
    ['timed out', inItem('execution timeout')],
    ['takes longer than an answer may', hangsUp],
    ['can’t be read', () => [{ txHash: tx?.hash, result: { type: 'CALL', from: own } }]],
  ])(
    'goes on, with a row, where the only transaction of one block %s and other blocks are traced',
    async (_, fails) => {
      const { block } = blockOf([sketch])
      const latest = { ...block, hash: hash(0xb10d), transactions: [hash(5)] }
      const healthy = healthyNode([sketch]).eth_getBlockByNumber
      const { source, again } = await opened(
        { traces: 'required' },
        {
          eth_getBlockByNumber: (params, response) =>
            params[0] === 'latest' ? latest : healthy?.(params, response),
          debug_traceBlockByHash: (params, response) =>
            params[0] === latest.hash ? answer(good) : fails(params, response),
        },
      )
      expect((await again(3)).every((code) => code.startsWith('node-'))).toBe(true)
      const read = await source.block(7)
      expect(read).toMatchObject({ level: 'full', hasUnreadable: true })
      expect(extract(read, ownOf(own)).unscreened).toMatchObject([{ what: 'traces', txHash: tx?.hash }])
    },
  )

  it('asks on where the node gives up on all recent blocks, which may be one sender’s, and goes on with the next that is not', async () => {
    const timeout = rpcError(-32000, 'execution timeout')
    let heavyFrom = 200
    const { source, levelAt } = await openedChain(
      (height, ...args) => (height === 80 || height >= heavyFrom ? timeout(...args) : answer(good)),
      [sketch],
      { debug_traceTransaction: timeout },
      { traces: 'required' },
    )
    heavyFrom = 99
    for (let i = 0; i < 6; i++) expect(await levelAt(80)).toBe('node-unreachable')
    await expect(source.block(80)).rejects.toThrow(/traces: required.*block 80.*gave up.*traces: auto/)
    heavyFrom = 100
    expect(await levelAt(80)).toBe('full')
  })

  it('asks on where the node may yet answer', async () => {
    const { handlers, again } = await opened({ traces: 'required' })
    handlers.debug_traceBlockByHash = httpAnswer(502, 'bad gateway')
    expect(await again(6)).toEqual(Array(6).fill('node-unreachable'))
  })
})

describe('the traces of one block that fail', () => {
  it.each<[string, Handler, string]>([
    ['are refused', refuses(-32000), 'node-bad-answer'],
    ['are of a block that the node does not know', refuses(-32001), 'node-missing-data'],
    ['are null', () => null, 'node-missing-data'],
    ['come too late', httpAnswer(503, 'busy'), 'node-unreachable'],
    ['are too few', () => [], 'node-bad-answer'],
  ])('when they %s make the block fail: it is read again, never without', async (_, fails, code) => {
    const handlers: Record<string, Handler> = { ...traced }
    const { source } = await sourceOf({
      debug_traceBlockByHash: (params, response) => handlers.debug_traceBlockByHash?.(params, response),
    })
    await source.open()
    handlers.debug_traceBlockByHash = fails
    await expect(source.block(7)).rejects.toMatchObject({ code })
    Object.assign(handlers, traced)
    expect(await source.block(7)).toMatchObject({ level: 'full' })
  })

  it.each<[string, Handler, string]>([
    ['the state is gone', stateGone, 'the node does not keep the state of these blocks any more'],
    ['the method is gone', refuses(-32601), 'the node does not serve call traces any more'],
    ['the node gives up', inItem('execution timeout'), 'the node gave up tracing'],
    ['the node crashes', hangsUp, 'the node did not answer when it was asked for traces'],
    ['the node refuses', refuses(-32000), 'what the node answered is no trace of these blocks'],
    [
      'the trace is of nobody',
      () => [{ result: { type: 'CALL', from: own } }],
      'what the node answered is no trace of these blocks',
    ],
  ])(
    'are done without where %s four times, and say so; with the next one that is there traces are back',
    async (_, fails, reason) => {
      const { handlers, source, again } = await opened()
      handlers.debug_traceBlockByHash = fails
      expect(await again(3)).not.toContain('full')
      const block = await source.block(7)
      expect(block).toMatchObject({ level: 'logs', traces: { away: expect.stringMatching(/trace/) } })
      expect(block.unscreened).toEqual([
        { what: 'traces', reason: `value moved inside contract calls is not read: ${reason}` },
      ])
      // Once away, the next block is not waited for.
      expect(await again(1)).toEqual(['logs'])
      Object.assign(handlers, traced)
      expect(await source.block(7)).toMatchObject({ level: 'full', traces: 'read', unscreened: [] })
      handlers.debug_traceBlockByHash = fails
      expect(await again(1)).not.toContain('logs')
    },
  )

  it('wait longer for a node that is busy', async () => {
    const { handlers, again } = await opened()
    handlers.debug_traceBlockByHash = httpAnswer(429, 'slow down')
    expect(await again(20)).toEqual([...Array(19).fill('node-unreachable'), 'logs'])
  })

  it('are not done without where the receipts fail too: that is the node, and not the block', async () => {
    const { handlers, again } = await opened()
    handlers.debug_traceBlockByHash = hangsUp
    handlers.eth_getBlockReceipts = hangsUp
    expect(await again(8)).toEqual(Array(8).fill('node-unreachable'))
  })

  it('are asked for again by the source itself, for who reads a block once', async () => {
    const { handlers, source } = await opened({ retriesTraces: true })
    let asked = 0
    handlers.debug_traceBlockByHash = (params, response) =>
      ++asked < 3 ? stateGone(params, response) : traced.debug_traceBlockByHash()
    expect(await source.block(7)).toMatchObject({ level: 'full' })
    handlers.debug_traceBlockByHash = stateGone
    expect(await source.block(7)).toMatchObject({ level: 'logs' })
  })

  it('say in how long they are worth asking for again', async () => {
    const { handlers, source } = await opened({ traceRetryMs: 15_000 })
    handlers.debug_traceBlockByHash = stateGone
    await expect(source.block(7)).rejects.toMatchObject({ code: 'node-missing-data', retryAfterMs: 15_000 })
  })
})

/** A node of a chain of blocks of these transactions, which is asked for blocks by their height. */
async function openedChain(
  trace: (height: number, ...args: Parameters<Handler>) => unknown,
  sketches = [sketch],
  more: Record<string, Handler> = {},
  options: Partial<EvmSourceOptions> = {},
) {
  const at = (height: number) => {
    const { block, receipts } = blockOf(sketches)
    const ofBlock = { blockHash: hash(height) }
    const transactions = block.transactions.map((one) => ({ ...one, ...ofBlock }))
    return {
      block: {
        ...{ ...block, number: `0x${height.toString(16)}`, transactions },
        ...{ hash: hash(height), parentHash: hash(Math.max(0, height - 1)) },
      },
      receipts: receipts.map((one) => ({ ...one, ...ofBlock })),
    }
  }
  const heightOf = (blockHash: unknown) => Number(`0x${String(blockHash).replace(/^0xb+/, '')}`)
  const { node, source } = await sourceOf(
    {
      eth_getBlockByNumber: ([asked]) => at(asked === 'latest' ? 100 : Number(asked)).block,
      eth_getBlockByHash: ([asked]) => at(heightOf(asked)).block,
      eth_getBlockReceipts: ([asked]) => at(heightOf(asked)).receipts,
      debug_traceBlockByHash: (params, response) => trace(heightOf(params[0]), params, response),
      ...more,
    },
    { traceRetryMs: 1, ...options },
  )
  await source.open()
  /** The level of a block, or the code of the error. */
  const levelAt = (height: number) =>
    source.block(height).then(
      ({ level }) => level,
      (error) => error.code,
    )
  return { node, source, levelAt }
}

describe('traces that a node keeps of its latest blocks only', () => {
  const two = [sketch, sketch]
  const traces = blockOf(two).block.transactions.map(({ hash }) => ({ txHash: hash, result: good }))
  const keptFrom =
    (lowest: { height: number }, fails: Handler): Parameters<typeof openedChain>[0] =>
    (height, ...args) =>
      height < lowest.height ? fails(...args) : traces
  const away = async (levelAt: (height: number) => Promise<unknown>, height: number) => {
    const levels = [await levelAt(height), await levelAt(height), await levelAt(height)]
    expect(levels).not.toContain('logs')
    expect(await levelAt(height)).toBe('logs')
  }

  it.each<[string, Handler]>([
    ['is gone', stateGone],
    ['is answered with nothing, as by Besu', () => []],
  ])(
    'are not waited for below the lowest one where the state %s, though blocks above were read ahead',
    async (_, fails) => {
      const { levelAt } = await openedChain(keptFrom({ height: 90 }, fails), two)
      await away(levelAt, 80)
      expect([await levelAt(92), await levelAt(90)]).toEqual(['full', 'full'])
      expect([await levelAt(81), await levelAt(89)]).toEqual(['logs', 'logs'])
    },
  )

  it('are waited for above the lowest one', async () => {
    const lowest = { height: 90 }
    const { levelAt } = await openedChain(keptFrom(lowest, stateGone), two)
    await away(levelAt, 80)
    expect(await levelAt(90)).toBe('full')
    lowest.height = 98
    await away(levelAt, 95)
    expect(await levelAt(96)).toBe('logs')
  })

  it('are waited for in older blocks, where something else than their state was the reason', async () => {
    const lowest = { height: 90 }
    const { levelAt } = await openedChain(keptFrom(lowest, refuses(-32000)), two)
    await away(levelAt, 80)
    expect(await levelAt(79)).toBe('logs')
    expect(await levelAt(90)).toBe('full')
    expect(await levelAt(85)).toBe('logs')
    expect(await levelAt(70)).toBe('node-bad-answer')
  })
})

describe('one transaction whose trace can’t be had', () => {
  const two = blockOf([sketch, sketch]).block.transactions
  const goodOnes: Record<string, unknown> = { [two[0]?.hash ?? '']: good, [two[1]?.hash ?? '']: good }
  const wholeBlock = () => two.map(({ hash }) => ({ txHash: hash, result: good }))
  /** Answers for the first transaction, and fails for the second as told. */
  const singly =
    (fails: Handler): Handler =>
    (params, response) =>
      params[0] === two[0]?.hash ? goodOnes[String(params[0])] : fails(params, response)
  const huge: Handler = () => ({ ...good, padding: '0'.repeat(50_000) })
  const ofTwo = () =>
    opened({ maxResponse: 40_000 }, { ...healthyNode([sketch, sketch]), debug_traceBlockByHash: wholeBlock })

  it.each<[string, Handler, Handler]>([
    ['takes too long', rpcError(-32000, 'execution timeout'), rpcError(-32000, 'execution timeout')],
    ['is too large', () => [{ txHash: two[0]?.hash, result: good, padding: '0'.repeat(50_000) }], huge],
    ['makes the node hang up', hangsUp, hangsUp],
  ])('since it %s, is a gap of that one alone, and is not waited for', async (_, whole, alone) => {
    const { handlers, source } = await ofTwo()
    handlers.debug_traceBlockByHash = whole
    handlers.debug_traceTransaction = singly(alone)
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', traces: 'read', unscreened: [], hasUnreadable: true })
    expect(extract(block, ownOf(own))).toMatchObject({
      transactions: [{ hash: two[0]?.hash, transfers: [{ id: 'trace:0', amount: 5n }] }],
      unscreened: [{ what: 'traces', txHash: two[1]?.hash }],
    })
  })

  it('keeps no trace of others away where all can be had singly', async () => {
    const { handlers, source } = await ofTwo()
    handlers.debug_traceBlockByHash = refuses(-32000)
    handlers.debug_traceTransaction = ([asked]) => goodOnes[String(asked)]
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', traces: 'read', unscreened: [], hasUnreadable: false })
    expect(extract(block, ownOf(own))).toMatchObject({
      transactions: [{ hash: two[0]?.hash }, { hash: two[1]?.hash }],
      unscreened: [],
    })
  })

  it.each<[string, Handler]>([
    ['the node has no such method', refuses(-32601)],
    ['the state is gone', singly(stateGone)],
    ['none can be had', rpcError(-32000, 'execution timeout')],
  ])('is a matter of the block where %s', async (_, alone) => {
    const { handlers, again } = await ofTwo()
    handlers.debug_traceBlockByHash = refuses(-32000)
    handlers.debug_traceTransaction = alone
    expect(await again()).toEqual([...Array(3).fill('node-bad-answer'), 'logs'])
  })
})

describe('one transaction whose trace can’t be had by trace_block', () => {
  const two = blockOf([sketch, sketch]).block.transactions
  const itemsOf = (txHash: unknown) =>
    flatTrace(sketch, calls).map((item) => ({ ...item, transactionHash: txHash }))
  const ofTwo = (trace_transaction: Handler) =>
    opened(
      {},
      {
        ...healthyNode([sketch, sketch]),
        debug_traceBlockByHash: refuses(-32601),
        trace_block: () => two.flatMap(({ hash }) => itemsOf(hash)),
        trace_transaction,
      },
    )
  const singly =
    (fails: Handler): Handler =>
    (params, response) =>
      params[0] === two[0]?.hash ? itemsOf(params[0]) : fails(params, response)

  it.each<[string, Handler]>([
    ['takes too long', rpcError(-32000, 'execution timeout')],
    ['is refused', refuses(-32000)],
    ['is empty', () => []],
    ['is of another block', ([asked]) => itemsOf(asked).map((item) => ({ ...item, blockHash: hash(1) }))],
    ['is of another transaction', () => itemsOf(two[0]?.hash)],
    ['can’t be read', ([asked]) => itemsOf(asked).map((item) => ({ ...item, action: null }))],
  ])('since it %s, is a gap of that one alone, and is not waited for', async (_, alone) => {
    const { handlers, node, source } = await ofTwo(singly(alone))
    handlers.trace_block = rpcError(-32000, 'execution timeout')
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', traces: 'read', unscreened: [], hasUnreadable: true })
    expect(extract(block, ownOf(own))).toMatchObject({
      transactions: [{ hash: two[0]?.hash, transfers: [{ id: 'trace:0', amount: 5n }] }],
      unscreened: [{ what: 'traces', txHash: two[1]?.hash }],
    })
    expect(asked(node.calls)).not.toContain('debug_traceTransaction')
  })

  it('keeps no trace of others away where all can be had singly', async () => {
    const { handlers, source } = await ofTwo(singly(([asked]) => itemsOf(asked)))
    handlers.trace_block = refuses(-32000)
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', traces: 'read', unscreened: [], hasUnreadable: false })
    expect(extract(block, ownOf(own)).transactions).toHaveLength(2)
  })

  it.each<[string, Handler]>([
    ['the node has no such method', refuses(-32601)],
    ['the node does not know the transaction', () => null],
    ['the state is gone', singly(stateGone)],
  ])('is a matter of the block where %s', async (_, alone) => {
    const { handlers, again } = await ofTwo(alone)
    handlers.trace_block = refuses(-32000)
    expect(await again()).toEqual([...Array(3).fill('node-bad-answer'), 'logs'])
  })
})

describe('the only transaction of a block, whose trace can’t be had where others can', () => {
  const timeout = rpcError(-32000, 'execution timeout')
  const isRow = async (source: Awaited<ReturnType<typeof openedChain>>['source']) => {
    const block = await source.block(80)
    expect(block).toMatchObject({ level: 'full', unscreened: [], hasUnreadable: true })
    expect(block.traces).toBeUndefined()
    expect(extract(block, ownOf(address(9)))).toEqual({
      transactions: [],
      unscreened: [{ what: 'traces', txHash: tx?.hash, reason: expect.stringMatching(/^its trace /) }],
      used: [],
    })
  }

  it('is a row of that transaction, once it was asked for as often as that of a block', async () => {
    const { source, levelAt } = await openedChain((height, ...args) =>
      height === 80 ? timeout(...args) : answer(good),
    )
    for (let i = 0; i < 3; i++) expect(await levelAt(80)).toBe('node-unreachable')
    await isRow(source)
  })

  it('is waited for once, where the blocks before were of the same kind', async () => {
    const { source, levelAt } = await openedChain((height, ...args) =>
      height < 90 ? timeout(...args) : answer(good),
    )
    for (let i = 0; i < 3; i++) expect(await levelAt(79)).toBe('node-unreachable')
    expect(await levelAt(79)).toBe('full')
    await isRow(source)
  })

  it('is one at once where the node was asked for it alone too: nobody can make a chain wait so', async () => {
    const { source } = await openedChainSingly(timeout)
    await isRow(source)
  })

  it('is not asked for at once where the node did not answer: that may be over in a moment', async () => {
    const { levelAt } = await openedChainSingly(hangsUp)
    expect(await levelAt(80)).toBe('node-unreachable')
  })

  function openedChainSingly(fails: Handler) {
    return openedChain((height, ...args) => (height === 80 ? fails(...args) : answer(good)), [sketch], {
      debug_traceTransaction: fails,
    })
  }
})

describe('the next tracer', () => {
  it('is tried at once where the state is gone for the first', async () => {
    const { handlers, source } = await opened({}, flat)
    handlers.debug_traceBlockByHash = stateGone
    expect(await source.block(7)).toMatchObject({ level: 'full', traces: 'read' })
  })

  it('waits where the first may answer in a moment, since that one tells more', async () => {
    const { handlers, node, again } = await opened({}, flat)
    handlers.debug_traceBlockByHash = httpAnswer(502, 'bad gateway')
    expect(await again(3)).toEqual(Array(3).fill('node-unreachable'))
    expect(asked(node.calls)).not.toContain('trace_block')
    expect(await again(1)).toEqual(['full'])
  })

  it.each<[string, Handler]>([
    [
      'struct logs, as Besu answers whatever tracer is asked for',
      () => [{ txHash: tx?.hash, result: structLogs }],
    ],
    ['struct logs without an envelope, as older Besu', () => [structLogs]],
    ['`tracer not found` in every item, as Erigon', inItem({ code: -32000, message: 'tracer not found' })],
    ['the same as a text, as geth', inItem('tracer not found')],
    ['an object, as anvil for a tracer that it does not know', () => ({})],
    ['items of null', () => [null]],
  ])('takes over for %s', async (_, debug_traceBlockByHash) => {
    const { source } = await sourceOf({ ...flat, debug_traceBlockByHash })
    expect(await source.open()).toMatchObject({
      reads: 'full block + receipts by hash + trace_block',
      traces: true,
    })
    expect(await source.block(7)).toMatchObject({ level: 'full', unscreened: [] })
  })

  it('takes over at the first block with transactions where none was recent, without a halt', async () => {
    const empty = healthyNode([])
    let head = empty
    const { source } = await sourceOf({
      ...flat,
      debug_traceBlockByHash: () => [{ txHash: tx?.hash, result: structLogs }],
      eth_getBlockByNumber: (params, response) => head.eth_getBlockByNumber?.(params, response),
      eth_getBlockReceipts: (params, response) => head.eth_getBlockReceipts?.(params, response),
    })
    expect((await source.open()).reads).toMatch(/callTracer/)
    expect(await source.block(7)).toMatchObject({ level: 'full' })
    head = healthyNode([sketch])
    expect(await source.block(7)).toMatchObject({ level: 'full', traces: 'read', unscreened: [] })
  })

  it('is none where both answer what is no trace: level `logs`, and the reason', async () => {
    const { source } = await sourceOf({
      debug_traceBlockByHash: () => [{ result: structLogs }],
      // Besu, where the state of the block is gone: rewards, or nothing.
      trace_block: () => [{ type: 'reward', action: { author: own }, traceAddress: [] }],
    })
    expect((await source.open()).traces).toBeUndefined()
    expect(await source.block(7)).toMatchObject({ level: 'logs', traces: 'none' })
  })

  it('opens where the state of recent blocks is gone', async () => {
    const { source } = await sourceOf({ debug_traceBlockByHash: stateGone })
    expect((await source.open()).reads).toMatch(/callTracer/)
  })
})
