import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chainDefinition } from '../../../../src/chains/evm/definitions.ts'
import type { CallFrames } from '../../../../src/chains/evm/traces/call-frames.ts'
import { readBlockTraces } from '../../../../src/chains/evm/traces/call-tracer.ts'
import { readTraceBlock } from '../../../../src/chains/evm/traces/flat-traces.ts'
import { randomRuns } from '../../../long.ts'
import { address, blockOf, hash, type TxSketch } from '../build.ts'
import { type CallSketch, callTrace, flatFramesOf, flatTrace, framesOf, readFrames } from './sketch.ts'

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

/** The same, behind a transaction of which everything is right. */
function readBeside(change: (items: Record<string, unknown>[]) => unknown) {
  const { block, receipts } = blockOf([sketch, sketch])
  const first = flatTrace(sketch, calls)
  const items = first.map((item) => ({ ...item, transactionHash: block.transactions[1]?.hash }))
  const answer = [...first, ...(change(items) as unknown[])]
  return readTraceBlock(answer, block, receipts, chainDefinition(1), 'trace_block').slice(1)
}

const refused = { code: 'node-bad-answer' }
/** The second item's result with other fields. */
const second = (fields: Record<string, unknown>) => (items: Record<string, unknown>[]) =>
  items.map((item, i) => (i === 1 ? { ...item, result: { ...(item.result as object), ...fields } } : item))

