import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quoteAmounts, satoshiOf } from '../../../src/chains/bitcoin/rpc-schemas.ts'

describe('satoshiOf', () => {
  it.each([
    ['0.00629232', 629232n],
    ['50', 5_000_000_000n],
    ['50.00000000', 5_000_000_000n],
    ['0', 0n],
    ['0.00000001', 1n],
    ['5.46e-6', 546n],
    ['5.46E-06', 546n],
    ['1e-8', 1n],
    ['2.1e7', 2_100_000_000_000_000n],
    ['20999999.99999999', 2_099_999_999_999_999n],
    ['0.000000010', 1n],
  ])('%s BTC are %s', (text, sats) => {
    expect(satoshiOf(text)).toBe(sats)
  })

  it.each(['', '-1', '0.000000001', '1e-9', 'NaN', '1.', '.5', '0x10', '1e999', '1 '])(
    '%j is no amount',
    (text) => {
      expect(satoshiOf(text)).toBeUndefined()
    },
  )

  it('reads back every amount, as Bitcoin Core and as JavaScript write it', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 2_100_000_000_000_000n), (sats) => {
        const digits = sats.toString().padStart(9, '0')
        const fixed = `${digits.slice(0, -8)}.${digits.slice(-8)}`
        expect(satoshiOf(fixed)).toBe(sats)
        expect(satoshiOf(JSON.stringify(Number(fixed)))).toBe(sats)
      }),
    )
  })
})

describe('quoteAmounts', () => {
  it('puts amounts in quotes and leaves everything else, text that looks like an amount included', () => {
    const json = String.raw`{"value":0.1,"n":2,"asm":"\"value\":3","prevout":{"value": 5.46e-6},"values":[1]}`
    expect(JSON.parse(quoteAmounts(json))).toEqual({
      value: '0.1',
      n: 2,
      asm: '"value":3',
      prevout: { value: '5.46e-6' },
      values: [1],
    })
  })
})
