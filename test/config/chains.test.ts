import { describe, expect, it } from 'vitest'
import { bitcoinChain, evmChain, parse, refusal } from './parse.ts'

const hour = 3_600_000
const usdt = '0xdAC17F958D2ee523a2206206994597C13D831ec7'

describe('an EVM chain', () => {
  it('has defaults for all that can have one', () => {
    expect(parse(evmChain).chains).toEqual([
      {
        id: 'ethereum',
        type: 'evm',
        chainId: 1,
        rpc: ['http://127.0.0.1:8545'],
        start: 21_000_000,
        mempool: false,
        symbol: 'ETH',
        traces: 'auto',
        verify: 'strict',
        finality: { tag: 'finalized', depth: 64 },
        tokens: [],
        pollMs: 1_000,
        prefetch: 8,
        maxResponse: 64 * 1024 * 1024,
        timeoutMs: 30_000,
        stallMs: 1_800_000,
        staleMs: null,
      },
    ])
  })

  it('takes every key', () => {
    const text = `${evmChain.replace('21000000', 'latest')}
    symbol: POL
    traces: off
    verify: warn
    finality: { tag: none, depth: 3 }
    poll: 250ms
    prefetch: 64
    timeout: 1h
    tokens:
      - { address: "${usdt}", symbol: USDT, decimals: 6, wrapped: true }`
    expect(parse(text).chains[0]).toMatchObject({
      start: 'latest',
      symbol: 'POL',
      traces: 'off',
      finality: { tag: 'none', depth: 3 },
      pollMs: 250,
      prefetch: 64,
      timeoutMs: hour,
      tokens: [{ address: usdt.toLowerCase(), symbol: 'USDT', decimals: 6, wrapped: true }],
    })
  })

  it('fills in one half of finality when the other is given', () => {
    expect(parse(`${evmChain}    finality: { depth: 2 }`).chains[0]?.finality).toEqual({
      tag: 'finalized',
      depth: 2,
    })
  })

  it('has the finality and symbol of its chain id where the config does not say', () => {
    const polygon = evmChain.replace('chainId: 1', 'chainId: 137')
    expect(parse(polygon).chains[0]).toMatchObject({
      symbol: 'POL',
      finality: { tag: 'none', depth: 500 },
    })
    expect(parse(`${polygon}    symbol: MATIC\n    finality: { depth: 7 }`).chains[0]).toMatchObject({
      symbol: 'MATIC',
      finality: { tag: 'none', depth: 7 },
    })
  })

  it('may insist on call traces', () => {
    expect(parse(`${evmChain}    traces: required`).chains[0]).toMatchObject({ traces: 'required' })
  })

  it('takes a token address without quotes, which YAML reads as a number', () => {
    const text = `${evmChain}    tokens: [{ address: ${usdt}, symbol: USDT }]`
    expect(parse(text).chains[0]).toMatchObject({ tokens: [{ address: usdt.toLowerCase(), wrapped: false }] })
  })

  it('refuses a token address whose checksum is wrong', () => {
    const text = `${evmChain}    tokens: [{ address: "${usdt.replace('dAC', 'dAc')}", symbol: USDT }]`
    expect(refusal(text).lines).toEqual([
      expect.stringMatching(/^c\.yaml:8 chains\[0\]\.tokens\[0\]\.address: .*EIP-55/),
    ])
  })

  it('refuses the same token twice', () => {
    const text = `${evmChain}    tokens:
      - { address: "${usdt}", symbol: USDT }
      - { address: "${usdt.toLowerCase()}", symbol: T2 }`
    expect(refusal(text).lines).toEqual([expect.stringContaining('c.yaml:10 chains[0].tokens[1].address')])
  })
})

