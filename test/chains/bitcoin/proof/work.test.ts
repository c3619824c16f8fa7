import { describe, expect, it } from 'vitest'
import { networkFacts } from '../../../../src/chains/bitcoin/networks.ts'
import { workFault } from '../../../../src/chains/bitcoin/proof/work.ts'

const { mainnet, regtest, signet, testnet4 } = networkFacts

describe('proof of work', () => {
  it.each([
    [mainnet, 0x1d00ffff],
    [testnet4, 0x1d00ffff],
    [signet, 0x1e0377ae],
    [regtest, 0x207fffff],
  ])('of the genesis block of each network is enough', (facts, bits) => {
    expect(workFault(facts.genesis, bits, facts)).toBeUndefined()
  })

  it('that does not meet its own bits is not', () => {
    expect(workFault(mainnet.genesis, 0x1b00ffff, mainnet)).toBe(
      'the hash does not meet its own bits 1b00ffff',
    )
  })

  it.each([mainnet, testnet4, signet])('of a block made for regtest is not enough elsewhere', (facts) => {
    expect(workFault(regtest.genesis, 0x207fffff, facts)).toBe(
      'bits 207fffff ask for less work than the network allows',
    )
  })

  it.each([0, 0x1d800001, 0x01003456])('with bits %i is none', (bits) => {
    expect(workFault(mainnet.genesis, bits, mainnet)).toMatch(/are no target$/)
  })
})
