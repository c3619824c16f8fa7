import { describe, expect, it } from 'vitest'
import { chainDefinition } from '../../../../src/chains/evm/definitions.ts'
import { maxCallPathSteps } from '../../../../src/chains/evm/extract/call-paths.ts'
import {
  nativeLogAddress,
  transferTopic,
  unwrapTopic,
  wrapTopic,
} from '../../../../src/chains/evm/extract/event-words.ts'
import { extractBlock } from '../../../../src/chains/evm/extract/extract.ts'
import type { BlockFrames } from '../../../../src/chains/evm/traces/call-frames.ts'
import { readBlockTraces } from '../../../../src/chains/evm/traces/call-tracer.ts'
import type { KnownToken } from '../../../../src/chains/evm/types.ts'
import {
  address,
  blockOf,
  chainOf,
  extractFrom,
  log,
  rolesOf,
  type TxSketch,
  topic,
  words,
} from '../build.ts'
import { ownOf } from '../own.ts'
import { type CallSketch, callTrace, flatFramesOf, framesOf, readFrames } from '../traces/sketch.ts'

// Parties are shown by the last digits of their address.
const own = address(0x01)
const hot = address(0x02)
const alice = address(0x0a)
const bob = address(0x0b)
const payer = address(0x0c)
const library = address(0x0d)
const router = address(0x0e)
const usdx = address(0x3)
const tokens = [{ address: usdx, symbol: 'USDX' }] as const
const precompile = `0x${'0'.repeat(38)}04`

/** What one transaction with these calls moved, through both kinds of traces, which must agree. */
function found(sketch: TxSketch, calls: readonly CallSketch[]) {
  const run = (frames: ReturnType<typeof framesOf>) =>
    extractFrom([sketch], ownOf(own, hot), tokens, undefined, { frames })
  const [tx, ...rest] = run(framesOf(sketch, calls))
  expect(rest).toEqual([])
  expect(run(flatFramesOf(sketch, calls))).toEqual(tx === undefined ? [] : [tx])
  const transfers = (tx?.transfers ?? []).map((one) => [one.id, one.direction, one.amount, ...rolesOf(one)])
  return { tx: tx === undefined ? [] : rolesOf(tx), transfers }
}

const call = { from: alice, to: payer }

