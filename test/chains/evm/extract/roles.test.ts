import { describe, expect, it } from 'vitest'
import {
  transferSingleTopic,
  transferTopic,
  wrapTopic,
} from '../../../../src/chains/evm/extract/event-words.ts'
import type { KnownToken } from '../../../../src/chains/evm/types.ts'
import { address, extractFrom, log, rolesOf, type TxSketch, topic, words } from '../build.ts'
import { ownOf } from '../own.ts'

// Parties are shown by the last digits of their address.
const own = address(0x01)
const hot = address(0x02)
const alice = address(0x0a)
const bob = address(0x0b)
const carol = address(0x0c)
const router = address(0x0e)
const usdx = address(0x3)
const weth = address(0x4)
const tokens: KnownToken[] = [
  { address: usdx, symbol: 'USDX' },
  { address: weth, symbol: 'WETH', wrapped: true },
]
const move = (from: string, to: string, amount = 5, token: string = usdx) =>
  log(token, [transferTopic, topic(from), topic(to)], words(amount))

function found(sketch: TxSketch): { tx: string[]; transfers: Record<string, string[]> } {
  const [tx] = extractFrom([sketch], ownOf(own, hot), tokens)
  if (!tx) throw new Error('nothing found')
  const transfers = tx.transfers.map((transfer) => [transfer.id, rolesOf(transfer)])
  return { tx: rolesOf(tx), transfers: Object.fromEntries(transfers) }
}

describe('roles', () => {
  it('a plain token deposit has a source and an asset', () => {
    expect(found({ from: alice, to: usdx, logs: [move(alice, own)] })).toEqual({
      tx: [],
      transfers: { 'log:0': ['source:a', 'asset:3'] },
    })
  })

  it('who calls transferFrom is operator of the transfer and initiator of the transaction', () => {
    expect(found({ from: bob, to: usdx, logs: [move(alice, own)] })).toEqual({
      tx: ['initiator:b'],
      transfers: { 'log:0': ['source:a', 'operator:b', 'asset:3'] },
    })
    expect(found({ from: bob, to: usdx, logs: [move(hot, alice)] })).toEqual({
      tx: ['initiator:b'],
      transfers: { 'log:0': ['destination:a', 'operator:b', 'asset:3'] },
    })
  })

  it('a receiver who pulls the tokens is the destination and nothing more', () => {
    expect(found({ from: bob, to: usdx, logs: [move(hot, bob)] })).toEqual({
      tx: [],
      transfers: { 'log:0': ['destination:b', 'asset:3'] },
    })
  })

  it('through another contract nobody is known to be the operator, and the contract is an intermediary', () => {
    expect(found({ from: bob, to: router, logs: [move(alice, own)] })).toEqual({
      tx: ['initiator:b'],
      transfers: { 'log:0': ['source:a', 'intermediary:e', 'asset:3'] },
    })
  })

  it('a contract that itself sends or receives is no intermediary of that transfer', () => {
    const logs = [move(alice, router), move(router, own)]
    expect(found({ from: alice, to: router, logs }).transfers['log:1']).toEqual([
      'source:e',
      'upstream:a',
      'asset:3',
    ])
    expect(found({ from: hot, to: router, logs: [move(hot, router)] }).transfers['log:0']).toEqual([
      'destination:e',
      'asset:3',
    ])
  })

  it('a created contract stands on the way like a called one', () => {
    const create = { from: bob, to: null, contractAddress: router, logs: [move(alice, own)] }
    expect(found(create).transfers['log:0']).toContain('intermediary:e')
  })

  it('an own contract on the way is nobody', () => {
    expect(found({ from: hot, to: own, logs: [move(hot, alice)] })).toEqual({
      tx: [],
      transfers: { 'log:0': ['destination:a', 'asset:3'] },
    })
  })

  it('the ERC-1155 operator comes from the log, unless it is the holder', () => {
    const single = (operator: string, from: string) =>
      log(usdx, [transferSingleTopic, topic(operator), topic(from), topic(own)], words(1, 1))
    expect(found({ from: carol, to: usdx, logs: [single(bob, alice)] })).toEqual({
      tx: ['initiator:c'],
      transfers: { 'log:0': ['source:a', 'operator:b', 'asset:3'] },
    })
    expect(found({ from: alice, to: usdx, logs: [single(alice, alice)] }).transfers['log:0']).toEqual([
      'source:a',
      'asset:3',
    ])
  })

  it('wrapping has an initiator and an asset only', () => {
    const wrap = log(weth, [wrapTopic, topic(own)], words(5))
    expect(found({ from: bob, to: router, logs: [wrap] })).toEqual({
      tx: ['initiator:b'],
      transfers: { 'log:0': ['asset:4'] },
    })
  })

  it('one transaction may hold native value and tokens', () => {
    expect(found({ from: hot, to: usdx, value: '0x7', logs: [move(hot, alice)] })).toEqual({
      tx: [],
      transfers: { value: ['destination:3'], 'log:0': ['destination:a', 'asset:3'] },
    })
  })
})

describe('upstream', () => {
  const upstream = (...logs: ReturnType<typeof move>[]) =>
    found({ from: carol, to: router, logs }).transfers[`log:${logs.length - 1}`]?.filter((party) =>
      party.startsWith('upstream'),
    )

  it('is everyone from whom the asset came to the sender, before or after', () => {
    expect(upstream(move(alice, bob), move(bob, carol), move(carol, own))).toEqual([
      'upstream:b',
      'upstream:a',
    ])
    expect(upstream(move(bob, carol), move(alice, bob), move(carol, own))).toEqual([
      'upstream:b',
      'upstream:a',
    ])
    const reimbursed = { from: carol, to: router, logs: [move(carol, own), move(bob, carol)] }
    expect(found(reimbursed).transfers['log:0']).toContain('upstream:b')
  })

  it('is not who paid the sender another asset, nothing, or somebody else', () => {
    expect(upstream(move(alice, carol, 5, weth), move(carol, own))).toEqual([])
    expect(upstream(move(alice, carol, 0), move(carol, own))).toEqual([])
    expect(upstream(move(alice, bob), move(carol, own))).toEqual([])
  })

  it('never names the sender, and ends at own addresses', () => {
    expect(upstream(move(carol, bob), move(bob, carol), move(carol, own))).toEqual(['upstream:b'])
    expect(upstream(move(alice, hot), move(hot, carol), move(carol, own))).toEqual([])
  })

  it('tells the ids of one contract apart', () => {
    const nft = (id: number, from: string, to: string) =>
      log(usdx, [transferTopic, topic(from), topic(to), words(id)])
    expect(upstream(nft(1, alice, carol), nft(2, bob, carol), nft(2, carol, own))).toEqual(['upstream:b'])
  })
})

describe('onward', () => {
  const onward = (...logs: ReturnType<typeof move>[]) =>
    found({ from: hot, to: router, logs }).transfers['log:0']?.filter((party) => party.startsWith('onward'))

  it('is everyone who got the asset from our receiver afterwards', () => {
    expect(onward(move(hot, router), move(router, alice), move(router, bob), move(bob, carol))).toEqual([
      'onward:a',
      'onward:b',
      'onward:c',
    ])
  })

  it('is not who got nothing, another asset, or it from somebody else', () => {
    expect(onward(move(hot, router), move(router, alice, 0))).toEqual([])
    expect(onward(move(hot, router), move(router, alice, 5, weth))).toEqual([])
    expect(onward(move(hot, router), move(alice, bob))).toEqual([])
  })

  it('ends at own addresses', () => {
    expect(onward(move(hot, router), move(router, own), move(own, alice))).toEqual([])
  })
})
