import { describe, expect, it } from 'vitest'
import { contractsOf } from '../../src/config/freeze-list.ts'
import { freezeListsOf } from '../../src/config/lists.ts'
import { bitcoinChain, evmChain, parse, refusal } from './parse.ts'

const usdt = '0xdac17f958d2ee523a2206206994597c13d831ec7'
const usdc = '0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48'
const other = `0x${'12'.repeat(20)}`
const polygon = evmChain.replaceAll('ethereum', 'polygon').replace('chainId: 1', 'chainId: 137')

const list = (keys: string, chains = evmChain) =>
  `lists:\n  - { id: l, format: token-blacklist, ${keys} }${chains}`

function contracts(keys: string, chains = evmChain) {
  const config = parse(list(keys, chains))
  const [one] = freezeListsOf(config.lists)
  const [chain] = config.chains
  if (one === undefined || chain?.type !== 'evm') throw new Error('no list of an evm chain')
  return contractsOf(one, chain)
}

describe('a list that is read from a chain', () => {
  it('has the issuers that are known of its chain, from their deployment on', () => {
    expect(parse(list('chain: ethereum')).lists).toEqual([
      { id: 'l', format: 'token-blacklist', chain: 'ethereum', maxAgeMs: 24 * 3_600_000 },
    ])
    expect(contracts('chain: ethereum')).toEqual([
      { contract: usdt, symbol: 'USDT', from: 4_634_748 },
      { contract: usdc, symbol: 'USDC', from: 6_082_465 },
    ])
  })

  it('has the contracts that it names, each once, with the symbol of a known issuer or of the tokens of its chain', () => {
    const tokens = `${polygon}    tokens: [{ address: "${other}", symbol: TOK }]\n`
    expect(contracts(`chain: polygon, contracts: ["${other}", ${usdt}]`, tokens)).toEqual([
      { contract: other, symbol: 'TOK', from: 0 },
      { contract: usdt, symbol: null, from: 0 },
    ])
    const twice =
      'chain: ethereum, from: 5, maxAge: 1h, contracts: ["0xdAC17F958D2ee523a2206206994597C13D831ec7", '
    expect(contracts(`${twice}${usdt}]`)).toEqual([{ contract: usdt, symbol: 'USDT', from: 5 }])
  })

  it.each([
    ['', 'chain: found nothing, expected the id of an evm chain: format token-blacklist is read from it'],
    ['chain: solana', 'chain: found "solana", expected the id of an evm chain of this config'],
    ['chain: ethereum, file: x', 'file: found "x", expected no such key'],
    ['chain: ethereum, url: "https://u:p@h/key"', 'url: found https://h, expected no such key'],
    ['chain: ethereum, every: 1h', 'every: found "1h", expected no such key'],
    ['chain: ethereum, contracts: []', 'contracts: found an empty list, expected a list of 0x addresses'],
    [
      'chain: ethereum, contracts: ["0xDAC17f958d2ee523a2206206994597c13d831ec7"]',
      'contracts[0]: found "0xDAC17',
    ],
    ['chain: ethereum, from: -1', 'from: found -1, expected a block height'],
  ])('is refused with %j', (keys, says) => {
    const { code, lines } = refusal(list(keys))
    expect(code).toBe('config')
    expect(lines).toEqual([expect.stringContaining(`lists[0].${says}`)])
  })

  it('is refused where it would have no contract, and of a chain that knows of no freezes', () => {
    expect(refusal(list('chain: polygon', polygon)).lines).toEqual([
      expect.stringContaining('lists[0].contracts: found nothing, expected a list of 0x addresses'),
    ])
    expect(refusal(list('chain: bitcoin', bitcoinChain)).lines).toEqual([
      expect.stringContaining(
        'lists[0].chain: found "bitcoin", expected the id of an evm chain of this config',
      ),
    ])
  })

  it.each(['chain: ethereum', 'contracts: []', 'from: 5'])('is no other list: %s beside a file', (key) => {
    const { lines } = refusal(`lists:\n  - { id: l, format: csv, file: x, ${key} }${evmChain}`)
    expect(lines).toHaveLength(1)
  })
})
