import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equivalents, nestedVariants } from '../../src/address/equivalents.ts'
import { families, type Key, keyBytes, keyFamily, makeKey } from '../../src/address/key.ts'
import { parseAddress } from '../../src/address/parse.ts'
import { classifyScript } from '../../src/address/script.ts'
import { hash160, p2pkhScript, p2shScript, witnessScript } from '../../src/address/script-templates.ts'
import { addressText } from '../../src/address/text.ts'
import { bytes, keyOf } from './arbitraries.ts'
import { generator, genesis } from './key-vectors.ts'

function keyOfText(text: string): Key {
  const result = parseAddress(text)
  if (!result.ok) throw new Error(`${text}: ${result.reason}`)
  return result.key
}

/** What equivalents there are, as text and basis. */
function written(key: Key): string[] {
  return equivalents(key)
    .map((equivalent) => `${equivalent.basis} ${keyFamily(equivalent.key)} ${addressText(equivalent.key)}`)
    .sort()
}

const keyHashVariants = [
  `same-key bitcoin ${generator.p2pkh}`,
  `same-key bitcoin ${generator.p2wpkh}`,
  `same-key bitcoin ${generator.nested}`,
  'same-key bitcoin-cash bitcoincash:qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h',
  'same-key litecoin LVuDpNCSSj6pQ7t9Pv6d6sUkLKoqDEVUnJ',
  'same-key litecoin MR8UQSBr5ULwWheBHznrHk2jxyxkHQu8vB',
  'same-key litecoin ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9',
  'same-script bitcoin-cash bitcoincash:pz70adegkkzz202l8acteduqa8hjrzng7s9tg65l3m',
].sort()

