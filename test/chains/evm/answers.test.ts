import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asAddress, asNumber, asQuantity, asWord } from '../../../src/chains/evm/answers.ts'
import { randomRuns } from '../../long.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((b) => `0x${Buffer.from(b).toString('hex')}`)

describe('hex from a node', () => {
  it('is taken as it is in lower case, and lowered otherwise', () => {
    fc.assert(
      fc.property(bytes(20), bytes(32), (address, word) => {
        expect(asAddress(address)).toBe(address)
        expect(asWord(word)).toBe(word)
        expect(asAddress(`0x${address.slice(2).toUpperCase()}`)).toBe(address)
        expect(asWord(word.toUpperCase())).toBe(word)
      }),
    )
  })

  it('agrees with a plain pattern on any text of the right length', () => {
    const text = fc.array(fc.constantFrom(...'0123456789abcdefABCDEFxXgG zé'), {
      minLength: 42,
      maxLength: 42,
    })
    fc.assert(
      fc.property(text, fc.boolean(), (parts, prefixed) => {
        const value = prefixed ? `0x${parts.slice(2).join('')}` : parts.join('')
        const expected = /^0x[0-9a-f]{40}$/i.test(value) ? value.toLowerCase() : undefined
        expect(asAddress(value)).toBe(expected)
      }),
      { numRuns: randomRuns(1000) },
    )
  })

  it.each(['0x', '', '12', '0xg', '0x1x', `0x${'1'.repeat(65)}`, 12, null, undefined, {}, ['0x1']])(
    '%j is no quantity',
    (value) => {
      expect(asQuantity(value)).toBeUndefined()
      expect(asNumber(value)).toBeUndefined()
    },
  )

  it('is a number only while it is exact', () => {
    expect(asNumber('0x0')).toBe(0)
    expect(asNumber('0x1FFFFFFFFFFFFF')).toBe(Number.MAX_SAFE_INTEGER)
    expect(asNumber('0x20000000000000')).toBeUndefined()
  })
})
