import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { transferTopic } from '../../../src/chains/evm/extract/event-words.ts'
import type { VerifyMode } from '../../../src/chains/evm/proof/prove-block.ts'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { extract, extractPending } from '../../../src/chains/extract.ts'
import type { SourceBlock } from '../../../src/chains/source.ts'
import { ChainscreenError } from '../../../src/diagnostics/errors.ts'
import { randomRuns } from '../../long.ts'
import { address, blockOf, log, topic, words } from './build.ts'
import { type Handler, healthyNode, rpcError, startFakeNode } from './fake-node.ts'
import { ownOf } from './own.ts'
import { callTrace, flatTrace } from './traces/sketch.ts'

const own = address(1)
const token = address(7)
const transfer = log(token, [transferTopic, topic(address(5)), topic(own)], words(9))
const sketches = [
  { from: address(2), to: own, value: '0x5', input: '0x' },
  { from: address(3), to: address(4), value: '0x7', input: '0x01', logs: [transfer, log(address(8), [])] },
  { from: address(6), to: null, value: '0x3', contractAddress: own },
]
const calls = [{ to: own, value: 5, calls: [{ type: 'SELFDESTRUCT', to: address(9), value: 1 }] }]
const { block, receipts } = blockOf(sketches, [{ address: own, amount: '0x2' }])

/** Everything that a node answers for this block, anew. */
const answers = () => {
  const traces = block.transactions.map((tx, i) => ({
    txHash: tx.hash,
    result: callTrace({ ...sketches[i], ...tx }, i === 1 ? calls : []),
  }))
  const flat = block.transactions.map((tx, i) =>
    flatTrace({ ...sketches[i], ...tx }, i === 1 ? calls : []).map((item) => ({
      ...item,
      transactionHash: tx.hash,
    })),
  )
  const senders = Object.fromEntries(
    block.transactions.map((tx, i) => [tx.from, { [i]: { ...tx, blockHash: null } }]),
  )
  return structuredClone({
    block,
    receipts,
    traces,
    flat,
    pool: { pending: senders, queued: {} },
  }) as unknown as Answers
}
interface Answers {
  block: { transactions: unknown[] }
  receipts: unknown[]
  traces: unknown[]
  flat: unknown[][]
  pool: unknown
}

const oddValues: readonly unknown[] = [
  ...[
    undefined,
    null,
    '',
    '0x',
    '0x0',
    '0x1',
    '0x2',
    0,
    5,
    -1,
    1e300,
    true,
    [],
    {},
    [null],
    [[]],
    { a: 1 },
    'text',
  ],
  ...[
    `0x${'f'.repeat(64)}`,
    `0x${'f'.repeat(80)}`,
    `0x${'g'.repeat(40)}`,
    own,
    address(9),
    '0x76',
    'CALL',
    'SELFDESTRUCT',
  ],
]
/** Which of all places in an answer is changed, and to what. */
const changes = fc.array(fc.tuple(fc.nat({ max: 9_999 }), fc.constantFrom(...oddValues)), {
  minLength: 1,
  maxLength: 4,
})
type Changes = readonly [number, unknown][]

interface Place {
  in: Record<string, unknown>
  name: string
}

/** Every member of every object and list below these. */
function placesIn(values: readonly unknown[], fixed: ReadonlySet<string>): Place[] {
  return values.flatMap((value) =>
    typeof value !== 'object' || value === null
      ? []
      : Object.keys(value)
          .filter((name) => !fixed.has(name))
          .flatMap((name): Place[] => {
            const inside = value as Record<string, unknown>
            return [{ in: inside, name }, ...placesIn([inside[name]], fixed)]
          }),
  )
}

function change(values: readonly unknown[], all: Changes, fixed: ReadonlySet<string> = new Set()): void {
  for (const [at, odd] of all) {
    const places = placesIn(values, fixed)
    const place = places[at % places.length]
    if (place === undefined) return
    // A list can't lack a member in JSON.
    if (odd === undefined && !Array.isArray(place.in)) delete place.in[place.name]
    else place.in[place.name] = structuredClone(odd ?? null)
  }
}

