import { describe, expect, it } from 'vitest'
import { equivalents } from '../../src/address/equivalents.ts'
import type { Key } from '../../src/address/key.ts'
import { parseAddress } from '../../src/address/parse.ts'
import { readListed } from '../../src/address/read-listed.ts'

/** SEC 2's generator: the public key of the private key 1, in both encodings (https://www.secg.org/sec2-v2.pdf). */
const compressed = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
const plain =
  '0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8'
/** BIP 173's address of that key, and its account. */
const segwit = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const account = '0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf'
const tron = 'TMVQGm1qAQYVdetCeGRRkTWYYrLXuHK2HC'
/** The key that the genesis block pays, and its address. */
const genesis =
  '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f'
const genesisAddress = '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'

function keyOf(address: string): Key {
  const parsed = parseAddress(address)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.key
}

/** By what an address matches what was read. */
function basisOf(listed: string, asset: string | null, address: string) {
  const read = readListed(listed, asset)
  if (!read.ok) return read.reason
  const key = keyOf(address)
  return read.key === key ? 'exact' : equivalents(read.key).find((form) => form.key === key)?.basis
}

describe('a field of a list that holds one address', () => {
  it.each([
    [compressed, null, segwit],
    [compressed.toUpperCase(), 'XBT', segwit],
    [plain, 'BTC', segwit],
    [`0x${plain}`, null, segwit],
    [genesis, 'XBT', genesisAddress],
    [compressed, null, account],
    [plain, 'BTC', account],
    [compressed, 'XBT', tron],
  ])('%s of %s is a public key, whose address matches as same-key', (listed, asset, address) => {
    expect(readListed(listed, asset)).toMatchObject({ ok: true, form: 'public-key' })
    expect(basisOf(listed, asset, address)).toBe('same-key')
  })

  it.each([compressed, plain])('%s, labelled as an asset of EVM chains, is an account', (listed) => {
    expect(basisOf(listed, 'ETH', account)).toBe('exact')
    expect(basisOf(listed, 'Ethereum', account)).toBe('exact')
  })

  it.each([compressed, plain])('%s, labelled as Tron or XRP, is its account there', (listed) => {
    expect(basisOf(listed, 'TRX', tron)).toBe('exact')
    expect(basisOf(listed, 'Tron', account)).toBe('same-account')
    // Of the key's hash, as P2PKH has it: https://xrpl.org/docs/concepts/accounts/addresses#address-encoding
    const hash = keyOf(segwit).slice('bitcoin:0014'.length)
    expect(readListed(listed, 'XRP')).toMatchObject({ ok: true, key: `xrp:${hash}` })
  })

  it.each([
    `02${'f'.repeat(64)}`,
    `03${'0'.repeat(63)}5`,
    `04${'1'.repeat(128)}`,
    plain.replace(/8$/, '9'),
    compressed.slice(2),
    plain.slice(2),
  ])('%s, which is no point of the curve or lacks its first byte, is no key', (listed) => {
    for (const asset of [null, 'XBT', 'ETH', 'TRX', 'XRP'])
      expect(readListed(listed, asset)).toMatchObject({ ok: false })
  })

  it("takes Tron's hex, unless the source says that it is something else", () => {
    const hex = `41${account.slice(2)}`
    for (const listed of [hex, hex.toLowerCase(), `0x${hex}`])
      for (const asset of [null, 'TRX', 'tron', 'USDT'])
        expect(readListed(listed, asset)).toEqual(parseAddress(tron))
    for (const asset of ['XBT', 'ETH', 'XMR']) expect(readListed(hex, asset)).toMatchObject({ ok: false })
    for (const other of [`42${hex.slice(2)}`, hex.slice(0, -1), `${hex}0`])
      expect(readListed(other, 'TRX')).toMatchObject({ ok: false })
  })

  it('takes X-addresses, which have a checksum, with the account that they hold', () => {
    // The examples of XLS-5: https://github.com/XRPLF/XRPL-Standards/tree/master/XLS-0005-tagged-addresses
    const classic = 'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59'
    for (const asset of [null, 'XRP', 'XBT']) {
      expect(readListed('X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ', asset)).toEqual(
        parseAddress(classic),
      )
      expect(readListed('X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu', asset)).toEqual(
        parseAddress(classic),
      )
    }
    expect(readListed('X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqa', 'XRP')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('checksum'),
    })
    expect(readListed('T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ', 'XRP')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('test network'),
    })
  })

  it('takes 40 hex digits only where the source says what they are', () => {
    const bare = account.slice(2)
    for (const asset of ['ETH', ' eth ', 'USDC', 'Ethereum'])
      expect(readListed(bare, asset)).toEqual(parseAddress(account))
    expect(readListed(bare.toLowerCase(), 'ARB')).toEqual(parseAddress(account))
    for (const asset of [null, 'XBT', 'XMR', 'constructor'])
      expect(readListed(bare, asset)).toEqual({ ok: false, reason: '40 hex digits without 0x' })
    const mistyped = `${bare.slice(0, -1)}F`
    expect(readListed(mistyped, 'ETH')).toEqual({ ok: false, reason: 'EIP-55 checksum does not match' })
  })

  it('leaves what is no key, and keys of chains whose addresses it does not derive, to a person', () => {
    expect(readListed(`02${'f'.repeat(64)}`, null)).toEqual({
      ok: false,
      reason: 'a public key that is no point of the curve',
    })
    for (const asset of ['XMR', 'DASH', 'SOL'])
      expect(readListed(compressed, asset)).toEqual({ ok: false, reason: 'a public key, and no address' })
    expect(readListed('ab'.repeat(32), 'XBT')).toMatchObject({ ok: false })
  })

  it('reads an address as it is read anywhere', () => {
    for (const address of [segwit, account, genesisAddress])
      expect(readListed(address, null)).toEqual(parseAddress(address))
  })
})
