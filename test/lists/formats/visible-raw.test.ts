import { describe, expect, it } from 'vitest'
import { addressLikeWords, visibleRaw } from '../../../src/lists/formats/collector.ts'
import { p2sh, ronin } from './published-files.ts'

describe('what is shown of a field that holds no address', () => {
  it.each(['', 'none', '136849626', `${p2sh} (Address tag 102334770)*`, `${p2sh}, ${ronin}`])(
    'is what stands there where it may be meant as an address or an account: %j',
    (raw) => expect(visibleRaw(raw)).toBe(raw),
  )

  it.each([
    ['prose', 'of unknown owner', '(16 characters)'],
    ['a date of birth', 'DOB 26 Dec 1992', '(15 characters)'],
    ['a nationality beside an address', `${ronin} nationality Telltaleland`, `${ronin} …`],
    ['a passport', 'Passport no. 719032284', '(22 characters)'],
  ])('is none of %s', (_, raw, shown) => expect(visibleRaw(raw)).toBe(shown))

  it('is no more than was looked at', () => {
    const filler = Array.from({ length: 40 }, (_, index) => `${index * 7919};`).join(' ')
    const shown = visibleRaw(`${ronin}x ${filler} John Smith, DOB 1 Jan 1970`)
    expect(shown).toHaveLength(300)
    expect(shown).not.toMatch(/Smith|1970/)
    expect(shown.startsWith(ronin)).toBe(true)
  })

  it.each([
    ['a country', 'Telltaleland', '(12 characters)'],
    ['a date', '1992-12-26', '(10 characters)'],
    ['a number', '719032284', '(9 characters)'],
    ['words around an address', `Ann, ${ronin}x, 719032284`, `… ${ronin}x …`],
  ])('is, of a cell of a file that a user wrote, none of %s', (_, raw, shown) =>
    expect(addressLikeWords(raw)).toBe(shown),
  )
})
