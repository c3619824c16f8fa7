import { describe, expect, it } from 'vitest'
import { networkFacts } from '../../../../src/chains/bitcoin/networks.ts'
import { subsidyAt } from '../../../../src/chains/bitcoin/proof/amounts.ts'

describe('the subsidy', () => {
  it.each([
    [0, 5_000_000_000],
    [209_999, 5_000_000_000],
    [210_000, 2_500_000_000],
    [840_000, 312_500_000],
    [6_929_999, 1],
    [6_930_000, 0],
    [100_000_000, 0],
  ])('at height %i is %i satoshi', (height, sats) => {
    expect(subsidyAt(height, networkFacts.mainnet)).toBe(sats)
  })

  it('halves every 150 blocks on regtest', () => {
    expect(subsidyAt(150, networkFacts.regtest)).toBe(2_500_000_000)
  })
})
