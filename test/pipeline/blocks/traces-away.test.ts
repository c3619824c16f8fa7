import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { follow } from '../../../src/chains/follower.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { readTracesAway, type TracesAway } from '../../../src/ledger/coverage/traces-away.ts'
import { all } from '../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { chainOf, createSource, pinned } from '../../../src/pipeline/blocks/create-source.ts'
import { createLedgerStore } from '../../../src/pipeline/blocks/ledger-store.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { replay } from '../../../src/pipeline/rescans/replay.ts'
import { type Anvil, startAnvil } from '../../anvil.ts'
import { address } from '../../chains/evm/build.ts'
import { payer, wordsOf } from '../../chains/evm/contracts.ts'
import { type Handler, rpcError, startFakeNode } from '../../chains/evm/fake-node.ts'
import { freshLedger } from '../../ledger/fixtures.ts'

const own = address(0x01)
const at = '2026-01-01T00:00:00.000Z'
const gone = rpcError(-32000, 'missing trie node b10c (path ) state 0xb10c is not available')
const methods = [
  ...['eth_chainId', 'eth_syncing', 'web3_clientVersion', 'eth_getBlockByNumber', 'eth_getBlockByHash'],
  ...['eth_getBlockReceipts', 'debug_traceBlockByHash', 'debug_traceTransaction', 'trace_block'],
  'trace_transaction',
]

