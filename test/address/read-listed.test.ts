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
  ])('%s of %s is a public key, whose address matches as same-key', (listed, asset, address) => {
    expect(readListed(listed, asset)).toMatchObject({ ok: true, form: 'public-key' })
    expect(basisOf(listed, asset, address)).toBe('same-key')
  })

  it.each([compressed, plain])('%s, labelled as an asset of EVM chains, is an account', (listed) => {
    expect(basisOf(listed, 'ETH', account)).toBe('exact')
    expect(basisOf(listed, 'Ethereum', account)).toBe('exact')
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
    for (const asset of ['XMR', 'DASH', 'XRP'])
      expect(readListed(compressed, asset)).toEqual({ ok: false, reason: 'a public key, and no address' })
    expect(readListed('ab'.repeat(32), 'XBT')).toMatchObject({ ok: false })
  })

  it('reads an address as it is read anywhere', () => {
    for (const address of [segwit, account, genesisAddress])
      expect(readListed(address, null)).toEqual(parseAddress(address))
  })
})