describe('a Bitcoin chain', () => {
  it('has defaults for all that can have one', () => {
    expect(parse(bitcoinChain).chains).toEqual([
      {
        id: 'bitcoin',
        type: 'bitcoin',
        network: 'mainnet',
        rpc: ['http://127.0.0.1:8332'],
        start: 900_000,
        auth: undefined,
        mempool: false,
        verify: 'strict',
        finality: { depth: 6 },
        pollMs: 2_000,
        prefetch: 8,
        maxResponse: 64 * 1024 * 1024,
        timeoutMs: 30_000,
        stallMs: 1_800_000,
        staleMs: null,
      },
    ])
  })

  it('of a signet of its own names its signetchallenge, and no other network does', () => {
    const signet = bitcoinChain.replace('network: mainnet', 'network: signet')
    expect(parse(`${signet}    signetChallenge: 51AE`).chains[0]).toMatchObject({ signetChallenge: '51ae' })
    expect(refusal(`${signet}    signetChallenge: 51a`).lines).toEqual([
      expect.stringContaining('chains[0].signetChallenge: found'),
    ])
    expect(refusal(`${bitcoinChain}    signetChallenge: 51ae`).lines).toEqual([
      expect.stringContaining('network: signet beside it'),
    ])
  })

  it.each(['http://us.er:p%rd@127.0.0.1:8332', 'http://u%:pwd@127.0.0.1:8332'])(
    'whose URL has a user or password that can not be read is refused, with its place and without either (%s)',
    (url) => {
      const { code, lines } = refusal(bitcoinChain.replace('[http://127.0.0.1:8332]', `["${url}"]`))
      expect(code).toBe('config')
      expect(lines).toEqual([
        expect.stringMatching(
          /^c\.yaml:\d+ chains\[0\]\.rpc\[0\]: found http:\/\/127\.0\.0\.1:8332, expected .*%25/,
        ),
      ])
    },
  )

  it('logs in with a cookie, whose path starts at the config file', () => {
    expect(parse(`${bitcoinChain}    cookie: btc/.cookie`).chains[0]).toMatchObject({
      auth: { cookieFile: '/etc/cs/btc/.cookie' },
    })
  })

  it('logs in with a user name and password', () => {
    expect(parse(`${bitcoinChain}    username: u\n    password: p`).chains[0]).toMatchObject({
      auth: { username: 'u', password: 'p' },
    })
  })

  it.each([
    ['cookie: a\n    username: u\n    password: p', 'chains[0].cookie'],
    ['username: u', 'chains[0].username'],
    ['password: p', 'chains[0].password'],
  ])('refuses %j, which is no way to log in', (keys, where) => {
    expect(refusal(`${bitcoinChain}    ${keys}`).lines).toEqual([expect.stringContaining(where)])
  })

  it.each(['testnet4', 'signet', 'regtest'])('takes the network %s', (network) => {
    expect(parse(bitcoinChain.replace('mainnet', network)).chains[0]).toMatchObject({ network })
  })

  it('knows no finality tag', () => {
    expect(refusal(`${bitcoinChain}    finality: { tag: finalized }`).lines).toEqual([
      'c.yaml:8 chains[0].finality.tag: found an unknown key, expected one of depth',
    ])
  })
})

describe('chains', () => {
  it('may be none', () => {
    expect(parse('chains: []').chains).toEqual([])
  })

  it.each([
    ['type: evm', 'type: tron', 'c.yaml:4 chains[0].type: found "tron", expected evm or bitcoin'],
    ['    type: evm\n', '', 'c.yaml:3 chains[0].type: found nothing, expected evm or bitcoin'],
    ['chainId: 1', 'chainId: mainnet', 'c.yaml:5 chains[0].chainId: found "mainnet", expected the chain id'],
    ['chainId: 1', 'chainId: 0', 'c.yaml:5 chains[0].chainId: found 0, expected the chain id'],
    [
      'start: 21000000',
      'start: -1',
      'c.yaml:7 chains[0].start: found -1, expected a block height, or latest',
    ],
    [
      'start: 21000000',
      'start: earliest',
      'c.yaml:7 chains[0].start: found "earliest", expected a block height',
    ],
    [
      '[http://127.0.0.1:8545]',
      'http://127.0.0.1:8545',
      'c.yaml:6 chains[0].rpc: found http://127.0.0.1:8545, expected a list',
    ],
    ['[http://127.0.0.1:8545]', '[]', 'c.yaml:6 chains[0].rpc: found an empty list, expected a list of http'],
    [
      '[http://127.0.0.1:8545]',
      '[ws://127.0.0.1:8545]',
      'c.yaml:6 chains[0].rpc[0]: found ws://127.0.0.1:8545, expected',
    ],
    ['id: ethereum', 'id: Main Net', 'c.yaml:3 chains[0].id: found "Main Net", expected a short name'],
  ])('refuses %j become %j', (from, to, line) => {
    const { code, lines } = refusal(evmChain.replace(from, to))
    expect(code).toBe('config')
    expect(lines).toEqual([expect.stringContaining(line)])
  })

  it.each([
    'poll: 5',
    'poll: 0s',
    'poll: 2d',
    'timeout: 30 s',
    'timeout: 1ms',
    'prefetch: 0',
    'prefetch: 65',
    'prefetch: 1.5',
    'traces: yes please',
    'finality: { depth: 0 }',
    'finality: { tag: latest }',
    'finality: 64',
  ])('refuses %s', (key) => {
    expect(refusal(`${evmChain}    ${key}`).lines).toHaveLength(1)
  })

  it('refuses two of one id, on the line of the second', () => {
    const second = evmChain.replace('\nchains:\n', '').replace('chainId: 1', 'chainId: 10')
    expect(refusal(evmChain + second).lines).toEqual([
      'c.yaml:8 chains[1].id: found "ethereum", expected an id that no other chain has',
    ])
  })

  it('refuses one chain under two ids, since its alerts would have the same ids', () => {
    const again = (chain: string) => chain + chain.replace('\nchains:\n', '').replace(/id: \w+/, 'id: again')
    expect(refusal(again(evmChain)).lines).toEqual([expect.stringContaining('chains[1].chainId')])
    expect(refusal(again(bitcoinChain)).lines).toEqual([expect.stringContaining('chains[1].network')])
  })
})