describe('a node that keeps the state of its latest blocks only (anvil behind a proxy)', () => {
  let anvil: Anvil
  let contract: string
  let user: string

  beforeAll(async () => {
    anvil = await startAnvil()
    ;[user = ''] = await anvil.rpc<string[]>('eth_accounts')
    const deployed = await anvil.rpc<string>('eth_sendTransaction', { from: user, data: payer })
    contract = (await anvil.receipt(deployed)).contractAddress ?? ''
  })
  afterAll(() => anvil.stop())

  /** A payment to the own address inside of a call: only traces tell of it. */
  async function pay(): Promise<number> {
    const hash = await anvil.rpc<string>('eth_sendTransaction', {
      ...{ from: user, to: contract, value: '0x5', gas: '0x7a120' },
      data: wordsOf(own, 5),
    })
    return Number((await anvil.receipt(hash)).blockNumber)
  }

  async function proxied() {
    const changed: Record<string, Handler> = {}
    const node = await startFakeNode(
      Object.fromEntries(
        methods.map((method): [string, Handler] => [
          method,
          (params, response) =>
            (changed[method] ?? ((asked) => anvil.rpc(method, ...asked)))(params, response),
        ]),
      ),
    )
    const { chains } = configSchema.parse({
      chains: [
        {
          ...{ id: 'anvil', type: 'evm', chainId: 31337, rpc: [node.url], start: 0 },
          finality: { tag: 'none', depth: 2 },
        },
      ],
    })
    const [config] = chains
    if (config === undefined) throw new Error('unreachable: it was parsed')
    const db = freshLedger()
    await addOwnAddresses(
      db,
      [{ key: `evm:${own.slice(2)}`, address: own, kind: 'hot', reference: 'h', chain: '' }],
      at,
    )
    const bare = createSource(config, { pace: { traceRetryMs: 1 } })
    onTestFinished(() => bare.close())
    const chain = chainOf(config, bare)
    const told: (TracesAway | null)[] = []
    const context = {
      db,
      chain,
      index: new ScreeningIndex(db),
      now: () => at,
      onTraces: (away: TracesAway | null) => told.push(away),
    }
    const store = createLedgerStore(context)
    const source = pinned(bare, db, chain, () => at)
    const { start, finality, prefetch } = config
    return {
      ...{ db, told, changed },
      state: () => readTracesAway(db, chain.id),
      follow: () =>
        follow({
          ...{ chain: chain.id, source, store, start, finality, prefetch, pollMs: 1 },
          ...{ firstRetryMs: 1, longestRetryMs: 5, once: true, signal: new AbortController().signal },
        }),
      replay: (from: number, to: number) => replay(context, source, { from, to, prefetch, finality }),
      transfers: () =>
        all(
          db,
          'select x.block_height as height, t.transfer from transfers t join transactions x on x.id = t.transaction_id order by 1',
        ),
      gaps: () =>
        all(
          db,
          `select from_height as "from", to_height as "to", what, closed_at as closed from unscreened order by 1`,
        ),
    }
  }

  it('is followed at level `logs`, with rows; is followed with traces as soon as it has them; and a replay closes the rows', async () => {
    const { changed, follow, replay, db, state, told, transfers, gaps } = await proxied()
    const first = await pay()
    const second = await pay()
    changed.debug_traceBlockByHash = gone
    changed.trace_block = gone
    await follow()
    expect(transfers()).toEqual([])
    expect(gaps()).toEqual([{ from: first - 1, to: second, what: 'traces', closed: null }])
    expect(state()).toMatchObject({
      since: at,
      height: first - 1,
      reason: expect.stringContaining('missing trie node'),
    })
    expect(all(db, `select reason from unscreened`)).toEqual([
      {
        reason:
          'value moved inside contract calls is not read: the node does not keep the state of these blocks any more',
      },
    ])

    delete changed.debug_traceBlockByHash
    const third = await pay()
    await follow()
    expect(transfers()).toEqual([{ height: third, transfer: 'trace:0' }])
    expect(state()).toBeNull()
    expect(told).toEqual([expect.objectContaining({ height: first - 1 }), null])

    await replay(first - 1, second)
    expect(transfers()).toEqual([first, second, third].map((height) => ({ height, transfer: 'trace:0' })))
    expect(gaps()).not.toContainEqual(expect.objectContaining({ closed: null }))
  })

  it('is followed with every trace where it gives them for single transactions only', async () => {
    const { changed, follow, transfers, gaps } = await proxied()
    const heights = [await pay(), await pay()]
    const timeout = rpcError(-32000, 'execution timeout')
    let asked = 0
    // The first time is at start.
    changed.debug_traceBlockByHash = (params, response) =>
      asked++ === 0 ? anvil.rpc('debug_traceBlockByHash', ...params) : timeout(params, response)
    changed.trace_block = gone
    await follow()
    expect(transfers().slice(-2)).toEqual(heights.map((height) => ({ height, transfer: 'trace:0' })))
    expect(gaps()).toEqual([])
    expect(asked).toBeGreaterThan(2)
  })

  it('is followed with every trace where its trace namespace gives them for single transactions only', async () => {
    const { changed, follow, transfers, gaps } = await proxied()
    const heights = [await pay(), await pay()]
    const timeout = rpcError(-32603, 'request timed out')
    let asked = 0
    changed.debug_traceBlockByHash = changed.debug_traceTransaction = rpcError(-32601, 'no such method')
    changed.trace_block = (params, response) =>
      asked++ === 0 ? anvil.rpc('trace_block', ...params) : timeout(params, response)
    await follow()
    expect(transfers().slice(-2)).toEqual(heights.map((height) => ({ height, transfer: 'trace:0' })))
    expect(gaps()).toEqual([])
    expect(asked).toBeGreaterThan(2)
  })

  it('loses nothing where its trace_block still answers', async () => {
    const { changed, follow, state, transfers, gaps } = await proxied()
    const height = await pay()
    changed.debug_traceBlockByHash = gone
    await follow()
    expect(transfers().at(-1)).toEqual({ height, transfer: 'trace:0' })
    expect([state(), gaps()]).toEqual([null, []])
  })

  it('is followed by trace_block where its debug namespace answers as Besu’s, with the struct logs of anvil itself', async () => {
    const { changed, follow, state, transfers, gaps } = await proxied()
    const height = await pay()
    changed.debug_traceBlockByHash = ([hash]) => anvil.rpc('debug_traceBlockByHash', hash)
    await follow()
    expect(transfers().at(-1)).toEqual({ height, transfer: 'trace:0' })
    expect([state(), gaps()]).toEqual([null, []])
  })
})
