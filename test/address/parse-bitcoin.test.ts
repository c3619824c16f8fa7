import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/address/parse.ts'
import { addressText } from '../../src/address/text.ts'
import { invalidBitcoin, invalidWitness } from './bitcoin-invalid.ts'
import { validBitcoin } from './bitcoin-valid.ts'

describe('Bitcoin addresses', () => {
  it.each(validBitcoin)(
    '%s %s is its scriptPubKey, and is written back with the network of the node',
    (network, address, script) => {
      expect(parseAddress(address)).toMatchObject({ ok: true, key: `bitcoin:${script}`, text: address })
      expect(addressText(`bitcoin:${script}`, network)).toBe(address)
    },
  )

  it('a label does not change what an address is', () => {
    for (const [, address, script] of validBitcoin) {
      for (const asset of ['ETH', 'LTC', 'BCH', 'USDT', 'XVG', '', null]) {
        expect(parseAddress(address, { asset })).toMatchObject({ key: `bitcoin:${script}` })
      }
    }
  })

  it('bech32 in capitals is the same address, written small', () => {
    const witness = validBitcoin.filter(([, address]) => /^(?:bc|tb|bcrt)1/.test(address))
    expect(witness.length).toBeGreaterThan(25)
    for (const [, address, script] of witness) {
      expect(parseAddress(address.toUpperCase())).toMatchObject({ key: `bitcoin:${script}`, text: address })
    }
  })

  it.each(invalidWitness)('%s is refused: %s', (address, reason) => {
    expect(parseAddress(address)).toEqual({ ok: false, reason })
  })

  it.each(invalidBitcoin)('"%s" is no Bitcoin address', (text) => {
    const result = parseAddress(text)
    expect(result.ok ? result.key : result.reason).not.toMatch(/^bitcoin:/)
  })

  it('only one of those is an address elsewhere: 0x17 is the script hash of Bitcoin Gold', () => {
    expect(invalidBitcoin.filter((text) => parseAddress(text).ok)).toEqual([
      'AZEah8d1EK362okRBS66e8SvdtYkrE8tsX',
    ])
  })

  it('names the kind of script', () => {
    const formOf = (address: string) => {
      const result = parseAddress(address)
      return result.ok ? result.form : result.reason
    }
    expect(formOf('1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo')).toBe('p2pkh')
    expect(formOf('36j4NfKv6Akva9amjWrLG6MuSQym1GuEmm')).toBe('p2sh')
    expect(formOf('bc1qvyq0cc6rahyvsazfdje0twl7ez82ndmuac2lhv')).toBe('p2wpkh')
    expect(formOf('bc1qyucykdlhp62tezs0hagqury402qwhk589q80tqs5myh3rxq34nwqhkdhv7')).toBe('p2wsh')
    expect(formOf('bc1p83n3au0rjylefxq2nc2xh2y4jzz4pm6zxj4mw5pagdjjr2a9f36s6jjnnu')).toBe('p2tr')
    expect(formOf('bc1pfeessrawgf')).toBe('p2a')
    expect(formOf('bc1z2rksukkjr8')).toBe('witness-unknown')
  })

  it('reads the script: form that alerts write for scripts without an address', () => {
    const genesis =
      '4104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac'
    expect(parseAddress(`script:${genesis.toUpperCase()}`)).toEqual({
      ok: true,
      key: `bitcoin:${genesis}`,
      form: 'p2pk',
      text: `script:${genesis}`,
    })
    expect(parseAddress('script:0014751e76e8199196d454941c45d1b3a323f1433bd6')).toMatchObject({
      text: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    })
    expect(parseAddress('script:').ok).toBe(false)
    expect(parseAddress('script:123').ok).toBe(false)
    expect(parseAddress(`script:${'00'.repeat(10_000)}`).ok).toBe(true)
    expect(parseAddress(`script:${'00'.repeat(10_001)}`)).toEqual({
      ok: false,
      reason: 'script of more than 10000 bytes',
    })
  })
})