/** A node that answers with what is set now. */
async function changingNode() {
  const now = { answers: answers(), tracer: 'callTracer' as 'callTracer' | 'trace_block' | 'none' }
  const healthy = healthyNode(sketches)
  const unlessGone =
    (tracer: string, answer: () => unknown): Handler =>
    (params, response) =>
      now.tracer === tracer ? answer() : rpcError(-32601, 'no such method')(params, response)
  const node = await startFakeNode({
    ...healthy,
    eth_getBlockByNumber: (params, response) =>
      params[1] === true ? now.answers.block : healthy.eth_getBlockByNumber?.(params, response),
    eth_getBlockReceipts: () => now.answers.receipts,
    debug_traceBlockByHash: unlessGone('callTracer', () => now.answers.traces),
    trace_block: unlessGone('trace_block', () =>
      Array.isArray(now.answers.flat) ? now.answers.flat.flat() : now.answers.flat,
    ),
    txpool_content: () => now.answers.pool,
  })
  const source = async (tracer: typeof now.tracer, verify: VerifyMode) => {
    Object.assign(now, { tracer, answers: answers() })
    const one = createEvmSource({
      url: node.url,
      chainId: 1,
      tokens: [],
      verify,
      traceRetryMs: 0,
      freezeContracts: [token],
    })
    await one.open()
    return one
  }
  return { now, source }
}

/** What is found in a block, by transaction. */
function found(read: SourceBlock) {
  const { transactions } = extract(read, ownOf(own))
  return new Map(transactions.map((tx) => [tx.hash, tx]))
}

const tracers = ['callTracer', 'trace_block'] as const

describe('unreadable answers', () => {
  it.each(tracers)(
    'of one transaction refuse no block, and leave the others as they are, with %s',
    async (tracer) => {
      const { now, source } = await changingNode()
      const reader = await source(tracer, 'off')
      const clean = found(await reader.block(7))
      expect(clean.size).toBe(4)
      const odd = block.transactions[1]?.hash ?? ''
      /** What says whose something is: without it, it is no answer. */
      const whose = new Set(['hash', 'blockHash', 'transactionHash', 'txHash'])
      await fc.assert(
        fc.asyncProperty(changes, async (all) => {
          now.answers = answers()
          const { block, receipts, traces, flat } = now.answers
          change([block.transactions[1], receipts[1], traces[1], ...(flat[1] ?? [])], all, whose)
          const read = await reader.block(7)
          const still = found(read)
          for (const [hash, tx] of clean) if (hash !== odd) expect(still.get(hash)).toEqual(tx)
          for (const { txHash } of extract(read, ownOf(own)).unscreened) expect(txHash).toBe(odd)
          // Nobody else's addresses are made of what can't be read.
          for (const { parties, transfers } of still.values())
            for (const { key } of [...parties, ...transfers.flatMap((one) => one.parties)])
              expect(key).toMatch(/^evm:[0-9a-f]{40}$/)
        }),
        { numRuns: randomRuns(250) },
      )
      await reader.close()
    },
    120_000,
  )

  it.each([
    ['callTracer', 'strict'],
    ['trace_block', 'warn'],
    ['none', 'off'],
  ] as const)(
    'anywhere are a node’s fault or a row, and nothing else, with %s and verify: %s',
    async (tracer, verify) => {
      const { now, source } = await changingNode()
      const reader = await source(tracer, verify)
      await fc.assert(
        fc.asyncProperty(changes, async (all) => {
          now.answers = answers()
          change([now.answers], all)
          const outcomes = await Promise.allSettled([
            reader.block(7).then(found),
            reader.mempool?.().then(async (pool) => {
              for (const waiting of await pool.read(pool.hashes)) extractPending(waiting, ownOf(own))
            }),
          ])
          for (const outcome of outcomes) {
            if (outcome.status === 'fulfilled') continue
            if (!(outcome.reason instanceof ChainscreenError)) throw outcome.reason
            expect(outcome.reason.code).toMatch(/^node-/)
          }
        }),
        { numRuns: randomRuns(250) },
      )
      await reader.close()
    },
    120_000,
  )
})
