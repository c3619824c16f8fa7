import { describe, expect, it } from 'vitest'
import { evmChain, parse, refusal } from './parse.ts'

describe('canary', () => {
  it('is off unless the config names it, and then runs every hour', () => {
    expect(parse('chains: []').canary).toBeUndefined()
    expect(parse('canary: {}').canary).toEqual({ everyMs: 3_600_000, address: null })
  })

  it('takes another schedule, and an address of nobody', () => {
    const address = `0x${'ab'.repeat(20)}`
    expect(parse(`canary: { every: 10m, address: ${address} }`).canary).toEqual({ everyMs: 600_000, address })
  })

  it.each([
    ['canary: { every: 1s }', 'expected a duration from 1m to 1d'],
    ['canary: { address: 1BoatSLRHtKNngkdXEeobR76b53LETtpyT }', 'expected an EVM address that nobody uses'],
    ['canary: { list: house }', 'every, address'],
  ])('refuses %s', (text, line) => {
    expect(refusal(text).lines.join()).toContain(line)
  })
})

it.each([
  ['a list', 'lists:\n  - { id: canary, format: csv, file: ./l.csv }'],
  ['a chain', evmChain.replaceAll('ethereum', 'canary')],
])(
  '%s of the same name is refused: its entries and alerts would be taken for those of the test',
  (_, text) => {
    expect(refusal(text).lines).toEqual([expect.stringContaining('another name: `canary` is reserved')])
  },
)