describe('value inside a transaction', () => {
  it('that a call brings to an own address is a deposit from the caller', () => {
    expect(found(call, [{ to: own, value: 5 }])).toEqual({
      tx: ['initiator:a'],
      transfers: [['trace:0', 'deposit', 5n, 'source:c']],
    })
  })

  it('that goes out of an own contract is a withdrawal', () => {
    expect(found({ from: alice, to: hot }, [{ to: bob, value: 5 }])).toEqual({
      tx: ['initiator:a'],
      transfers: [['trace:0', 'withdrawal', 5n, 'destination:b']],
    })
  })

  it.each(['CREATE', 'CREATE2', 'SELFDESTRUCT', 'SOMETHING_NEW'])('moves by %s', (type) => {
    const { transfers } = found(call, [{ type, to: own, value: 5 }])
    expect(transfers).toEqual([['trace:0', 'deposit', 5n, 'source:c']])
  })

  it.each(['DELEGATECALL', 'CALLCODE', 'STATICCALL'])('does not move by %s', (type) => {
    expect(found(call, [{ type, to: own, value: 5 }]).transfers).toEqual([])
  })

  it('moves from the context that a library runs in, and the library is on the way', () => {
    const calls = [{ type: 'DELEGATECALL', to: library, value: 5, calls: [{ to: own, value: 5 }] }]
    expect(found(call, calls).transfers).toEqual([['trace:0.0', 'deposit', 5n, 'source:c', 'intermediary:d']])
  })

  it('in a failed frame moves nothing, nor below it', () => {
    const failed = { to: payer, error: 'execution reverted', calls: [{ to: own, value: 5 }] }
    expect(found(call, [failed, { to: own, value: 7 }]).transfers).toEqual([
      ['trace:1', 'deposit', 7n, 'source:c'],
    ])
    expect(found(call, [{ to: own, value: 5, error: 'out of gas' }]).transfers).toEqual([])
  })

  it('of a failed transaction moves nothing', () => {
    expect(found({ ...call, status: '0x0' }, [{ to: own, value: 5 }]).transfers).toEqual([])
  })

  describe('of a self-destruct', () => {
    const selfDestruct = (frame: Record<string, unknown>, inside: Record<string, unknown> = {}) => {
      const traces = blockTraces({ calls: [{ type: 'SELFDESTRUCT', ...frame }], ...inside })
      return extractBlockOf(traces)
    }
    const { block, receipts } = blockOf([call])
    const blockTraces = (top: Record<string, unknown>) => {
      const result = { ...callTrace(call, []), ...top }
      const answer = [{ txHash: block.transactions[0]?.hash, result }]
      return readBlockTraces(answer, block, receipts, chainDefinition(1), 'debug_traceBlockByHash')
    }
    const extractBlockOf = (frames: BlockFrames) =>
      extractBlock({ block, receipts, frames, unreadable: new Map() }, ownOf(own, hot), chainOf([]))
    const nothing = { transactions: [], unscreened: [] }

    it.each<[string, Record<string, unknown>]>([
      ['has no receiver', { from: `0x${'0'.repeat(40)}`, input: '0x' }],
      ['is nothing but its type', {}],
      ['has a value and no receiver', { from: payer, value: '0x5' }],
      ['is in favour of its own contract', { from: payer, to: payer, value: '0x5' }],
      ['is said to come from elsewhere than its contract', { from: alice, to: own, value: '0x5' }],
      ['is said to come from an own address that did not run it', { from: hot, to: bob, value: '0x5' }],
    ])('that %s moves nothing', (_, frame) => {
      expect(selfDestruct(frame)).toEqual(nothing)
    })

    it('in a library moves from the context that it runs in', () => {
      const destructs = { type: 'SELFDESTRUCT', from: payer, to: own, value: '0x5' }
      const library_ = { type: 'DELEGATECALL', from: payer, to: library, value: '0x0', calls: [destructs] }
      expect(extractBlockOf(blockTraces({ calls: [library_] }))).toMatchObject({
        transactions: [{ transfers: [{ id: 'trace:0.0', amount: 5n, tags: [] }] }],
        unscreened: [],
      })
    })

    it('that tells an earlier movement again is in doubt; another one is not', () => {
      const paid = { type: 'CALL', from: payer, to: own, value: '0x5' }
      const again = (value: string) =>
        extractBlockOf(blockTraces({ calls: [paid, { ...paid, type: 'SELFDESTRUCT', value }] }))
      expect(again('0x05')).toMatchObject({
        transactions: [{ transfers: [{ tags: [] }, { id: 'trace:1', amount: 5n, tags: ['doubtful'] }] }],
        unscreened: [{ what: 'traces', txHash: block.transactions[0]?.hash }],
      })
      expect(again('0x6')).toMatchObject({
        transactions: [{ transfers: [{ tags: [] }, { tags: [] }] }],
        unscreened: [],
      })
    })
  })

  describe('that can’t be read', () => {
    const { block, receipts } = blockOf([call, { ...call, value: '0x3', to: hot, input: '0x' }])
    const read = (frames: BlockFrames, ...mine: string[]) =>
      extractBlock({ block, receipts, frames, unreadable: new Map() }, ownOf(...mine), chainOf([]))
    const unreadable = (about: string[] | null) => [{ what: 'traces', reason: 'unreadable', about }]
    const [frames] = readFrames(framesOf(call, [{ to: own, value: 5 }]))

    it('is a gap of its transaction, for whoever it may be about; the rest is read', () => {
      const about = (some: string[] | null) =>
        read([{ ...frames, unreadable: unreadable(some) } as BlockFrames[0], null], own)
      for (const some of [null, [own], [bob, own]])
        expect(about(some)).toMatchObject({
          transactions: [{ transfers: [{ id: 'trace:0', amount: 5n }] }],
          unscreened: [{ what: 'traces', reason: 'unreadable', txHash: block.transactions[0]?.hash }],
        })
      expect(about([bob])).toMatchObject({ transactions: [{}], unscreened: [] })
    })

    it('at all leaves the transaction’s own value and logs, and the other transactions', () => {
      expect(read([{ unread: 'is missing' }, { unread: 'is missing' }], hot)).toMatchObject({
        transactions: [{ transfers: [{ id: 'value', amount: 3n }] }],
        unscreened: [0, 1].map((i) => ({ what: 'traces', txHash: block.transactions[i]?.hash })),
      })
    })

    it('matters nothing of a transaction that failed', () => {
      const failed = blockOf([{ ...call, status: '0x0' }])
      const found = extractBlock(
        { ...failed, frames: [{ unread: 'is missing' }], unreadable: new Map() },
        ownOf(own),
        chainOf([]),
      )
      expect(found).toEqual({ transactions: [], unscreened: [] })
    })
  })

  it('between own addresses is internal', () => {
    expect(found({ from: alice, to: hot }, [{ to: own, value: 5 }]).transfers).toEqual([])
  })

  it('of zero is no transfer', () => {
    expect(found(call, [{ to: own, value: 0 }]).transfers).toEqual([])
  })

  it('has the path of its call frames as its id, precompiles not counted', () => {
    const hash = { type: 'STATICCALL', to: precompile }
    const calls = [hash, { to: bob }, hash, { to: router, calls: [hash, { to: own, value: 5 }] }]
    expect(found(call, calls).transfers.map(([id]) => id)).toEqual(['trace:1.0'])
  })

  it('counts a precompile that is paid, as every client shows it', () => {
    const calls = [
      { to: precompile, value: 1 },
      { to: own, value: 5 },
    ]
    expect(found(call, calls).transfers.map(([id]) => id)).toEqual(['trace:1'])
  })

  it('stands beside the value of the transaction itself, which is `value`', () => {
    const sketch = { from: alice, to: own, value: '0x9' }
    expect(found(sketch, [{ to: bob, value: 4 }]).transfers).toEqual([
      ['value', 'deposit', 9n, 'source:a'],
      ['trace:0', 'withdrawal', 4n, 'destination:b'],
    ])
  })
})