describe('the answer of debug_traceBlockByHash', () => {
  it('is read', () => {
    expect(readFrames(read(() => undefined)).map(({ to }) => to)).toEqual([
      [address(2), address(3), address(4)],
      [address(2), address(3), address(4)],
    ])
  })

  it.each<[string, (items: Record<string, unknown>[]) => unknown]>([
    ['no list', () => ({})],
    ['one too few', (items) => items.slice(1)],
    ['one too many', (items) => [...items, items[1]]],
    ['an item of another transaction', (items) => [items[0], { ...items[1], txHash: hash(9) }]],
    ['items in another order', (items) => [items[1], items[0]]],
    ['nothing but errors', (items) => items.map((item) => ({ ...item, error: 'execution timeout' }))],
  ])('is refused with %s', (_, change) => {
    expect(() => read(change)).toThrow(expect.objectContaining(refused))
  })

  it.each<[string, (items: Record<string, unknown>[]) => unknown, string]>([
    [
      'an error',
      (items) => [items[0], { ...items[1], error: 'execution timeout' }],
      'is an error of the node',
    ],
    ['no result', (items) => [items[0], { txHash: items[1]?.txHash }], 'is missing'],
    ['something that is no object', (items) => [items[0], 7], 'is missing'],
    ['no sender', second({ from: undefined }), 'names no sender or no receiver'],
    ['a receiver that is no address', second({ to: 5 }), 'names no sender or no receiver'],
    ['another sender', second({ from: address(9) }), 'another sender'],
    ['another receiver', second({ to: address(9) }), 'another receiver'],
    ['another value', second({ value: '0x6' }), 'another value'],
    ['no number as value', second({ value: 5 }), 'another value'],
    ['other input', second({ input: '0x02' }), 'other input'],
    ['another kind', second({ type: 'CREATE' }), 'it creates a contract'],
    ['a failure that the receipt does not know', second({ error: 'reverted' }), 'it failed'],
  ])('is unread of the one transaction that has %s', (_, change, reason) => {
    const [first, unread] = read(change)
    expect(first).toEqual(read(() => undefined)[0])
    expect(unread).toEqual({ unread: expect.stringContaining(reason) })
  })

  const fine = { type: 'CALL', from: address(2), to: address(3), value: '0x1' }
  const known = [address(2), address(3)]
  it.each<[string, unknown, readonly string[] | null]>([
    ['that are no list', {}, null],
    ['with one that is no object', [fine, 7], null],
    ['with one without type', [fine, { ...fine, type: undefined }], known],
    ['with one from no address', [fine, { ...fine, from: '0x1' }], null],
    ['with one to nobody', [fine, { ...fine, to: undefined }], null],
    ['with one of a value that is no number', [fine, { ...fine, value: 5 }], known],
  ])('is read but for calls %s', (_, calls, about) => {
    const [first, unreadable] = readFrames(read(second({ calls })))
    expect(first?.unreadable).toEqual([])
    expect(unreadable?.unreadable).toEqual([expect.objectContaining({ what: 'traces', about })])
    expect(unreadable?.moves).toHaveLength(Array.isArray(calls) ? 1 : 0)
  })

  it('is read below a call that can’t be read', () => {
    const calls = [{ ...fine, to: undefined, calls: [{ ...fine, from: address(3), to: address(4) }] }]
    const [, unreadable] = readFrames(read(second({ calls })))
    expect(unreadable?.moves).toEqual([{ frame: 2, value: '0x1', selfDestruct: false }])
  })

  it('is unread where a failed transaction is said to have succeeded', () => {
    const wrong = second({ error: undefined })
    expect(read(wrong, { ...sketch, status: '0x0' })[1]).toEqual({
      unread: expect.stringContaining('it succeeded'),
    })
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
    expect(readFrames(readFlat(() => undefined))[0]?.to).toEqual([address(2), address(3), address(4)])
  })

  it.each<[string, (items: Record<string, unknown>[]) => unknown]>([
    ['nothing, as anvil answers for a block that it does not know', () => []],
    [
      'items of another block at this height',
      (items) => items.map((item) => ({ ...item, blockHash: hash(9) })),
    ],
    ['items that name no block', (items) => items.map(({ blockHash, ...item }) => item)],
    ['items of another transaction', (items) => items.map((item) => ({ ...item, transactionHash: hash(9) }))],
    ['items that name no transaction', (items) => items.map(({ transactionHash, ...item }) => item)],
    ['an item that is no object', (items) => [...items, null]],
    ['nothing that can be read', (items) => items.slice(1)],
  ])('is refused with %s', (_, change) => {
    expect(() => readFlat(change)).toThrow(expect.objectContaining(refused))
  })

  it.each<[string, (items: Record<string, unknown>[]) => unknown, string]>([
    ['the first item missing', (items) => items.slice(1), 'order of its calls'],
    ['the first item twice', (items) => [...items, items[0]], 'order of its calls'],
    ['a call without its parent', (items) => [items[0], items[2]], 'order of its calls'],
    ['a call without a place', (items) => [items[0], { ...items[1], traceAddress: 'top' }], 'can’t be read'],
    ['a call without action', (items) => [items[0], { ...items[1], action: null }], 'can’t be read'],
    [
      'another sender',
      (items) => [{ ...items[0], action: { ...(items[0]?.action as object), from: address(9) } }],
      'another sender',
    ],
  ])('is unread of a transaction with %s', (_, change, reason) => {
    expect(readBeside(change)).toEqual([{ unread: expect.stringContaining(reason) }])
  })

  it('is read but for a call that neither failed nor has a result', () => {
    const [frames] = readFrames(readFlat((items) => [items[0], { ...items[1], result: null }, items[2]]))
    expect(frames).toMatchObject({
      moves: [{ frame: 2, value: '0x2' }],
      unreadable: [{ what: 'traces', about: [address(2), address(3)] }],
    })
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
        const [nested] = readFrames(framesOf(sketch, calls))
        const [flat] = readFrames(flatFramesOf(sketch, calls))
        const told = (frames: typeof nested) =>
          frames?.moves.map(({ frame, value }) => [
            frames.from[frame],
            frames.to[frame],
            value,
            placeOf(frames, frame),
          ])
        expect(told(flat)).toEqual(told(nested))
      }),
      { numRuns: randomRuns(500) },
    )
  })

  const placeOf = (frames: CallFrames, frame: number): number[] => {
    const path: number[] = []
    for (let at = frame; at > 0; at = frames.parent[at] ?? 0) path.unshift(frames.position[at] ?? -1)
    return path
  }
})
