import { describe, expect, it } from 'vitest'
import { configTemplate } from '../../src/config/template.ts'
import { parse } from './parse.ts'

/** The template with every example that is commented out put in force, and its own examples taken out. */
function uncommented(): string {
  return configTemplate
    .split('\n')
    .map((line) => line.replace(/^( *)# (- |[a-z]+[A-Za-z]*:(?: |$)| {2})/, '$1$2'))
    .join('\n')
}

describe('the config that init writes', () => {
  it('is valid as it is', () => {
    const config = parse(configTemplate)
    expect(config.lists).toMatchObject([{ id: 'ofac-sdn', file: 'bundled' }])
    expect(config.chains).toMatchObject([
      { id: 'ethereum', rpc: ['http://127.0.0.1:8545'], tokens: [{}, {}, { wrapped: true }] },
      { id: 'bitcoin', auth: { cookieFile: '/var/lib/bitcoind/.cookie' } },
    ])
  })

  it('takes its nodes from the environment', () => {
    const env = { ETHEREUM_RPC: 'https://e:1', BITCOIN_RPC: 'https://b:2', BITCOIN_COOKIE: '/c' }
    expect(parse(configTemplate, env).chains).toMatchObject([
      { rpc: ['https://e:1'] },
      { rpc: ['https://b:2'], auth: { cookieFile: '/c' } },
    ])
  })

  it('has examples that are valid too, once their comment sign is gone', () => {
    const text = uncommented()
      .replace('- id: ofac-sdn\n    format', '- id: ofac-file\n    format')
      .replace(/^ {4}(username|passwordFile): .*\n/gm, '')
    expect(text).not.toMatch(/^ *# *- id/m)
    const config = parse(text)
    expect(config.lists.map((list) => list.format)).toEqual([
      'bundled',
      'ofac-sdn-advanced',
      'csv',
      'token-blacklist',
    ])
    expect(config.chains.map((chain) => chain.id)).toEqual(['ethereum', 'bitcoin', 'anvil', 'regtest'])
    expect(config.own.map((source) => source.type)).toEqual(['file', 'postgres'])
    expect(config.chains[0]).toMatchObject({ traces: 'auto', verify: 'strict', prefetch: 8 })
  })

  it('names nothing that is not built', () => {
    expect(configTemplate).not.toMatch(/delivery|webhook/)
  })
})
