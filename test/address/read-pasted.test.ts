import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/address/parse.ts'
import { readPasted } from '../../src/address/read-pasted.ts'
import { randomRuns } from '../long.ts'
import { eip55, ofacAddresses, otherAddresses } from './other-vectors.ts'

const [account = '', other = ''] = eip55
const bech32 = 'BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4'
/** BOLT 11's first example. */
const invoice =
  'lnbc1pvjluezpp5qqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqqqsyqcyq5rqwzqfqypqdpl2pkx2ctnv5sxxmmwwd5kgetjypeh2ursdae8g6twvus8g6rfwvs8qun0dfjkxaq8rkx3yf5tcsyz3d73gafnh3cax9rn449d9p5uxz9ezhhypd0elx87sjle52x86fux2ypatgddc6k63n7erqz25le42c4u4ecky03ylcqca784w'

function taken(text: string): string {
  const pasted = readPasted(text)
  return pasted.ok ? `${pasted.address} from ${pasted.took}` : `none: ${pasted.reason}`
}

describe('what wallets hand out', () => {
  it.each([
    // https://eips.ethereum.org/EIPS/eip-681, its own examples (the first with a checksum that agrees).
    [`ethereum:${account}?value=2.014e18`, account, 'an EIP-681 link'],
    [`ethereum:pay-${account}@1?value=1`, account, 'an EIP-681 link for chain 1'],
    [`ETHEREUM:${account}@137`, account, 'an EIP-681 link for chain 137'],
    [
      'ethereum:0x89205a3a3b2a69de6dbf7f01ed13b2108b2c43e7/transfer?address=0x8e23ee67d1332ad560396262c48ffbb01f93d052&uint256=1',
      '0x8e23ee67d1332ad560396262c48ffbb01f93d052',
      "an EIP-681 link: who gets the token, not the token's contract",
    ],
    // https://eips.ethereum.org/EIPS/eip-3770
    [`eth:${account}`, account, 'an EIP-3770 address for eth'],
    [`arb1:${account}`, account, 'an EIP-3770 address for arb1'],
    // https://chainagnostic.org/CAIPs/caip-10, its test cases, and the namespaces' pages.
    [
      'eip155:1:0xab16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb',
      '0xab16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb',
      'a CAIP-10 account id of eip155:1',
    ],
    [
      'bip122:000000000019d6689c085ae165831e93:128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6',
      '128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6',
      'a CAIP-10 account id of bip122:000000000019d6689c085ae165831e93',
    ],
    // https://github.com/bitcoin/bips/blob/master/bip-0021.mediawiki#examples, with a sound address.
    [
      'bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?amount=20.3&label=Luke-Jr',
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      'a bitcoin: link (BIP 21)',
    ],
    [
      'bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?somethingyoudontunderstand=50',
      '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa',
      'a bitcoin: link (BIP 21)',
    ],
    // BIP 173: QR codes have capitals.
    [`BITCOIN:${bech32}?AMOUNT=0.5`, bech32, 'a bitcoin: link (BIP 21)'],
    [`bitcoin:?bc=${bech32}`, bech32, 'a bitcoin: link (BIP 21)'],
    [
      `bitcoin:${bech32}?lightning=${invoice}`,
      bech32,
      'a bitcoin: link (BIP 21), which can be paid another way too',
    ],
    [
      'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a?amount=1',
      'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a',
      'a bitcoincash: link',
    ],
    [
      'tron:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t?amount=1',
      'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
      'a tron: link',
    ],
    [
      'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh?dt=12345',
      'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh',
      'an XRP address with a tag',
    ],
    [
      'ripple:rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh?dt=1',
      'rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh',
      'a ripple: link',
    ],
    // https://github.com/XRPLF/XRPL-Standards/tree/master/XLS-0005-tagged-addresses
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ', 'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59', 'an X-address'],
    // The contract of USDT as Tron's nodes write it.
    ['41a614f803b6fd780986a42c78ec9c7f77e6ded13c', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', "Tron's hex"],
    ['0x41A614F803B6FD780986A42C78EC9C7F77E6DED13C', 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t', "Tron's hex"],
  ])('%s', (text, address, took) => {
    expect(taken(text)).toBe(`${address} from ${took}`)
    const pasted = readPasted(text)
    const plain = parseAddress(address)
    expect(pasted.ok && plain.ok && pasted.key === plain.key && pasted.text === plain.text).toBe(true)
  })

  it.each([
    [' ', ' '],
    ['\u00a0', '\u202f'],
    ['\ufeff', '\u200b\r\n'],
    ['\u3000', '\u2009'],
  ])('is read with white space around it (%j, %j)', (before, after) => {
    expect(taken(`${before}${account}${after}`)).toBe(`${account} from null`)
    expect(taken(`${before}eth:${account}${after}`)).toBe(`${account} from an EIP-3770 address for eth`)
  })

  it('is what it was before, where it is an address already', () => {
    const known = [
      ...eip55,
      ...otherAddresses.map(({ text }) => text),
      ...ofacAddresses.map(([, text]) => text),
    ]
    for (const text of known)
      expect(readPasted(text)).toEqual({ ...parseAddress(text), address: text, took: null })
  })
})

describe("an explorer's link", () => {
  it.each([
    [`https://etherscan.io/address/${account}#tokentxns`, account, ''],
    [`etherscan.io/address/${account}`, account, ''],
    [`https://etherscan.io/token/${other}`, other, ''],
    [`https://etherscan.io/token/${other}?a=${account}`, account, ": the token's holder, not the token"],
    [`https://etherscan.io/address/${account}?fromaddress=${other}`, account, ''],
    [`https://app.safe.global/home?safe=eth:${account}`, account, ''],
    [
      'https://tronscan.org/#/address/TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
      'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
      '',
    ],
    [
      'https://mempool.space/address/128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6',
      '128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6',
      '',
    ],
    [
      'https://solscan.io/account/Vote111111111111111111111111111111111111111',
      'Vote111111111111111111111111111111111111111',
      '',
    ],
  ])('%s', (text, address, more) => {
    expect(taken(text)).toBe(`${address} from a link to a page${more}`)
  })

  it.each([
    [
      `https://example.org/compare/${account}/${other}`,
      'a link with 2 addresses: give the one that is meant',
    ],
    [`https://etherscan.io/tx/0x${'ab'.repeat(32)}`, 'a link to a transaction: give the address'],
    ['https://etherscan.io/', 'a link without an address: give the address'],
    // Not the sound one beside it.
    [
      `https://etherscan.io/address/${account.slice(0, -1)}?a=${other}`,
      "a link whose address can't be read: 0x with 39 hex digits, expected 40",
    ],
  ])('%s holds none that is meant', (text, reason) => {
    expect(taken(text)).toBe(`none: ${reason}`)
  })
})

describe('what holds no address, or more than one', () => {
  it.each([
    ['vitalik.eth', 'a name (ENS or such), and no address: ask for its address'],
    ['name.base.eth', 'a name (ENS or such), and no address: ask for its address'],
    [
      'ethereum:vitalik.eth@1',
      'an EIP-681 link for chain 1: a name (ENS or such), and no address: ask for its address',
    ],
    [invoice, 'an invoice of Lightning, and no address: ask for the address'],
    [`lightning:${invoice}`, 'an invoice of Lightning, and no address: ask for the address'],
    [invoice.toUpperCase(), 'an invoice of Lightning, and no address: ask for the address'],
    [
      'satoshi@example.org',
      'a name as Lightning addresses and e-mail have it, and no address: ask for the address',
    ],
    [
      `bitcoin:?lightning=${invoice}`,
      'a bitcoin: link (BIP 21) without an address (an invoice?): ask for the address',
    ],
    [
      // BIP 21: what requires something unknown is no valid link.
      'bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?req-somethingyoudontunderstand=50',
      'a bitcoin: link (BIP 21) with a parameter req-…, which chainscreen does not know: ask for the address',
    ],
    [
      `bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa?bc=${bech32}`,
      'a bitcoin: link (BIP 21) with 2 addresses: ask about each',
    ],
    ['bitcoin:LaMT348PWRnrqeeWArpwQPbuanpXDZGEUz', 'a bitcoin: link (BIP 21) holds an address of litecoin'],
    [
      `ethereum:${account}/approve?address=${other}&uint256=1`,
      'an EIP-681 link that calls a contract: ask for the address that it pays',
    ],
    [
      `ethereum:${account}/transfer?address=${other}&address=${account}`,
      'an EIP-681 link that transfers a token to 2 addresses, expected 1',
    ],
    [`ethereum:${account.slice(0, -1)}@1`, 'an EIP-681 link for chain 1: 0x with 39 hex digits, expected 40'],
    ['T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ', "an X-address of XRP's test network"],
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqY', 'X-address checksum does not match'],
    ['hello', 'no address format known to chainscreen'],
  ])('%s', (text, reason) => {
    const pasted = readPasted(text)
    expect(pasted).toEqual({ ok: false, reason })
  })

  it('never throws, and never reads the key of another address than one that stands in the text', () => {
    const piece = fc.constantFrom(
      'ethereum:',
      'bitcoin:',
      'eth:',
      account,
      other,
      bech32,
      '@1',
      '/transfer',
      '?address=',
      '?a=',
      'https://x.io/',
      '/address/',
      '&',
      '%',
      ':',
      '\u00a0',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 7 }), (pieces) => {
        const text = pieces.join('')
        const pasted = readPasted(text)
        if (pasted.ok) expect(text).toContain(pasted.address)
      }),
      { numRuns: randomRuns(300) },
    )
  })
})
