import { describe, expect, it } from 'vitest'
import { shallowFinality } from '../../src/config/chains.ts'
import { bitcoinChain, evmChain, parse } from './parse.ts'

const said = (yaml: string) => {
  const [chain] = parse(yaml).chains
  if (chain === undefined) throw new Error('no chain')
  return shallowFinality(chain)
}

describe('a finality that comes too early for the chain', () => {
  it('is said, and obeyed', () => {
    expect(said(`${evmChain}    finality: { depth: 63 }`)).toBe(
      'finality.depth: 63 is less than the 64 blocks that Ethereum needs',
    )
    expect(parse(`${evmChain}    finality: { depth: 63 }`).chains[0]?.finality.depth).toBe(63)
  })

  it('is also a tag that the chain does not keep to', () => {
    const polygon = evmChain.replace('chainId: 1', 'chainId: 137')
    expect(said(`${polygon}    finality: { tag: finalized }`)).toMatch(/finalized is not reliable on Polygon/)
  })

  it('is not said of the defaults, of more, of chains that nobody defined, and of Bitcoin', () => {
    expect(said(evmChain)).toBeNull()
    expect(said(`${evmChain}    finality: { depth: 65 }`)).toBeNull()
    expect(said(`${evmChain.replace('chainId: 1', 'chainId: 31337')}    finality: { depth: 1 }`)).toBeNull()
    expect(said(`${bitcoinChain}    finality: { depth: 1 }`)).toBeNull()
  })
})
