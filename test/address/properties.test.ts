import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { families, keyFamily } from '../../src/address/key.ts'
import { parseAddress } from '../../src/address/parse.ts'
import { addressText } from '../../src/address/text.ts'
import { randomRuns } from '../long.ts'
import { bytes, checkedFamilies, keyOf } from './arbitraries.ts'

const labels = { verge: 'XVG' } as Record<string, string>
const networks = ['mainnet', 'testnet4', 'signet', 'regtest'] as const

/** Puts another character in one place. */
function damaged(text: string, place: number, character: string): string {
  const index = place % text.length
  return text.slice(0, index) + character + text.slice(index + 1)
}

const anyAscii = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))

describe('writing and reading', () => {
  it.each(families)('%s: what is written is read back as the same key, in its canonical text', (family) => {
    fc.assert(
      fc.property(keyOf(family), fc.constantFrom(...networks), (key, network) => {
        const text = addressText(key, network)
        expect(parseAddress(text, { asset: labels[family] ?? null })).toMatchObject({ ok: true, key, text })
      }),
    )
  })

  it('every script of Bitcoin is written and read back, with or without an address', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 120 }), (script) => {
        const key = `bitcoin:${Buffer.from(script).toString('hex')}` as const
        expect(parseAddress(addressText(key))).toMatchObject({ ok: true, key })
      }),
    )
  })

  it('no text makes it throw, and what it reads it can write', () => {
    const alphabets = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'13mn2LMTXtDGrbct0xqp:0123456789abcdefKz'), maxLength: 110 }),
    )
    fc.assert(
      fc.property(alphabets, (text) => {
        const result = parseAddress(text)
        if (!result.ok) expect(result.reason).not.toBe('')
        else expect(parseAddress(addressText(result.key))).toMatchObject({ key: result.key })
      }),
      { numRuns: randomRuns(300) },
    )
  })
})

describe('damage', () => {
  it.each(checkedFamilies)('%s: one wrong character is never another address', (family) => {
    const hint = { asset: labels[family] ?? null }
    fc.assert(
      fc.property(
        keyOf(family),
        fc.constantFrom(...networks),
        fc.nat(),
        anyAscii,
        (key, network, place, character) => {
          const text = addressText(key, network)
          const other = damaged(text, place, character)
          fc.pre(other !== text)
          expect(parseAddress(other, hint).ok).toBe(false)
        },
      ),
      { numRuns: randomRuns(300) },
    )
  })

  it('cashaddr without its prefix holds too', () => {
    fc.assert(
      fc.property(keyOf('bitcoin-cash'), fc.nat(), anyAscii, (key, place, character) => {
        const text = addressText(key).slice('bitcoincash:'.length)
        const other = damaged(text, place, character)
        fc.pre(other !== text)
        expect(parseAddress(text)).toMatchObject({ ok: true, key })
        expect(parseAddress(other).ok).toBe(false)
      }),
    )
  })

  it('bech32 in capitals holds too', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('bitcoin', 'litecoin', 'bnb'),
        bytes(20),
        fc.nat(),
        anyAscii,
        (family, hash, place, character) => {
          const hex = Buffer.from(hash).toString('hex')
          const text = addressText(family === 'bnb' ? `bnb:${hex}` : `${family}:0014${hex}`).toUpperCase()
          const other = damaged(text, place, character)
          fc.pre(other !== text)
          expect(parseAddress(other).ok).toBe(false)
        },
      ),
      { numRuns: randomRuns(500) },
    )
  })

  it('EVM in mixed case: one letter in the other case is refused', () => {
    fc.assert(
      fc.property(keyOf('evm'), fc.nat(), (key, place) => {
        const text = addressText(key)
        const letters = [...text.slice(2).matchAll(/[a-f]/gi)].map((match) => match.index + 2)
        const index = letters[place % Math.max(letters.length, 1)]
        fc.pre(index !== undefined)
        const letter = text.charAt(index ?? 0)
        const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
        const wrong = damaged(text, index ?? 0, other)
        const digits = wrong.slice(2)
        fc.pre(digits !== digits.toLowerCase() && digits !== digits.toUpperCase())
        expect(parseAddress(wrong)).toEqual({ ok: false, reason: 'EIP-55 checksum does not match' })
      }),
    )
  })

  it('a key is of the family that wrote it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...families).chain(keyOf), (key) => {
        const result = parseAddress(addressText(key), { asset: labels[keyFamily(key)] ?? null })
        expect(result.ok && keyFamily(result.key)).toBe(keyFamily(key))
      }),
    )
  })
})
