import { describe, expect, it } from 'vitest'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { buildBlock, type Coin, sats } from './build-block.ts'
import { extractFrom, extractOne, scan } from './extract.ts'
import { alwaysMaybe, ownSet } from './own-set.ts'
import { key, opReturn, p2a, p2pkh, p2tr, p2wpkh } from './scripts.ts'

const hot = p2wpkh('hot')
const deposit = p2tr('deposit')
const own = ownSet(hot, deposit)
const alice = p2wpkh('alice')
const bob = p2pkh('bob')
const coin = (script: Uint8Array, btc: number): Coin => ({ script, value: sats(btc) })

/** Direction, transfer, own address and satoshi, one line each. */
function lines(tx: ScreenableTx | undefined): string[] {
  return (tx?.transfers ?? []).map((transfer) => {
    const name = transfer.own === key(hot) ? 'hot' : transfer.own === key(deposit) ? 'deposit' : transfer.own
    return [transfer.direction, transfer.id, name, transfer.amount, ...transfer.tags].join(' ')
  })
}

const partyLines = (tx: ScreenableTx | undefined) => tx?.parties.map((party) => `${party.role} ${party.key}`)

describe('a transaction without an own input', () => {
  it('is one deposit for each own output, with every input as source and every other output as co-recipient', () => {
    const found = extractOne(
      {
        inputs: [coin(alice, 3), coin(bob, 1), coin(alice, 2)],
        outputs: [coin(deposit, 1.5), coin(bob, 2), coin(hot, 0.5), coin(bob, 1), coin(alice, 0.9)],
      },
      own,
    )
    expect(lines(found)).toEqual(['deposit vout:0 deposit 150000000', 'deposit vout:2 hot 50000000'])
    expect(partyLines(found)).toEqual([
      `source ${key(alice)}`,
      `source ${key(bob)}`,
      `co-recipient ${key(bob)}`,
      `co-recipient ${key(alice)}`,
    ])
    expect(found?.ownSigned).toBe(false)
    expect(found?.transfers.every((transfer) => transfer.parties.length === 0)).toBe(true)
    expect(found?.transfers[0]).toMatchObject({ asset: 'native', symbol: 'BTC' })
  })

  it('keeps two outputs to the same own address apart', () => {
    const outputs = [coin(hot, 0.2), coin(hot, 0.2)]
    expect(lines(extractOne({ inputs: [coin(alice, 1)], outputs }, own))).toEqual([
      'deposit vout:0 hot 20000000',
      'deposit vout:1 hot 20000000',
    ])
  })

  it('is not extracted where no output is ours, even behind a first look that raises a false alarm', () => {
    const tx = { inputs: [coin(alice, 1)], outputs: [coin(bob, 1)] }
    expect(extractOne(tx, own)).toBeUndefined()
    expect(extractOne(tx, alwaysMaybe(own))).toBeUndefined()
  })

  it('leaves OP_RETURN out of the co-recipients, and keeps an anchor among them', () => {
    const outputs = [coin(hot, 0.2), coin(opReturn, 0), coin(p2a, 0)]
    expect(partyLines(extractOne({ inputs: [coin(alice, 1)], outputs }, own))).toEqual([
      `source ${key(alice)}`,
      `co-recipient ${key(p2a)}`,
    ])
  })
})

describe('a coinbase', () => {
  it('that pays an own address is a deposit without source', () => {
    const block = buildBlock({ coinbase: [coin(hot, 50), coin(opReturn, 0)] })
    const [found] = extractFrom(scan(block), own).transactions
    expect(found?.hash).toBe(block.txids[0])
    expect(lines(found)).toEqual(['deposit vout:0 hot 5000000000'])
    expect(found?.parties).toEqual([])
    expect(found?.ownSigned).toBe(false)
  })
})

