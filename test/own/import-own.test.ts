import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/address/parse.ts'
import { bitcoinNetworkOf, prefixFits } from '../../src/own/import-own.ts'

/** One address of each prefix, from Bitcoin Core's `src/test/data/key_io_valid.json` and BIP 173. */
const examples = [
  ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'mainnet', ['mainnet']],
  ['3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy', 'mainnet', ['mainnet']],
  ['bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', 'mainnet', ['mainnet']],
  ['BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4', 'mainnet', ['mainnet']],
  ['mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', 'test', ['testnet4', 'signet', 'regtest']],
  ['2MzQwSSnBHWHqSAqtTVQ6v47XtaisrJa1Vc', 'test', ['testnet4', 'signet', 'regtest']],
  ['tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx', 'test', ['testnet4', 'signet']],
  ['bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080', 'regtest', ['regtest']],
] as const

describe('the network of a Bitcoin address', () => {
  it.each(examples)('%s is written for %s, and fits %j', (text, prefix, fitting) => {
    expect(parseAddress(text)).toMatchObject({ ok: true, key: expect.stringMatching(/^bitcoin:/) })
    expect(bitcoinNetworkOf(text)).toBe(prefix)
    const networks = ['mainnet', 'testnet4', 'signet', 'regtest'] as const
    expect(networks.filter((network) => prefixFits(text, network))).toEqual(fitting)
  })

  it('is open for a script in hex, which fits anywhere', () => {
    expect(bitcoinNetworkOf('script:51')).toBeNull()
    expect(prefixFits('script:51', 'mainnet')).toBe(true)
  })
})
