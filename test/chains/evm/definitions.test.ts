import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../src/address/key.ts'
import { chainDefinition, chainDefinitions } from '../../../src/chains/evm/definitions.ts'
import { logTransferTopic, transferTopic } from '../../../src/chains/evm/extract/event-words.ts'
import { extractBlock } from '../../../src/chains/evm/extract/extract.ts'
import { unscreenedOf } from '../../../src/chains/evm/read-block.ts'
import { readBlockTraces } from '../../../src/chains/evm/traces/call-tracer.ts'
import type { RpcReceipt } from '../../../src/chains/evm/types.ts'
import { address, blockOf, chainOf, extractFrom, log, type TxSketch, topic, words } from './build.ts'
import { ownOf } from './own.ts'

const own = address(0x01)
const stranger = address(0x02)
const logFeeTransferTopic = '0x4dfe1bbbcf077ddc3e01291eea2d5c70c2b422b415d95645b9adcfd678cb1d63'
const zero = `0x${'0'.repeat(40)}`
const [gnosis, polygon, avalanche, arbitrum, base] = [100, 137, 43_114, 42_161, 8_453]

const whole = (all: readonly RpcReceipt[]) => ({
  all,
  served: all,
  absent: [],
  tooLarge: [],
  extra: [],
  repeated: [],
})

const rowsOf = (sketches: readonly TxSketch[], chainId: number, fields = {}) => {
  const { block, receipts } = blockOf(sketches)
  const traces = { frames: sketches.map(() => null) }
  const served = { block: { ...block, ...fields }, receipts: whole(receipts), traces: { frames: [] } }
  return unscreenedOf(sketches.length === 0 ? served : { ...served, traces }, chainDefinition(chainId))
    .filter(({ what }) => what !== 'traces')
    .map(({ what }) => what)
}

describe('chain definitions', () => {
  it('are one per chain id', () => {
    expect(chainDefinitions.map(({ chainId }) => chainId)).toEqual([
      ...[1, 11_155_111, 8_453, 10, 42_161, 137, 56, 43_114, 100, 324, 314, 314_159],
    ])
    for (const definition of chainDefinitions)
      expect(chainDefinition(definition.chainId ?? 0)).toBe(definition)
  })

  it('have a generic one for all others', () => {
    expect(chainDefinition(31337)).toMatchObject({
      chainId: null,
      symbol: 'ETH',
      finality: { tag: 'finalized', depth: 64 },
    })
  })

  it('distrust the tag of Polygon, and ask for more depth where chains have gone back further', () => {
    const of = (chainId: number) => chainDefinition(chainId).finality
    expect(of(polygon)).toEqual({ tag: null, depth: 500 })
    expect(of(base)).toEqual({ tag: 'finalized', depth: 200 })
    expect(of(1)).toEqual({ tag: 'finalized', depth: 64 })
  })
})

