import { readdirSync, readFileSync } from 'node:fs'
import * as libauth from '@bitauth/libauth'
import { describe, expect, it } from 'vitest'
import { mayHoldSecret, withoutKeys, withoutPrivateKeys } from '../../src/address/secret.ts'
import { otherAddresses } from './other-vectors.ts'

/** The vectors of BIP 32, Bitcoin's wiki, BIP 38, XRP's docs and SEP 23. */
const keys = [
  'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi',
  '5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ',
  'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW',
  '6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg',
  'sn3nxiW7v8KXzPzAqzyHXbSSKNuN9',
  `S${'BA'.repeat(27)}7`,
]
const hash = 'e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262'

const lists = Object.entries(libauth).flatMap(([name, list]) =>
  name.startsWith('bip39WordList') && Array.isArray(list) ? [[name, list as string[]] as const] : [],
)

describe('a message', () => {
  it.each(keys)('is said without the key in it, wherever it stands: %s', (key) => {
    for (const [before, behind] of [
      ['', ''],
      ['the key "', '" is wrong'],
      ['/tmp/', '.csv: not found'],
      ['{"key":"', '"}\n'],
    ])
      expect(withoutPrivateKeys(`${before}${key}${behind}`)).toBe(`${before}(not shown)${behind}`)
    expect(mayHoldSecret(`see ${key}`)).toBe(true)
  })

  it('knows the ten lists of BIP 39', () => expect(lists).toHaveLength(10))

  it.each(lists)('is said without a seed phrase of %s, however its words are apart', (_, list) => {
    const words = Array.from({ length: 12 }, (_word, index) => list[index * 97] ?? '')
    for (const phrase of [words.join(' '), words.map((word, index) => `${index + 1}. ${word}`).join(', ')]) {
      const clean = withoutPrivateKeys(`Zz zz: ${phrase}; zz zz`)
      expect(clean).toMatch(/^Zz zz: (?:1\. )?\(not shown\); zz zz$/)
      expect(mayHoldSecret(phrase.toUpperCase())).toBe(true)
    }
    expect(withoutPrivateKeys(words.slice(1).join(' '))).toBe(words.slice(1).join(' '))
  })

  it('loses a phrase of words that several lists have once, and nothing behind it', () => {
    const [one, other] = [libauth.bip39WordListChineseSimplified, libauth.bip39WordListChineseTraditional]
    const shared = one.filter((word) => other.includes(word))
    const phrase = shared.slice(0, 12).join(' ')
    expect(withoutPrivateKeys(`Zz: ${phrase}; what stands behind it stays`)).toBe(
      'Zz: (not shown); what stands behind it stays',
    )
    // The second list has one word more, in front.
    const more = other.find((word) => !one.includes(word))
    expect(withoutPrivateKeys(`Zz: ${more} ${phrase}; zz zz`)).toBe('Zz: (not shown); zz zz')
  })

  it('keeps hashes and addresses, and loses 32 bytes in hex only where it names no hash', () => {
    for (const { text } of otherAddresses) {
      expect(withoutPrivateKeys(`to ${text}`)).toBe(`to ${text}`)
      expect(mayHoldSecret(text)).toBe(false)
    }
    expect(withoutPrivateKeys(`block ${hash}`)).toBe(`block ${hash}`)
    for (const text of [hash, `0x${hash}`, hash.slice(1)])
      expect(withoutKeys(`found ${text}, expected`)).toBe('found (not shown), expected')
    expect(mayHoldSecret(hash.slice(0, 16))).toBe(false)
  })

  it('keeps every hash, also one whose digits between two zeros are as many as a key has', () => {
    const key = `c${'1234567'.repeat(8)}`
    for (const length of [51, 52]) {
      const digits = `0${key.slice(0, length)}0`.padEnd(64, 'f')
      expect(withoutPrivateKeys(`block ${digits}`)).toBe(`block ${digits}`)
    }
  })

  it('keeps tables and code of plain words', () => {
    const words = 'input asset match exact same key same script same account list'.split(' ')
    for (const mark of ['`, `', '","', ' | ', ': ', '-', '_'])
      expect(withoutPrivateKeys(words.join(mark))).toBe(words.join(mark))
  })

  it('keeps prose: all of the documentation', () => {
    const folder = new URL('../../docs/', import.meta.url)
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md'))
    expect(pages.length).toBeGreaterThan(10)
    for (const page of pages) {
      for (const paragraph of readFileSync(new URL(page, folder), 'utf8').split('\n\n'))
        expect(withoutPrivateKeys(paragraph)).toBe(paragraph)
    }
  })
})