describe('who else takes part', () => {
  it('every foreign contract between the initiator and the movement is an intermediary', () => {
    const calls = [{ to: bob, calls: [{ to: hot, calls: [{ to: payer, calls: [{ to: own, value: 5 }] }] }] }]
    expect(found({ from: alice, to: router }, calls)).toEqual({
      tx: ['initiator:a'],
      transfers: [['trace:0.0.0.0', 'deposit', 5n, 'source:c', 'intermediary:e', 'intermediary:b']],
    })
  })

  it('who moved value into the sender, before or after, is upstream', () => {
    const calls = [
      { to: payer, calls: [{ to: bob, value: 5, calls: [{ to: router, value: 5 }] }] },
      { to: router, calls: [{ to: own, value: 5 }] },
      { to: library, calls: [{ to: router, value: 6 }] },
    ]
    const [transfer] = found({ from: alice, to: address(0x77) }, calls).transfers
    expect(transfer).toEqual([
      ...['trace:1.0', 'deposit', 5n, 'source:e', 'intermediary:77'],
      ...['upstream:b', 'upstream:d', 'upstream:c'],
    ])
  })

  it('who got value from our receiver later is onward, as with a contract that pays out', () => {
    const calls = [
      { to: bob, value: 3 },
      { to: library, value: 6, calls: [{ to: router, value: 6 }] },
    ]
    expect(found({ from: hot, to: payer, value: '0x9' }, calls)).toEqual({
      tx: [],
      transfers: [['value', 'withdrawal', 9n, 'destination:c', 'onward:b', 'onward:d', 'onward:e']],
    })
  })
})

