import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainDefinition } from '../../../../src/chains/evm/definitions/index.ts'
import { readBlockTraces } from '../../../../src/chains/evm/traces/read-block-traces.ts'
import { readTraceBlock } from '../../../../src/chains/evm/traces/read-trace-block.ts'
import { address, blockOf, hash, type TxSketch } from '../build.ts'
import { type CallSketch, callTrace, flatFramesOf, flatTrace, framesOf } from './sketch.ts'

const sketch: TxSketch = { from: address(1), to: address(2), value: '0x5' }
const calls: readonly CallSketch[] = [{ to: address(3), value: 1, calls: [{ to: address(4), value: 2 }] }]

/** Reads the traces of a block of two such transactions, changed as told. */
function read(change: (items: Record<string, unknown>[]) => unknown, changed: TxSketch = sketch) {
  const { block, receipts } = blockOf([changed, changed])
  const items = block.transactions.map(({ hash: txHash }) => ({ txHash, result: callTrace(changed, calls) }))
  const answer = change(items) ?? items
  return readBlockTraces(answer, block, receipts, chainDefinition(1), 'debug_traceBlockByHash')
}

function readFlat(change: (items: Record<string, unknown>[]) => unknown) {
  const { block, receipts } = blockOf([sketch])
  const items = flatTrace(sketch, calls)
  return readTraceBlock(change(items) ?? items, block, receipts, chainDefinition(1), 'trace_block')
}

const refused = { code: 'node-bad-answer' }
/** The second item's result with other fields. */
const second = (fields: Record<string, unknown>) => (items: Record<string, unknown>[]) =>
  items.map((item, i) => (i === 1 ? { ...item, result: { ...(item.result as object), ...fields } } : item))

describe('the answer of debug_traceBlockByHash', () => {
  it('is read', () => {
    expect(read(() => undefined).map((frames) => frames?.to)).toEqual([
      [address(2), address(3), address(4)],
      [address(2), address(3), address(4)],
    ])
  })

  it.each<[string, (items: Record<string, unknown>[]) => unknown]>([
    ['no list', () => ({})],
    ['one too few', (items) => items.slice(1)],
    ['one too many', (items) => [...items, items[1]]],
    ['an item with an error', (items) => [items[0], { ...items[1], error: 'execution timeout' }]],
    ['an item without a result', (items) => [items[0], { txHash: items[1]?.txHash }]],
    ['an item of another transaction', (items) => [items[0], { ...items[1], txHash: hash(9) }]],
    ['items in another order', (items) => [items[1], items[0]]],
    ['an item that is no object', (items) => [items[0], 7]],
    ['another sender', second({ from: address(9) })],
    ['another receiver', second({ to: address(9) })],
    ['another value', second({ value: '0x6' })],
    ['other input', second({ input: '0x02' })],
    ['another kind', second({ type: 'CREATE' })],
    ['a failure that the receipt does not know', second({ error: 'reverted' })],
    ['calls that are no list', second({ calls: {} })],
    ['a call that is no object', second({ calls: [7] })],
    ['a call without type', second({ calls: [{ from: address(1), to: address(2) }] })],
    ['a call from no address', second({ calls: [{ type: 'CALL', from: '0x1', to: address(2) }] })],
    [
      'a call of no value that is one',
      second({ calls: [{ type: 'CALL', from: address(1), to: address(2), value: 5 }] }),
    ],
  ])('is refused with %s', (_, change) => {
    expect(() => read(change)).toThrow(expect.objectContaining(refused))
  })

  it('is refused where a failed transaction is said to have succeeded', () => {
    const wrong = second({ error: undefined })
    expect(() => read(wrong, { ...sketch, status: '0x0' })).toThrow(expect.objectContaining(refused))
    expect(read(() => undefined, { ...sketch, status: '0x0' })).toMatchObject([
      { failed: true },
      { failed: true },
    ])
  })

  it('may lack the transaction’s hash (geth before 1.11), and write hex in upper case', () => {
    const old = (items: Record<string, unknown>[]) => items.map(({ result }) => ({ result }))
    expect(read(old)).toHaveLength(2)
    const shout = (items: Record<string, unknown>[]) =>
      JSON.parse(
        JSON.stringify(items).replace(/"0x[0-9a-f]{40,}"/g, (hex) => `"0x${hex.slice(3).toUpperCase()}`),
      )
    expect(read(shout)).toEqual(read(() => undefined))
  })

  it('of a type that a chain made up is not held to the transaction, which it may not look like', () => {
    const strange = { ...sketch, type: '0x64' }
    const other = second({ value: '0x6' })
    expect(read(other, strange)).toHaveLength(2)
  })
})

