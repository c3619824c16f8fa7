import { describe, expect, it } from 'vitest'
import * as topics from '../../../../src/chains/evm/extract/event-words.ts'
import type { RpcLog } from '../../../../src/chains/evm/types.ts'
import { address, extractFrom, log, rolesOf, topic, words } from '../build.ts'
import { ownOf } from '../own.ts'

const own = address(1)
const alice = address(0xa)
const bob = address(0xb)
const usdx = address(3)
const weth = address(4)
const vault = address(5)
const zero = `0x${'0'.repeat(40)}`
const move = (from: string, to: string, amount: number, token: string = weth) =>
  log(token, [topics.transferTopic, topic(from), topic(to)], words(amount))
const transfersOf = (...logs: RpcLog[]) =>
  extractFrom([{ from: own, to: weth, logs }], ownOf(own), [
    { address: weth, symbol: 'WETH', wrapped: true },
  ]).flatMap(({ transfers }) => transfers)
const found = (...logs: RpcLog[]) =>
  transfersOf(...logs).map(({ id, direction, amount }) => [id, direction, amount])
/** With the parties of each, but for the token. */
const parties = (...logs: RpcLog[]) =>
  transfersOf(...logs).map((transfer) => [
    transfer.id,
    ...rolesOf(transfer)
      .filter((party) => !party.startsWith('asset') && !party.startsWith('intermediary'))
      .map((party) => party.replace(`evm:${zero.slice(2)}`, '')),
  ])

describe('wrapped coins that write both kinds of logs', () => {
  const wrap = (amount: number) => log(weth, [topics.wrapTopic, topic(own)], words(amount))
  const unwrap = (amount: number) => log(weth, [topics.unwrapTopic, topic(own)], words(amount))

  it('count once', () => {
    expect(found(wrap(5), move(zero, own, 5))).toEqual([['log:1', 'deposit', 5n]])
    expect(found(move(own, zero, 5), unwrap(5))).toEqual([['log:0', 'withdrawal', 5n]])
  })

  it('count as often as they moved', () => {
    expect(found(wrap(5), move(zero, own, 5), wrap(5))).toEqual([
      ['log:1', 'deposit', 5n],
      ['log:2', 'deposit', 5n],
    ])
  })

  it('are not confused with other amounts, the other way, or a plain transfer', () => {
    expect(found(wrap(5), move(zero, own, 6))).toHaveLength(2)
    expect(found(wrap(5), move(own, zero, 5))).toHaveLength(2)
    expect(found(wrap(5), move(address(9), own, 5))).toHaveLength(2)
  })
})

describe('ERC-223', () => {
  const sent = (from: string, to: string, amount: number, more: readonly string[] = []) =>
    log(usdx, [topics.transferWithDataTopic, topic(from), topic(to), ...more], words(amount, 64, 0))

  it('moves tokens by its own event', () => {
    expect(found(sent(alice, own, 2))).toEqual([['log:0', 'deposit', 2n]])
    expect(parties(sent(alice, own, 2))).toEqual([['log:0', 'source:a']])
    expect(found(sent(own, alice, 3))).toEqual([['log:0', 'withdrawal', 3n]])
  })

  it('moves an amount also where its data is indexed, or nothing is', () => {
    expect(found(sent(alice, own, 2, [words(7)]))).toEqual([['log:0', 'deposit', 2n]])
    const bare = log(usdx, [topics.transferWithDataTopic], words(alice, own, 2, 128, 0))
    expect(found(bare)).toEqual([['log:0', 'deposit', 2n]])
  })

  it('counts once beside the plain event, whichever comes first, and twice where it moved twice', () => {
    expect(found(sent(alice, own, 2), move(alice, own, 2, usdx))).toEqual([['log:1', 'deposit', 2n]])
    expect(found(move(alice, own, 2, usdx), sent(alice, own, 2))).toEqual([['log:0', 'deposit', 2n]])
    const both = [move(alice, own, 2, usdx), sent(alice, own, 2)]
    expect(found(...both, ...both)).toHaveLength(2)
    expect(found(sent(alice, own, 2), move(alice, own, 2, vault))).toHaveLength(2)
  })
})

describe('ERC-777', () => {
  const event = (kind: string, ...named: string[]) =>
    log(usdx, [kind, ...named.map(topic)], words(5, 96, 128, 0, 0))

  it('moves tokens by its own events, and names who moved them', () => {
    expect(parties(event(topics.sentTopic, bob, alice, own))).toEqual([['log:0', 'source:a', 'operator:b']])
    expect(parties(event(topics.mintedTopic, bob, own))).toEqual([['log:0', 'source:', 'operator:b']])
    expect(parties(event(topics.burnedTopic, bob, own))).toEqual([['log:0', 'destination:', 'operator:b']])
  })

  it('counts once beside a Transfer, which then has the operator too', () => {
    expect(parties(event(topics.sentTopic, bob, alice, own), move(alice, own, 5, usdx))).toEqual([
      ['log:1', 'source:a', 'operator:b'],
    ])
  })
})

describe('ERC-4626', () => {
  const deposit = (sender: string, owner: string) =>
    log(vault, [topics.vaultDepositTopic, topic(sender), topic(owner)], words(5, 4))
  const withdraw = (sender: string, receiver: string, owner: string) =>
    log(vault, [topics.vaultWithdrawTopic, topic(sender), topic(receiver), topic(owner)], words(5, 4))

  it('moves shares from who pays for them to who gets them', () => {
    expect(found(deposit(alice, own))).toEqual([['log:0', 'deposit', 4n]])
    expect(parties(deposit(alice, own))).toEqual([['log:0', 'source:a']])
    expect(parties(withdraw(bob, own, alice))).toEqual([['log:0', 'source:a', 'operator:b']])
    expect(parties(withdraw(own, alice, own))).toEqual([['log:0', 'destination:a']])
  })

  it('counts once beside the Transfers of a standard vault, and tells who stands behind them', () => {
    const paidFor = [move(alice, vault, 5, usdx), move(zero, own, 4, vault), deposit(alice, own)]
    expect(parties(...paidFor)).toEqual([['log:1', 'source:', 'upstream:a']])
    const paid = [move(own, vault, 5, usdx), move(zero, bob, 4, vault), deposit(own, bob)]
    expect(parties(...paid)).toEqual([['log:0', 'destination:5', 'onward:b']])
    const got = [move(alice, zero, 4, vault), move(vault, own, 5, usdx), withdraw(alice, own, alice)]
    expect(parties(...got)).toEqual([['log:1', 'source:5', 'operator:a', 'upstream:a']])
    const gave = [move(own, zero, 4, vault), move(vault, bob, 5, usdx), withdraw(own, bob, own)]
    expect(parties(...gave)).toEqual([['log:0', 'destination:', 'onward:b']])
  })

  it('of an own address for itself is told by its Transfers alone', () => {
    const logs = [move(own, vault, 5, usdx), move(zero, own, 4, vault), deposit(own, own)]
    expect(found(...logs)).toEqual([
      ['log:0', 'withdrawal', 5n],
      ['log:1', 'deposit', 4n],
    ])
  })
})