describe('tokens, where frames hold their logs', () => {
  const moved = log(usdx, [transferTopic, topic(alice), topic(own)], words(5))
  const parties = (sketch: TxSketch, calls: readonly CallSketch[], writes: readonly number[] = []) => {
    const frames = framesOf(sketch, calls, writes)
    const [tx] = extractFrom([sketch], ownOf(own, hot), tokens, undefined, { frames })
    return tx?.transfers.flatMap(rolesOf)
  }

  it('the caller of the token is the operator, and who called it is on the way', () => {
    const sketch = { from: bob, to: router, logs: [moved] }
    const calls = [{ to: payer, calls: [{ to: usdx, writes: [0] }] }]
    expect(parties(sketch, calls)).toEqual(['source:a', 'operator:c', 'intermediary:e', 'asset:3'])
  })

  it('the code behind a token’s proxy is part of the token', () => {
    const sketch = { from: bob, to: router, logs: [moved] }
    const proxied = [{ to: usdx, calls: [{ type: 'DELEGATECALL', to: library, writes: [0] }] }]
    expect(parties(sketch, proxied)).toEqual(['source:a', 'operator:e', 'asset:3'])
  })

  it('a holder who calls the token is no operator', () => {
    const sketch = { from: alice, to: usdx, logs: [moved] }
    expect(parties(sketch, [], [0])).toEqual(['source:a', 'asset:3'])
  })

  it('logs that do not agree with the receipt tell nothing: the called contract is on the way', () => {
    const sketch = { from: bob, to: router, logs: [moved, log(usdx, [transferTopic])] }
    const calls = [{ to: payer, calls: [{ to: usdx, writes: [0] }] }]
    expect(parties(sketch, calls)).toEqual(['source:a', 'intermediary:e', 'asset:3'])
  })

  it('logs of failed frames are not among those of the receipt', () => {
    const sketch = { from: bob, to: router, logs: [moved] }
    const calls = [
      { to: bob, error: 'execution reverted', writes: [0] },
      { to: payer, calls: [{ to: usdx, writes: [0] }] },
    ]
    expect(parties(sketch, calls)).toEqual(['source:a', 'operator:c', 'intermediary:e', 'asset:3'])
  })
})

describe('the native coin and what wraps it', () => {
  const weth = address(0x4)
  const wrapped = [{ address: weth, symbol: 'WETH', wrapped: true }] as const
  const move = (from: string, to: string) => log(weth, [transferTopic, topic(from), topic(to)], words(5))
  const parties = (
    sketch: TxSketch,
    calls: readonly CallSketch[],
    known: readonly KnownToken[] = wrapped,
  ) => {
    const frames = framesOf(sketch, calls)
    const [tx] = extractFrom([sketch], ownOf(own, hot), known, undefined, { frames })
    return tx?.transfers.map((one) => [one.id, ...rolesOf(one)])
  }
  const stranger = { from: bob, to: router }

  it('are one asset: a holder whose coins a router unwraps, and pays out, is upstream', () => {
    const logs = [move(alice, router), log(weth, [unwrapTopic, topic(router)], words(5))]
    const calls = [
      { to: weth, writes: [0] },
      { to: weth, writes: [1], calls: [{ to: router, value: 5 }] },
      { to: own, value: 5 },
    ]
    expect(parties({ ...stranger, logs }, calls)).toEqual([
      ['trace:2', 'source:e', 'upstream:4', 'upstream:a'],
    ])
    expect(parties({ ...stranger, logs }, calls, [])).toEqual([['trace:2', 'source:e', 'upstream:4']])
  })

  it('are one asset the other way: who wraps, and has the tokens paid out, is upstream', () => {
    const logs = [log(weth, [wrapTopic, topic(router)], words(5)), move(router, own)]
    const calls = [
      { to: weth, value: 5, writes: [0] },
      { to: weth, writes: [1] },
    ]
    expect(parties({ from: alice, to: router, value: '0x5', logs }, calls)).toEqual([
      ['log:1', 'source:e', 'upstream:a', 'asset:4'],
    ])
  })

  it('are one asset onward: a receiver of tokens unwraps them and pays somebody', () => {
    const logs = [move(hot, router), log(weth, [unwrapTopic, topic(router)], words(5))]
    const calls = [
      { to: weth, writes: [0] },
      { to: weth, writes: [1], calls: [{ to: router, value: 5 }] },
      { to: alice, value: 5 },
    ]
    expect(parties({ from: hot, to: router, logs }, calls)).toEqual([
      ['log:0', 'destination:e', 'onward:a', 'asset:4'],
    ])
  })

  it('wrapped for another: who paid is the operator, and upstream', () => {
    const logs = [log(weth, [wrapTopic, topic(own)], words(5))]
    const calls = [{ to: payer, value: 5, calls: [{ to: weth, value: 5, writes: [0] }] }]
    expect(parties({ from: alice, to: router, value: '0x5', logs }, calls)).toEqual([
      ['log:0', 'operator:c', 'intermediary:e', 'upstream:c', 'upstream:e', 'upstream:a', 'asset:4'],
    ])
  })
})