describe('a transaction with an own input', () => {
  it('is one withdrawal for each foreign output, and own outputs are change', () => {
    const outputs = [coin(alice, 1), coin(hot, 5), coin(bob, 0.5), coin(alice, 1), coin(opReturn, 0)]
    const found = extractOne({ inputs: [coin(hot, 8)], outputs }, own)
    expect(lines(found)).toEqual([
      'withdrawal vout:0 hot 100000000',
      'withdrawal vout:2 hot 50000000',
      'withdrawal vout:3 hot 100000000',
    ])
    expect(
      found?.transfers.map(({ parties }) => parties.map((party) => ({ key: party.key, role: party.role }))),
    ).toEqual([
      [{ key: key(alice), role: 'destination' }],
      [{ key: key(bob), role: 'destination' }],
      [{ key: key(alice), role: 'destination' }],
    ])
    expect(found?.parties).toEqual([])
    expect(found?.ownSigned).toBe(true)
  })

  it('names the own input of the largest value, of several the first', () => {
    const outputs = [coin(alice, 1)]
    const lineOf = (...inputs: Coin[]) => lines(extractOne({ inputs, outputs }, own))
    expect(lineOf(coin(hot, 0.4), coin(deposit, 0.7))).toEqual(['withdrawal vout:0 deposit 100000000'])
    expect(lineOf(coin(hot, 0.7), coin(deposit, 0.7))).toEqual(['withdrawal vout:0 hot 100000000'])
    expect(lineOf(coin(alice, 9), coin(deposit, 0.1), coin(hot, 0.1))).toEqual([
      'withdrawal vout:0 deposit 100000000',
    ])
  })

  it('is internal and not extracted where all outputs are own, or say nothing but OP_RETURN', () => {
    const inputs = [coin(deposit, 1), coin(hot, 1)]
    expect(extractOne({ inputs, outputs: [coin(hot, 1.9)] }, own)).toBeUndefined()
    expect(extractOne({ inputs, outputs: [coin(hot, 1.9), coin(opReturn, 0)] }, own)).toBeUndefined()
  })
})

describe('a transaction with own and foreign inputs', () => {
  it('gives one net deposit where own outputs exceed own inputs, to the largest own output, with the others as co-inputs', () => {
    const found = extractOne(
      {
        inputs: [coin(hot, 1), coin(alice, 3), coin(bob, 1)],
        outputs: [coin(deposit, 0.5), coin(hot, 2.5), coin(alice, 1.9)],
      },
      own,
    )
    expect(lines(found)).toEqual(['withdrawal vout:2 hot 190000000', 'deposit net hot 200000000'])
    expect(partyLines(found)).toEqual([`co-input ${key(alice)}`, `co-input ${key(bob)}`])
    expect(found?.ownSigned).toBe(true)
  })

  it('names the first of the largest own outputs', () => {
    const inputs = [coin(hot, 1), coin(alice, 3)]
    const outputs = [coin(deposit, 1.5), coin(hot, 1.5)]
    expect(lines(extractOne({ inputs, outputs }, own))).toEqual(['deposit net deposit 200000000'])
  })

  it('has no net deposit where own outputs do not exceed own inputs', () => {
    const inputs = [coin(hot, 2), coin(alice, 1)]
    const outputs = [coin(hot, 2), coin(bob, 0.9)]
    const found = extractOne({ inputs, outputs }, own)
    expect(lines(found)).toEqual(['withdrawal vout:1 hot 90000000'])
    expect(partyLines(found)).toEqual([`co-input ${key(alice)}`])
  })
})

describe('amounts', () => {
  const linesOf = (value: bigint) =>
    lines(extractOne({ inputs: [coin(alice, 1)], outputs: [{ script: hot, value }] }, own))

  it('up to 1,000 satoshi are tagged as dust, and nothing is tagged as zero', () => {
    expect(linesOf(0n)).toEqual(['deposit vout:0 hot 0 zero-value'])
    expect(linesOf(1n)).toEqual(['deposit vout:0 hot 1 dust'])
    expect(linesOf(1000n)).toEqual(['deposit vout:0 hot 1000 dust'])
    expect(linesOf(1001n)).toEqual(['deposit vout:0 hot 1001'])
  })

  it('tag withdrawals too', () => {
    const found = extractOne({ inputs: [coin(hot, 1)], outputs: [{ script: p2a, value: 240n }] }, own)
    expect(lines(found)).toEqual(['withdrawal vout:0 hot 240 dust'])
  })

  it('keep every satoshi of 21 million coins', () => {
    expect(linesOf(2_099_999_999_999_999n)).toEqual(['deposit vout:0 hot 2099999999999999'])
  })
})

describe('own addresses', () => {
  it('that were added later are found by looking again at the same block', () => {
    const block = scan(buildBlock({ txs: [{ inputs: [coin(alice, 1)], outputs: [coin(bob, 1)] }] }))
    expect(extractFrom(block, own).transactions).toEqual([])
    expect(lines(extractFrom(block, ownSet(bob)).transactions.at(0))).toEqual([
      `deposit vout:0 ${key(bob)} 100000000`,
    ])
    expect(lines(extractFrom(block, ownSet(alice)).transactions.at(0))).toEqual([
      `withdrawal vout:0 ${key(alice)} 100000000`,
    ])
  })
})