describe('equivalents', () => {
  it('of P2PKH and of P2WPKH are all the variants of the key hash, on every chain that shares it', () => {
    const without = (text: string) => keyHashVariants.filter((variant) => !variant.endsWith(text))
    expect(written(keyOfText(generator.p2pkh))).toEqual(without(generator.p2pkh))
    expect(written(keyOfText(generator.p2wpkh))).toEqual(without(generator.p2wpkh))
    const cash = 'bitcoincash:qp63uahgrxged4z5jswyt5dn5v3lzsem6cy4spdc2h'
    expect(written(keyOfText(cash))).toEqual(without(cash))
    const litecoin = 'ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9'
    expect(written(keyOfText(litecoin))).toEqual(without(litecoin))
  })

  it('of P2SH are itself on the other chains, and nothing of the script it hides', () => {
    expect(written(keyOfText(generator.nested))).toEqual([
      'same-script bitcoin-cash bitcoincash:pz70adegkkzz202l8acteduqa8hjrzng7s9tg65l3m',
      'same-script litecoin MR8UQSBr5ULwWheBHznrHk2jxyxkHQu8vB',
    ])
  })

  it('do not lead from a P2SH to what it holds, and nestedVariants lead there', () => {
    const nested = (text: string) =>
      nestedVariants(keyOfText(text)).map(({ key, basis }) => [addressText(key), basis])
    expect(nested(generator.p2pkh)).toEqual([[generator.nested, 'same-key']])
    expect(nested(generator.p2wpkh)).toEqual([[generator.nested, 'same-key']])
    expect(nested(generator.nested)).toEqual([])
    expect(nested('ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9')).toEqual([
      ['MR8UQSBr5ULwWheBHznrHk2jxyxkHQu8vB', 'same-key'],
    ])
    const p2wsh = makeKey('bitcoin', witnessScript(0, new Uint8Array(32).fill(7)))
    expect(nestedVariants(p2wsh)).toHaveLength(1)
    expect(equivalents(p2wsh)).toEqual(expect.arrayContaining(nestedVariants(p2wsh)))
    expect(nestedVariants(makeKey('bitcoin', witnessScript(1, new Uint8Array(32))))).toEqual([])
  })

  /** Of the private key 1: https://eips.ethereum.org/EIPS/eip-155 has the way from key to account. */
  const accounts = [
    'same-key evm 0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf',
    'same-key tron TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC',
  ]

  it('of a compressed P2PK script are all the variants of its key, and its accounts', () => {
    const ofUncompressed = [
      `same-key bitcoin ${generator.p2pkhOfUncompressed}`,
      'same-key bitcoin-cash bitcoincash:qzgmyjle755g2v5kptrg02asx5f8k8fg55zdx7hd4l',
      'same-key litecoin LYWKqJhtPeGyBAw7WC8R3F7ovxtzAiubdM',
    ]
    expect(written(`bitcoin:21${generator.compressed}ac`)).toEqual(
      [...keyHashVariants, ...ofUncompressed, ...accounts].sort(),
    )
  })

  it('of an uncompressed P2PK script are its own hash and the variants of the compressed key, but no segwit of its own hash', () => {
    const own = written(`bitcoin:41${generator.uncompressed}ac`)
    expect(own).toEqual(
      expect.arrayContaining([`same-key bitcoin ${generator.p2pkhOfUncompressed}`, ...keyHashVariants]),
    )
    expect(own).toHaveLength(keyHashVariants.length + 3 + accounts.length)
    expect(written(`bitcoin:41${genesis.publicKey}ac`)).toContain(`same-key bitcoin ${genesis.p2pkh}`)
  })

  it('of a bare multisig are none: one of its keys is not the party', () => {
    expect(equivalents(`bitcoin:5121${generator.compressed}51ae`)).toEqual([])
  })

  it('of P2WSH are P2SH-P2WSH and the same on Litecoin', () => {
    const program = new Uint8Array(32).fill(7)
    const script = witnessScript(0, program)
    const nested = p2shScript(hash160(script))
    expect(equivalents(makeKey('bitcoin', script))).toEqual([
      { key: makeKey('litecoin', script), basis: 'same-script' },
      { key: makeKey('bitcoin', nested), basis: 'same-script' },
      { key: makeKey('litecoin', nested), basis: 'same-script' },
      { key: makeKey('bitcoin-cash', nested), basis: 'same-script' },
    ])
  })

  it('of a Tron account is the EVM account, and back', () => {
    const account = 'a614f803b6fd780986a42c78ec9c7f77e6ded13c'
    expect(equivalents(`tron:${account}`)).toEqual([{ key: `evm:${account}`, basis: 'same-account' }])
    expect(equivalents(`evm:${account}`)).toEqual([{ key: `tron:${account}`, basis: 'same-account' }])
  })

  it('of Taproot, of later witness versions and of other chains are none', () => {
    for (const version of [1, 2, 16]) {
      expect(equivalents(makeKey('bitcoin', witnessScript(version, new Uint8Array(32))))).toEqual([])
    }
    const alone = families.filter(
      (family) => !['evm', 'tron', 'bitcoin', 'litecoin', 'bitcoin-cash'].includes(family),
    )
    fc.assert(fc.property(fc.constantFrom(...alone).chain(keyOf), (key) => equivalents(key).length === 0))
    expect(equivalents('bitcoin:6a')).toEqual([])
    expect(equivalents(`bitcoin-cash:aa20${'00'.repeat(32)}87`)).toEqual([])
    expect(equivalents(`dash:76a914${'00'.repeat(20)}88ac`)).toEqual([])
  })

  it('never repeat a key or name the key itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...families).chain(keyOf), (key) => {
        const keys = equivalents(key).map((equivalent) => equivalent.key)
        expect(new Set([key, ...keys]).size).toBe(keys.length + 1)
      }),
    )
  })

  it('are closed: the equivalents of an equivalent are among them, or the key itself', () => {
    fc.assert(
      fc.property(fc.constantFrom(...families).chain(keyOf), (key) => {
        const known = new Set([key, ...equivalents(key).map((equivalent) => equivalent.key)])
        for (const equivalent of equivalents(key)) {
          for (const further of equivalents(equivalent.key)) expect(known).toContain(further.key)
        }
      }),
    )
  })

  it('go both ways with the same basis, save from a P2SH, which hides what it came from', () => {
    fc.assert(
      fc.property(fc.constantFrom(...families).chain(keyOf), (key) => {
        for (const equivalent of equivalents(key)) {
          const hides =
            classifyScript(keyBytes(equivalent.key)) === 'p2sh' && classifyScript(keyBytes(key)) !== 'p2sh'
          const back = equivalents(equivalent.key).filter((found) => found.key === key)
          expect(back).toEqual(hides ? [] : [{ key, basis: equivalent.basis }])
        }
      }),
    )
  })

  it('P2PKH and P2WPKH of one hash give each other', () => {
    fc.assert(
      fc.property(bytes(20), (hash) => {
        const legacy = makeKey('bitcoin', p2pkhScript(hash))
        const segwit = makeKey('bitcoin', witnessScript(0, hash))
        expect(equivalents(legacy)).toContainEqual({ key: segwit, basis: 'same-key' })
        expect(equivalents(segwit)).toContainEqual({ key: legacy, basis: 'same-key' })
      }),
    )
  })

  it('of the P2PKH of an uncompressed key do not lead to its compressed address: a hash hides the key', () => {
    const keys = equivalents(keyOfText(generator.p2pkhOfUncompressed)).map(({ key }) => key)
    expect(keys).toHaveLength(7)
    expect(keys).not.toContain(keyOfText(generator.p2pkh))
  })
})