describe('the answer of trace_block', () => {
  it('is read', () => {
    expect(readFlat(() => undefined)[0]?.to).toEqual([address(2), address(3), address(4)])
  })

  it.each<[string, (items: Record<string, unknown>[]) => unknown]>([
    ['nothing, as anvil answers for a block that it does not know', () => []],
    [
      'items of another block at this height',
      (items) => items.map((item) => ({ ...item, blockHash: hash(9) })),
    ],
    ['items that name no block', (items) => items.map(({ blockHash, ...item }) => item)],
    ['items of another transaction', (items) => items.map((item) => ({ ...item, transactionHash: hash(9) }))],
    ['the first item missing', (items) => items.slice(1)],
    ['one transaction too many', (items) => [...items, items[0]]],
    ['a frame without its parent', (items) => [items[0], items[2]]],
    [
      'a call that neither failed nor has a result',
      (items) => [items[0], { ...items[1], result: null }, items[2]],
    ],
    ['an item that is no object', (items) => [...items, null]],
  ])('is refused with %s', (_, change) => {
    expect(() => readFlat(change)).toThrow(expect.objectContaining(refused))
  })

  it('may hold what miners were paid, which belongs to no transaction', () => {
    const reward = (items: Record<string, unknown>[]) => {
      const action = { author: address(7), value: '0x5', rewardType: 'block' }
      return [...items, { type: 'reward', action, traceAddress: [], blockHash: items[0]?.blockHash }]
    }
    expect(readFlat(reward)).toEqual(readFlat(() => undefined))
  })
})

describe('both kinds of traces', () => {
  const type = fc.constantFrom('CALL', 'STATICCALL', 'DELEGATECALL', 'CALLCODE', 'CREATE', 'CREATE2')
  const callee = fc.constantFrom(address(3), address(4), `0x${'0'.repeat(39)}4`)
  const { tree } = fc.letrec<{ tree: CallSketch }>((tie) => ({
    tree: fc.record(
      {
        type,
        to: callee,
        value: fc.constantFrom(0, 0, 1, 7),
        error: fc.constant('execution reverted'),
        calls: fc.array(tie('tree'), { maxLength: 4 }),
      },
      { requiredKeys: ['type', 'to'] },
    ),
  }))
  /** A precompile calls nothing, makes nothing, and only CALL brings it value. */
  const possible = (call: CallSketch): CallSketch => {
    const { error, calls: below = [], ...rest } = call
    const failure = error === undefined ? {} : { error }
    if (Number(call.to) > 0x100)
      return {
        ...rest,
        ...failure,
        ...(call.type === 'STATICCALL' && { value: 0 }),
        calls: below.map(possible),
      }
    return { ...rest, type: 'CALL', ...failure }
  }

  it('tell the same: the same frames, the same paths, the same value', () => {
    fc.assert(
      fc.property(fc.array(tree, { maxLength: 4 }), (trees) => {
        const calls = trees.map(possible)
        const [nested] = framesOf(sketch, calls)
        const [flat] = flatFramesOf(sketch, calls)
        const told = (frames: typeof nested) =>
          frames?.moves.map(({ frame, value }) => [
            frames.from[frame],
            frames.to[frame],
            value,
            placeOf(frames, frame),
          ])
        expect(told(flat)).toEqual(told(nested))
      }),
      { numRuns: 500 },
    )
  })

  const placeOf = (frames: NonNullable<ReturnType<typeof framesOf>[0]>, frame: number): number[] => {
    const path: number[] = []
    for (let at = frame; at > 0; at = frames.parent[at] ?? 0) path.unshift(frames.position[at] ?? -1)
    return path
  }
})
