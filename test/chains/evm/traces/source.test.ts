import { describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource, type EvmSourceOptions } from '../../../../src/chains/evm/source.ts'
import { address, blockOf, hash } from '../build.ts'
import {
  type Handler,
  healthyBlockHash,
  healthyNode,
  httpAnswer,
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

const asked = (calls: readonly string[]) =>
  calls.filter((call) => /trace/.test(call)).map((call) => call.split(' ')[0])

describe('a source', () => {
  it('reads the traces of the callTracer where the node has them', async () => {
    const { source, node } = await sourceOf({ ...traced, ...flat })
    expect((await source.open()).reads).toBe('full block + receipts by hash + callTracer traces')
    const block = await source.block(7)
    expect(block).toMatchObject({ level: 'full', unscreened: [] })
    expect(block.extract(ownOf(own)).transactions).toMatchObject([
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
    expect(block.extract(ownOf(own)).transactions).toMatchObject([
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
    expect(block.extract(ownOf(own)).transactions).toEqual([])
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
    const handlers: Record<string, Handler> = { ...traced }
    const { source } = await sourceOf(
      {
        debug_traceBlockByHash: (params, response) =>
          (handlers.debug_traceBlockByHash ?? refuses(-32601))(params, response),
      },
      { traces: 'required' },
    )
    await source.open()
    delete handlers.debug_traceBlockByHash
    await expect(source.block(7)).rejects.toMatchObject({ code: 'config' })
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

  it('only a method that is gone is done without, and taken up again when it is back', async () => {
    const handlers: Record<string, Handler> = { ...traced }
    const { source } = await sourceOf({
      debug_traceBlockByHash: (params, response) => handlers.debug_traceBlockByHash?.(params, response),
    })
    await source.open()
    handlers.debug_traceBlockByHash = refuses(-32601)
    expect(await source.block(7)).toMatchObject({ level: 'logs', unscreened: [{ what: 'traces' }] })
    Object.assign(handlers, traced)
    expect(await source.block(7)).toMatchObject({ level: 'full', unscreened: [] })
  })
})
