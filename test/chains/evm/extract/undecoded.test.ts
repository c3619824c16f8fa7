import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../../src/address/key.ts'
import * as topics from '../../../../src/chains/evm/extract/event-words.ts'
import { extractBlock } from '../../../../src/chains/evm/extract/extract.ts'
import {
  maxUndecodedKinds,
  maxUndecodedPairs,
  maxUndecodedParties,
  ofBlock,
} from '../../../../src/chains/evm/extract/undecoded.ts'
import type { RpcLog } from '../../../../src/chains/evm/types.ts'
import { screen } from '../../../../src/screening/screen.ts'
import { withListed } from '../../../../src/screening/watchlist.ts'
import { entry, watchlist } from '../../../screening/builders.ts'
import { address, blockOf, chainOf, log, rolesOf, type TxSketch, topic, words } from '../build.ts'
import { ownOf } from '../own.ts'

const own = address(1)
const hot = address(2)
const alice = address(0xa)
const bob = address(0xb)
const router = address(0xe)
const junk = address(5)
const named = address(6)
const unknown = `0x${'7'.repeat(64)}`
const tokens = [{ address: named as `0x${string}`, symbol: 'NMD' }]

function extracted(sketch: TxSketch) {
  const { block, receipts } = blockOf([sketch])
  return extractBlock(
    { block, receipts, frames: null, unreadable: new Map() },
    ownOf(own, hot),
    chainOf(tokens),
  )
}

const transfersOf = (...logs: RpcLog[]) => extracted({ logs }).transactions[0]?.transfers ?? []
const shown = (sketch: TxSketch) => {
  const [tx] = extracted(sketch).transactions
  return tx && { tx: rolesOf(tx), transfers: tx.transfers.map((one) => [one.id, ...rolesOf(one)]) }
}

describe('a log that no decoder knows', () => {
  it('and that names an own address is a transfer of an unknown amount', () => {
    expect(transfersOf(log(junk, [unknown, topic(alice), topic(own)], words(5)))).toEqual([
      {
        ...{ id: 'log:0', direction: 'deposit', asset: `unknown:${junk}`, symbol: null, amount: null },
        ...{ own: evmKey(own), tags: ['undecoded'], logs: 1 },
        parties: [
          { key: evmKey(address(0xf1)), role: 'intermediary' },
          { key: evmKey(alice), role: 'named' },
          { key: evmKey(junk), role: 'asset' },
        ],
      },
    ])
  })

  it('has as parties all that it names, who signed, what was called, and the contract that wrote it', () => {
    const logs = [log(junk, [unknown, topic(own)], words(7, alice, bob, 2n ** 95n))]
    expect(shown({ from: bob, to: router, logs })).toEqual({
      tx: ['initiator:b'],
      transfers: [['log:0', 'intermediary:e', 'named:a', 'named:b', 'asset:5']],
    })
  })

  it('names addresses in any topic and any whole word of its data', () => {
    for (const each of [
      log(junk, [topic(own), topic(alice)]),
      log(junk, [], words(alice, own)),
      log(junk, [unknown, unknown, unknown, topic(own)], words(0, alice)),
    ])
      expect(transfersOf(each)[0]?.parties).toContainEqual({ key: evmKey(alice), role: 'named' })
    // Not a whole word, not at the place of a word, not padded.
    for (const data of [words(alice, own).slice(0, -2), `0x00${words(own).slice(2)}`, words(2n ** 200n)])
      expect(transfersOf(log(junk, [unknown], data))).toEqual([])
  })

  it('is a withdrawal where an own address signed', () => {
    const logs = [log(named, [unknown, topic(own), topic(alice)])]
    expect(extracted({ from: hot, logs }).transactions[0]).toMatchObject({
      ownSigned: true,
      transfers: [{ direction: 'withdrawal', symbol: 'NMD' }],
    })
  })

  it('stands beside decoded transfers, each with its own parties', () => {
    const transfer = log(named, [topics.transferTopic, topic(bob), topic(own)], words(5))
    const logs = [transfer, log(junk, [unknown, topic(own), topic(alice)])]
    expect(shown({ from: bob, to: named, logs })).toEqual({
      tx: ['initiator:b'],
      transfers: [
        ['log:0', 'source:b', 'asset:6'],
        ['log:1', 'intermediary:6', 'named:a', 'asset:5'],
      ],
    })
  })

  it('counts with the others of its contract that name the same', () => {
    const one = log(junk, [unknown, topic(own), topic(alice)])
    const other = log(junk, [unknown, topic(own), topic(bob)])
    expect(transfersOf(one, other, one, one)).toMatchObject([
      { id: 'log:0', logs: 3 },
      { id: 'log:1', logs: 1 },
    ])
  })

  it('that names several own addresses is a transfer of each', () => {
    expect(transfersOf(log(junk, [unknown, topic(alice), topic(own), topic(hot)]))).toMatchObject([
      { id: 'log:0', own: evmKey(own) },
      { id: 'log:0:3', own: evmKey(hot) },
    ])
  })

  it('tells nothing where it names no own address, or its transaction failed', () => {
    expect(extracted({ logs: [log(junk, [unknown, topic(alice)])] }).transactions).toEqual([])
    const failed = { from: own, status: '0x0', logs: [log(junk, [unknown, topic(own)])] }
    expect(extracted(failed)).toEqual({ transactions: [], unscreened: [] })
  })

  it.each([
    ['a permission', '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925'],
    ['a swap', '0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822'],
    ['an owner', '0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0'],
  ])('is none of those that are known to move nothing: %s', (_, kind) => {
    expect(extracted({ logs: [log(junk, [kind, topic(alice), topic(own)], words(5))] })).toEqual({
      transactions: [],
      unscreened: [],
    })
  })
})

