import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../../src/address/key.ts'
import { address, extractFrom, hash, transfersOf } from '../build.ts'
import { ownOf } from '../own.ts'

const own = address(1)
const other = address(2)
const stranger = address(3)
const from = (sketch: Parameters<typeof extractFrom>[0][number]) => extractFrom([sketch], ownOf(own, other))

describe('native value', () => {
  it('that reaches an own address is a deposit from its sender', () => {
    expect(from({ from: stranger, to: own, value: '0xde0b6b3a7640000', input: '0x' })).toEqual([
      {
        hash: hash(0),
        transfers: [
          {
            id: 'value',
            direction: 'deposit',
            asset: 'native',
            symbol: 'ETH',
            amount: 10n ** 18n,
            own: evmKey(own),
            parties: [{ key: evmKey(stranger), role: 'source' }],
            tags: [],
          },
        ],
        parties: [],
        ownSigned: false,
      },
    ])
  })

  it('that leaves an own address is a withdrawal which the exchange signed', () => {
    const [tx] = from({ from: own, to: stranger, value: '0x7' })
    expect(tx?.ownSigned).toBe(true)
    expect(tx?.transfers).toMatchObject([
      { direction: 'withdrawal', amount: 7n, parties: [{ key: evmKey(stranger), role: 'destination' }] },
    ])
  })

  it('between own addresses is internal', () => {
    expect(from({ from: own, to: other, value: '0x7' })).toEqual([])
    expect(from({ from: own, to: own, value: '0x0', input: '0x' })).toEqual([])
  })

  it('of a failed transaction moves nothing', () => {
    expect(from({ from: stranger, to: own, value: '0x7', status: '0x0' })).toEqual([])
  })

  it('of zero counts, tagged, only with empty input', () => {
    expect(transfersOf(from({ from: stranger, to: own, value: '0x0', input: '0x' }))).toMatchObject([
      { amount: 0n, tags: ['zero-value'] },
    ])
    expect(from({ from: own, to: stranger, value: '0x0', input: '0xa9059cbb' })).toEqual([])
  })

  it('with input is a transfer like any other', () => {
    expect(transfersOf(from({ from: stranger, to: own, value: '0x9', input: '0x68656c6c6f' }))).toMatchObject(
      [{ amount: 9n, tags: [] }],
    )
  })

  it('given to a created contract goes to the address in the receipt', () => {
    const create = { from: own, to: null, value: '0x5', input: '0x6000', contractAddress: stranger }
    expect(transfersOf(from(create))).toMatchObject([
      { direction: 'withdrawal', parties: [{ key: evmKey(stranger), role: 'destination' }] },
    ])
    const mine = { from: stranger, to: null, value: '0x5', input: '0x6000', contractAddress: own }
    expect(transfersOf(from(mine))).toMatchObject([{ direction: 'deposit', own: evmKey(own) }])
  })

  it('between strangers is none of our business', () => {
    expect(from({ from: stranger, to: address(4), value: '0x5' })).toEqual([])
  })
})

describe('beacon withdrawals', () => {
  it('are deposits without parties, under the block’s hash and their position, in wei', () => {
    const withdrawals = [
      { address: stranger, amount: '0x1' },
      { address: own, amount: '0x3b9aca00' },
    ]
    expect(extractFrom([], ownOf(own), [], withdrawals)).toEqual([
      {
        hash: hash(0xb10c),
        transfers: [
          {
            id: 'withdrawal:1',
            direction: 'deposit',
            asset: 'native',
            symbol: 'ETH',
            amount: 10n ** 18n,
            own: evmKey(own),
            parties: [],
            tags: [],
          },
        ],
        parties: [],
        ownSigned: false,
      },
    ])
  })
})
