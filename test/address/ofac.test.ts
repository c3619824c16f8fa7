import { readFileSync } from 'node:fs'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/address/parse.ts'
import { addressText } from '../../src/address/text.ts'
import { hasShared, sharedPath } from '../shared.ts'

interface Row {
  asset: string
  address: string
}

describe.skipIf(!hasShared)('every crypto address of OFAC on 2025-11-19 (needs the reference data)', () => {
  const rows: Row[] = hasShared
    ? parse(readFileSync(sharedPath('data/ofac/ofac_addresses_detail.csv')), { columns: true })
    : []

  it('lands in its true family, whatever its label', () => {
    const counts: Record<string, number> = {}
    for (const { asset, address } of rows) {
      const result = parseAddress(address, { asset })
      const name = `${asset} ${result.ok ? result.key.split(':')[0] : 'none'}`
      counts[name] = (counts[name] ?? 0) + 1
    }
    expect(counts).toEqual({
      'ARB evm': 1,
      'BCH bitcoin': 1,
      'BCH bitcoin-cash': 6,
      'BNB bnb': 1,
      'BSC evm': 1,
      'BSV bitcoin': 1,
      'BTG bitcoin-gold': 1,
      'DASH dash': 3,
      'ETC evm': 1,
      'ETH evm': 77,
      'LTC litecoin': 11,
      'SOL solana': 1,
      'TRX tron': 29,
      'USDC evm': 2,
      'USDT bitcoin': 7,
      'USDT evm': 8,
      'USDT tron': 78,
      'XBT bitcoin': 518,
      'XBT tron': 1,
      'XMR monero': 7,
      'XMR none': 1,
      'XRP xrp': 1,
      'XVG verge': 1,
      'ZEC zcash': 3,
    })
  })

  it('has one row that is no address: 64 hex digits under XMR', () => {
    const refused = rows.flatMap(({ asset, address }) => {
      const result = parseAddress(address, { asset })
      return result.ok ? [] : [{ address, reason: result.reason }]
    })
    expect(refused).toEqual([
      {
        address: '5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320',
        reason: '64 hex digits are no address (a transaction hash or public key?)',
      },
    ])
  })

  it('is written back as the chain writes it', () => {
    for (const { asset, address } of rows) {
      const result = parseAddress(address, { asset })
      if (result.ok) expect(addressText(result.key)).toBe(result.text)
    }
    expect(rows).toHaveLength(761)
  })
})