describe('the note of undecoded logs', () => {
  it('counts them by contract and topic', () => {
    const one = log(junk, [unknown, topic(own)])
    const other = log(junk, [], words(own))
    const { undecoded } = extracted({ logs: [one, other, one, log(junk, [unknown, topic(alice)])] })
    expect(undecoded).toEqual([
      { contract: junk, topic: unknown, logs: 2 },
      { contract: junk, topic: '', logs: 1 },
    ])
  })

  it('tells no more kinds apart than it has room for', () => {
    const logs = Array.from({ length: maxUndecodedKinds + 7 }, (_, i) =>
      log(junk, [words(2n ** 255n + BigInt(i)), topic(own)]),
    )
    const { undecoded = [] } = extracted({ logs })
    expect(undecoded).toHaveLength(maxUndecodedKinds + 1)
    expect(undecoded.at(-1)).toEqual({ contract: '', topic: '', logs: 7 })
  })
})

describe('a contract that names thousands', () => {
  const many = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => address(1000 + from + i))

  it('has them as parties of the transaction, once', () => {
    const logs = [
      log(junk, [unknown, topic(own)], words(...many(0, maxUndecodedPairs))),
      log(junk, [unknown, topic(hot)], words(...many(0, maxUndecodedPairs), alice)),
    ]
    const { transactions, unscreened } = extracted({ from: bob, to: junk, logs })
    const [tx] = transactions
    expect(tx?.transfers.map((one) => [one.id, ...rolesOf(one)])).toEqual([
      ['log:0', 'asset:5'],
      ['log:1', 'asset:5'],
    ])
    const parties = tx?.parties.filter(({ role }) => role === 'named') ?? []
    expect(parties).toHaveLength(maxUndecodedPairs + 2)
    expect(parties).toContainEqual({ key: evmKey(alice), role: 'named' })
    expect(unscreened).toEqual([])
  })

  it('does not hide a listed one behind them, nor what was called', () => {
    const logs = [log(junk, [unknown, topic(own)], words(...many(0, maxUndecodedParties + 10), alice))]
    const [tx] = extracted({ from: bob, to: router, logs }).transactions
    if (tx === undefined) throw new Error('not found')
    expect(rolesOf(tx).slice(0, 3)).toEqual(['initiator:b', 'named:e', 'named:5'])
    const lists = watchlist(entry(evmKey(alice)))
    const [finding, ...more] = screen(withListed(tx, lists), 1_700_000_000, lists)
    expect(finding).toMatchObject({ party: evmKey(alice), role: 'named', own: evmKey(own) })
    expect(more).toEqual([])
    expect(withListed(tx, watchlist())).toBe(tx)
  })

  it('makes a row of what is left out, and no other transaction’s', () => {
    const logs = [log(junk, [unknown, topic(own)], words(...many(0, maxUndecodedParties + 10)))]
    const { transactions, unscreened } = extracted({ from: bob, to: junk, logs })
    const parties = transactions[0]?.parties.filter(({ role }) => role === 'named')
    expect(parties).toHaveLength(maxUndecodedParties)
    expect(unscreened).toEqual([
      {
        what: 'undecoded-logs',
        reason: expect.stringContaining('name 11 addresses beyond the limit'),
        txHash: transactions[0]?.hash,
      },
    ])
  })
})