describe('undecoded logs, where frames hold their logs', () => {
  it('have every call on the way to them', () => {
    const logs = [log(usdx, [`0x${'7'.repeat(64)}`, topic(own), topic(alice)])]
    const sketch = { from: bob, to: router, logs }
    const frames = framesOf(sketch, [{ to: payer, calls: [{ to: usdx, writes: [0] }] }])
    const [tx] = extractFrom([sketch], ownOf(own), tokens, undefined, { frames })
    expect(tx?.transfers.map(rolesOf)).toEqual([['intermediary:e', 'intermediary:c', 'named:a', 'asset:3']])
  })
})

describe('native value that also writes a log (EIP-7708)', () => {
  const nativeLog = (from: string, to: string, amount: number) =>
    log(nativeLogAddress, [transferTopic, topic(from), topic(to)], words(amount))
  const sketch = {
    ...{ from: alice, to: payer, value: '0x9' },
    logs: [nativeLog(alice, payer, 9), nativeLog(payer, own, 5)],
  }

  it('is counted once where there are traces', () => {
    expect(found(sketch, [{ to: own, value: 5 }]).transfers).toEqual([
      ['trace:0', 'deposit', 5n, 'source:c', 'upstream:a'],
    ])
  })

  it('is known from the log where there are none', () => {
    const [tx] = extractFrom([sketch], ownOf(own, hot), tokens)
    expect(tx?.transfers).toMatchObject([{ id: 'log:1', asset: 'native', symbol: 'ETH', amount: 5n }])
  })

  it('is the value of the transaction only once', () => {
    const direct = { from: alice, to: own, value: '0x9', logs: [nativeLog(alice, own, 9)] }
    const [tx] = extractFrom([direct], ownOf(own, hot), tokens)
    expect(tx?.transfers.map(({ id, amount }) => [id, amount])).toEqual([['value', 9n]])
  })
})

describe('a hostile transaction', () => {
  const deep = (levels: number, inner: CallSketch): CallSketch => {
    let at = inner
    for (let i = 0; i < levels; i++) at = { to: address(0x1000 + i), calls: [at] }
    return at
  }

  it('may nest its calls 1024 deep', () => {
    const frames = framesOf(call, [deep(1023, { to: own, value: 5 })])
    const [tx] = extractFrom([call], ownOf(own), [], undefined, { frames })
    expect(tx?.transfers[0]?.id).toBe(`trace:${Array(1024).fill('0').join('.')}`)
    expect(tx?.transfers[0]?.parties).toHaveLength(1024)
  })

  it('with more steps than can be told one by one names who is on any way once for all of it', () => {
    const payments = Array.from({ length: 1_000 }, () => ({ to: own, value: 5 }))
    const frames = framesOf(call, [deep(1_000, { to: bob, calls: payments })])
    expect(1_000 * payments.length).toBeGreaterThan(maxCallPathSteps)
    const [tx] = extractFrom([call], ownOf(own), [], undefined, { frames })
    expect(tx?.transfers).toHaveLength(1_000)
    expect(tx?.transfers.every(({ parties }) => parties.length === 1)).toBe(true)
    expect(tx?.parties.filter(({ role }) => role === 'intermediary')).toHaveLength(1_002)
  })
})
