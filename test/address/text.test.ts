import { describe, expect, it } from 'vitest'
import { type families, keyBytes, keyFamily, makeKey } from '../../src/address/key.ts'
import { p2pkhScript, p2shScript } from '../../src/address/script-templates.ts'
import { addressText } from '../../src/address/text.ts'
import { generator } from './key-vectors.ts'
import { otherAddresses } from './other-vectors.ts'

describe('addressText', () => {
  it('writes EVM in EIP-55 and Tron in base58', () => {
    const account = '5aaeb6053f3e94c9b9a09f33669435e7ef1beaed'
    expect(addressText(`evm:${account}`)).toBe('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed')
    expect(addressText('tron:a614f803b6fd780986a42c78ec9c7f77e6ded13c')).toBe(
      'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
    )
  })

  it('writes one Bitcoin script with the prefix of each network', () => {
    const key = 'bitcoin:0014751e76e8199196d454941c45d1b3a323f1433bd6'
    expect(addressText(key)).toBe(generator.p2wpkh)
    expect(addressText(key, 'mainnet')).toBe(generator.p2wpkh)
    // BIP173's own example of a test address.
    expect(addressText(key, 'testnet4')).toBe('tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx')
    expect(addressText(key, 'signet')).toBe('tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx')
    expect(addressText(key, 'regtest')).toMatch(/^bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7k/)
  })

  it.each([
    ['P2PK', `21${generator.compressed}ac`],
    ['multisig', `5121${generator.compressed}51ae`],
    ['OP_RETURN', '6a0568656c6c6f'],
    ['a version 0 program of no known length', '0010751e76e8199196d454941c45d1b3a323'],
    ['one opcode', '51'],
  ])('writes %s as script:HEX on every network', (_, hex) => {
    for (const network of ['mainnet', 'testnet4', 'signet', 'regtest'] as const) {
      expect(addressText(`bitcoin:${hex}`, network)).toBe(`script:${hex}`)
    }
  })

  it.each(otherAddresses)('writes $text for its main network', ({ key, text, canonical }) => {
    const expected = canonical ?? text
    const onTestNetwork = /^(?:bchtest|Q|tltc)/.test(expected)
    if (onTestNetwork) expect(addressText(key)).toMatch(/^(?:bitcoincash:|M|ltc1)/)
    else expect(addressText(key)).toBe(expected)
  })

  it('begins each family and kind with the letter that the chain is known by', () => {
    const hash = new Uint8Array(20).fill(0x55)
    const first = (family: (typeof families)[number], script: Uint8Array) =>
      addressText(makeKey(family, script)).slice(0, 2)
    expect(first('litecoin', p2pkhScript(hash))).toMatch(/^L/)
    expect(first('litecoin', p2shScript(hash))).toMatch(/^M/)
    expect(first('dash', p2pkhScript(hash))).toMatch(/^X/)
    expect(first('dash', p2shScript(hash))).toMatch(/^7/)
    expect(first('zcash', p2pkhScript(hash))).toBe('t1')
    expect(first('zcash', p2shScript(hash))).toBe('t3')
    expect(first('dogecoin', p2pkhScript(hash))).toMatch(/^D/)
    expect(first('dogecoin', p2shScript(hash))).toMatch(/^[9A]/)
    expect(first('bitcoin-gold', p2pkhScript(hash))).toMatch(/^G/)
    expect(first('bitcoin-gold', p2shScript(hash))).toMatch(/^A/)
    expect(first('verge', p2pkhScript(hash))).toMatch(/^D/)
    expect(first('verge', p2shScript(hash))).toMatch(/^E/)
  })

  it('gives back the key where a relative of Bitcoin has no address for the script', () => {
    for (const family of ['dash', 'bitcoin-cash'] as const) {
      const key = makeKey(family, Uint8Array.of(0x6a))
      expect(addressText(key)).toBe(key)
      expect([keyFamily(key), [...keyBytes(key)]]).toEqual([family, [0x6a]])
    }
  })
})