describe('a block whose undecoded logs name thousands of own addresses', () => {
  const ours = Array.from({ length: 3 * ofBlock.transfers }, (_, i) => address(0x10_000 + i))
  const lookup = ownOf(own, hot, ...ours)
  const block = (...sketches: TxSketch[]) => {
    const { block, receipts } = blockOf(sketches)
    return extractBlock({ block, receipts, frames: null, unreadable: new Map() }, lookup, chainOf(tokens))
  }
  const of = (count: number, from = 0) => ours.slice(from, from + count)
  const spam = (count: number, from = 0, more: string[] = []): TxSketch => ({
    logs: [log(junk, [unknown], words(...of(count, from), ...more))],
  })
  const honest: TxSketch = { logs: [log(router, [unknown, topic(own)], words(alice))] }
  const sizes = (found: ReturnType<typeof block>) =>
    found.transactions.map(({ transfers }) => transfers.length)

  it('has one transfer where one log names too many, with everybody that it names, a row and its note', () => {
    const found = block(spam(ofBlock.transfers + 1, 0, [alice]))
    expect(found.transactions).toMatchObject([
      {
        transfers: [{ id: 'log:0', own: evmKey(ours[0] ?? ''), asset: `unknown:${junk}`, logs: 1 }],
        parties: expect.arrayContaining([{ key: evmKey(alice), role: 'named' }]),
      },
    ])
    expect(found.unscreened).toEqual([
      {
        what: 'undecoded-logs',
        reason: expect.stringContaining(`${ofBlock.transfers} own addresses`),
        txHash: found.transactions[0]?.hash,
      },
    ])
    expect(found.undecoded).toEqual([{ contract: junk, topic: unknown, logs: 1 }])
  })

  it('has one for each of many logs of a transaction, up to the same bound', () => {
    const logs = (count: number) => of(count).map((each) => log(junk, [unknown, topic(each)]))
    const fits = block({ logs: logs(ofBlock.transfers) })
    expect([sizes(fits), fits.unscreened]).toEqual([[ofBlock.transfers], []])
    const found = block({ logs: logs(ofBlock.transfers + 1) })
    expect(found.transactions[0]?.transfers).toMatchObject([{ id: 'log:0', logs: ofBlock.transfers + 1 }])
    expect(found.unscreened).toHaveLength(1)
    expect(found.undecoded).toEqual([{ contract: junk, topic: unknown, logs: ofBlock.transfers + 1 }])
  })

  it('keeps those of the smaller transactions, whatever comes before them', () => {
    const share = Math.floor(ofBlock.transfers / 2)
    const found = block(spam(share + 5), spam(share, share + 5), spam(share - 10), honest)
    expect(sizes(found)).toEqual([1, share, share - 10, 1])
    expect(found.transactions[3]?.transfers).toMatchObject([
      { own: evmKey(own), parties: expect.arrayContaining([{ key: evmKey(alice), role: 'named' }]) },
    ])
    expect(found.unscreened).toMatchObject([{ what: 'undecoded-logs', txHash: found.transactions[0]?.hash }])
    expect(block(spam(share + 5), spam(share, share + 5), spam(share - 10), honest)).toEqual(found)
  })

  it('does not count those that an own address signed', () => {
    const found = block({ ...spam(ofBlock.transfers + 9), from: own }, spam(ofBlock.transfers), honest)
    expect(sizes(found)).toEqual([ofBlock.transfers + 9, 1, 1])
    expect(found.unscreened).toHaveLength(1)
  })

  it('keeps so many addresses beside them, and says of which transactions how many it does not', () => {
    const others = Array.from({ length: maxUndecodedParties }, (_, i) => address(0x90_000 + i))
    const large = { logs: [log(junk, [unknown, topic(own)], words(...others))] }
    const count = ofBlock.parties / maxUndecodedParties
    const found = block(...Array.from({ length: count + 1 }, () => large), honest)
    const parties = found.transactions.map((tx) => tx.parties.length)
    // Each names its contract and what it called too.
    expect(Math.max(...parties)).toBeLessThanOrEqual(maxUndecodedParties + 1)
    expect(parties.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(
      ofBlock.parties + found.transactions.length,
    )
    expect(found.transactions.at(-1)?.transfers).toMatchObject([
      { parties: expect.arrayContaining([{ key: evmKey(alice), role: 'named' }]) },
    ])
    const last = found.transactions.at(-2)?.hash
    expect(found.unscreened.filter(({ txHash }) => txHash === last)).toEqual([
      {
        what: 'undecoded-logs',
        reason: expect.stringMatching(/name \d+ addresses beyond the limit/),
        txHash: last,
      },
    ])
  })
})