describe('what chains do in ways of their own', () => {
  it('withdrawals of Gnosis move nothing until they are claimed, which is a log', () => {
    const withdrawals = [{ address: own, amount: '0x5' }]
    expect(extractFrom([], ownOf(own), [], withdrawals)).toHaveLength(1)
    expect(extractFrom([], ownOf(own), [], withdrawals, { chainId: gnosis })).toEqual([])
  })

  it('Polygon writes a log for each movement of its coin, and each is native value where there are no traces', () => {
    // Transaction 0xbaef12e2…8998 of block 50000000.
    const coin = '0x0000000000000000000000000000000000001010'
    const [user, router, one, two, mine, wpol] = [
      '0xf97bd666ad0424cb255d28a41fd208555af29726',
      '0x0c988b66edef267d04f100a879db86cdb7b9a34f',
      '0x9c0f9cef4c1356148bab3dd4e08319c1ac87af94',
      '0x6352a56caadc4f1e25cd6c75970fa768a3304e64',
      '0x1e82ad8a12068a85fcb96368463b434e77b21201',
      '0x0d500b1d8e8ef31e21c99d1db9a6444d3adf1270',
    ] as const
    const amount = 0x38e62046fb1a0000n
    const moved = (from: string, to: string) =>
      log(coin, [logTransferTopic, topic(coin), topic(from), topic(to)], words(amount, 9, 9, 9, 9))
    const fee = log(coin, [logFeeTransferTopic, topic(coin), topic(user), topic(one)], words(1, 9, 9, 9, 9))
    const logs = [
      moved(user, router),
      moved(router, one),
      moved(one, two),
      moved(two, mine),
      moved(mine, wpol),
      fee,
    ]
    const sketch = { from: user, to: router, value: `0x${amount.toString(16)}`, logs }
    const { block, receipts } = blockOf([sketch])
    const extraction = extractBlock(
      { block, receipts, frames: null, unreadable: new Map() },
      ownOf(mine),
      chainOf([], polygon),
    )
    expect(extraction.undecoded).toBeUndefined()
    expect(extraction.transactions).toMatchObject([
      {
        parties: [{ key: evmKey(user), role: 'initiator' }],
        transfers: [
          {
            ...{ id: 'log:3', direction: 'deposit', asset: 'native', amount },
            parties: [
              { key: evmKey(two), role: 'source' },
              { key: evmKey(router), role: 'intermediary' },
              { key: evmKey(one), role: 'upstream' },
              { key: evmKey(router), role: 'upstream' },
              { key: evmKey(user), role: 'upstream' },
            ],
          },
          { id: 'log:4', direction: 'withdrawal', asset: 'native', parties: [{ role: 'destination' }, {}] },
        ],
      },
    ])
    const fees = { from: user, to: router, logs: [log(coin, fee.topics, fee.data)] }
    expect(extractFrom([fees], ownOf(one), [], undefined, { chainId: polygon })).toEqual([])
  })

  it('a call of the contract of Polygon’s coin is counted once', () => {
    const coin = '0x0000000000000000000000000000000000001010'
    const chainLog = (from: string, to: string) =>
      log(coin, [logTransferTopic, topic(coin), topic(from), topic(to)], words(5, 9, 9, 9, 9))
    const logs = [
      chainLog(stranger, coin),
      chainLog(coin, own),
      log(coin, [transferTopic, topic(stranger), topic(own)], words(5)),
      chainLog(stranger, own),
    ]
    const [tx] = extractFrom([{ from: stranger, to: coin, value: '0x5', logs }], ownOf(own), [], undefined, {
      chainId: polygon,
    })
    expect(tx?.transfers).toMatchObject([
      { id: 'log:2', asset: 'native', amount: 5n, parties: [{ key: evmKey(stranger), role: 'source' }, {}] },
    ])
  })

  it('a Transfer of Polygon’s own contract is native value, and no token', () => {
    const sketch = {
      to: stranger,
      logs: [
        log(
          '0x0000000000000000000000000000000000001010',
          [transferTopic, topic(stranger), topic(own)],
          words(5),
        ),
      ],
    }
    const assets = (chainId: number) =>
      extractFrom([sketch], ownOf(own), [], undefined, { chainId })[0]?.transfers.map(({ asset }) => asset)
    expect(assets(polygon)).toEqual(['native'])
    expect(assets(1)).toEqual(['erc20:0x0000000000000000000000000000000000001010'])
  })

  it('types of transactions that a chain made up are known there, and said elsewhere', () => {
    expect(rowsOf([{ type: '0x64' }], arbitrum)).toEqual([])
    expect(rowsOf([{ type: '0x69' }], arbitrum)).toEqual(['transaction-type'])
    expect(rowsOf([{ type: '0x64' }], 1)).toEqual(['transaction-type'])
    expect(rowsOf([{ type: '0x7e' }], base)).toEqual([])
    expect(rowsOf([{ type: '0x0' }, { type: '0x4' }, {}], 324)).toEqual([])
    expect(rowsOf([{ type: '0x71' }, { type: '0xff' }], 324)).toEqual(['transaction-type'])
  })

  it('atomic transactions of Avalanche are said not to be read', () => {
    expect(rowsOf([], avalanche, { blockExtraData: '0x00aa' })).toEqual(['blockExtraData'])
    expect(rowsOf([], avalanche, { blockExtraData: '0x' })).toEqual([])
    expect(rowsOf([], 1, { blockExtraData: '0x00aa' })).toEqual([])
  })

  it('the state sync at the end of a block of Polygon may be missing from its traces, and is said', () => {
    const sync = { from: zero, to: zero, type: '0x7f' }
    const { block, receipts } = blockOf([sync])
    const read = (chainId: number) =>
      readBlockTraces([], block, receipts, chainDefinition(chainId), 'debug_traceBlockByHash')
    expect(read(polygon)).toEqual([null])
    expect(() => read(1)).toThrow(expect.objectContaining({ code: 'node-bad-answer' }))
    const traced = { type: 'CALL', from: address(7), to: address(8), value: '0x1', input: '0x' }
    const asOf = { ...block, transactions: block.transactions.map((tx) => ({ ...tx, type: '0x0' })) }
    const answer = [{ txHash: block.transactions[0]?.hash, result: traced }]
    expect(readBlockTraces(answer, asOf, receipts, chainDefinition(polygon), 'debug')).toHaveLength(1)
    const frames = read(polygon)
    expect(
      unscreenedOf({ block, receipts: whole(receipts), traces: { frames } }, chainDefinition(polygon)),
    ).toEqual([
      {
        what: 'traces',
        reason: expect.stringContaining('does not trace'),
        txHash: block.transactions[0]?.hash,
      },
    ])
  })
})

describe('a deposit of the OP stack', () => {
  const deposit = { type: '0x7e', from: own, to: stranger, value: '0x3', mint: '0x9' }
  const minted = {
    id: 'mint',
    direction: 'deposit',
    asset: 'native',
    amount: 9n,
    own: evmKey(own),
    parties: [],
    tags: [],
  }

  it('credits what it mints to its sender', () => {
    const [tx] = extractFrom([deposit], ownOf(own), [], undefined, { chainId: base })
    expect(tx?.transfers).toMatchObject([minted, { id: 'value', direction: 'withdrawal', amount: 3n }])
  })

  it('does so also when it fails', () => {
    const [tx] = extractFrom([{ ...deposit, status: '0x0' }], ownOf(own), [], undefined, { chainId: base })
    expect(tx?.transfers).toMatchObject([minted])
  })

  it('to others is none of ours, and mints nothing in other types', () => {
    expect(extractFrom([deposit], ownOf(address(5)))).toEqual([])
    expect(extractFrom([{ ...deposit, type: '0x2', status: '0x0' }], ownOf(own))).toEqual([])
  })
})
