import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as topics from '../../src/chains/evm/extract/event-words.ts'
import type { AlertRow } from '../../src/ledger/alerts/alert-queries.ts'
import { type Anvil, startAnvil } from '../anvil.ts'
import { topic, words } from '../chains/evm/build.ts'
import { unwrappingRouter, wordsOf, wrapper } from '../chains/evm/contracts.ts'
import { logWriter } from '../chains/evm/token.ts'
import { loadedProject, type Project } from './project.ts'

/** One that OFAC lists. */
const ronin = '0x098b716b8aaf21512996dc57eb0615e2383e2f96'
const own = '0x32bb5bda5f38b92972abb9abf4a78d3968892b8c'
const [listedTopic, ownTopic] = [topic(ronin), topic(own)]

describe('events that tell of value in ways of their own, on a live anvil', () => {
  let anvil: Anvil
  let user: string

  beforeAll(async () => {
    anvil = await startAnvil({ args: ['--auto-impersonate'] })
    user = (await anvil.rpc<string[]>('eth_accounts'))[0] ?? ''
    await anvil.rpc('anvil_setBalance', ronin, `0x${(10n ** 20n).toString(16)}`)
  })

  afterAll(() => anvil?.stop())

  async function send(from: string, tx: { to?: string; data?: string }) {
    const hash = await anvil.rpc<string>('eth_sendTransaction', { from, gas: '0x4c4b40', ...tx })
    const { contractAddress } = await anvil.receipt(hash)
    return { hash, contract: contractAddress ?? '' }
  }

  /** A user whose chain starts with the next block. */
  async function userAtTheTip(tokens: readonly object[] = []): Promise<Project> {
    const start = Number(await anvil.rpc<string>('eth_blockNumber')) + 1
    const one = await loadedProject({
      lists: [{ id: 'ofac', file: 'bundled' }],
      chains: [{ id: 'anvil', type: 'evm', chainId: 31337, rpc: [anvil.url], start, tokens }],
    })
    await one.own(one.file('own.csv', `address,kind,reference\n${own},deposit,1\n`))
    return one
  }

  const shown = (one: Project) =>
    one
      .query<AlertRow>('select * from alerts order by block_height, transfer')
      .map((row) => [row.direction, row.transfer, row.role, row.level, row.amount, row.tags].join(' '))

  it.each([
    [
      'ERC-223',
      [topics.transferWithDataTopic, listedTopic, ownTopic],
      words(2, 64, 0),
      'deposit log:0 source low 2 ["unknown-asset"]',
    ],
    [
      'Transfer, only the sender indexed',
      [topics.transferTopic, listedTopic],
      words(own, 3),
      'deposit log:0 source low 3 ["unknown-asset"]',
    ],
    [
      'Transfer, only the id indexed',
      [topics.transferTopic, words(4)],
      words(ronin, own),
      'deposit log:0 source low 1 ["unknown-asset"]',
    ],
    [
      'Transfer, nothing indexed, and longer',
      [topics.transferTopic],
      words(ronin, own, 8, 0),
      'deposit log:0 source low 8 ["unknown-asset"]',
    ],
    [
      'ERC-4626 Deposit',
      [topics.vaultDepositTopic, listedTopic, ownTopic],
      words(5, 4),
      'deposit log:0 source low 4 ["unknown-asset"]',
    ],
    [
      'an event of its own',
      [`0x${'7'.repeat(64)}`, ownTopic],
      words(5, ronin),
      'deposit log:0 named low  ["undecoded"]',
    ],
    ['an anonymous event', [], words(ronin, own), 'deposit log:0 named low  ["undecoded"]'],
  ])('%s, from a listed address to an own one, alerts', async (_, kinds, data, expected) => {
    const one = await userAtTheTip()
    await send(user, { data: logWriter({ topics: kinds, data }) })
    await one.follow()
    expect(shown(one)).toEqual([expected])
  })

  it('wrapped for an own address by a listed one, alerts', async () => {
    const one = await userAtTheTip()
    await send(ronin, { data: logWriter({ topics: [topics.wrapTopic, ownTopic], data: words(5) }) })
    await one.follow()
    expect(shown(one)).toEqual(['deposit log:0 initiator low 5 ["unknown-asset"]'])
  })

  it('a permission for a listed address alerts nobody, and is no note', async () => {
    const one = await userAtTheTip()
    const approval = '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925'
    await send(user, { data: logWriter({ topics: [approval, ownTopic, listedTopic], data: words(5) }) })
    await one.follow()
    expect(shown(one)).toEqual([])
    expect(JSON.parse((await one.run('coverage', '--json')).stdout)).toMatchObject([{ undecoded: [] }])
  })

  it('an event that names nobody listed is a note of coverage, and no gap', async () => {
    const one = await userAtTheTip()
    const kind = `0x${'7'.repeat(64)}`
    const { contract } = await send(user, {
      data: logWriter({ topics: [kind, ownTopic], data: words(user) }),
    })
    await one.follow()
    expect(shown(one)).toEqual([])
    const { stdout } = await one.run('coverage')
    expect(stdout).toContain(`1 log of ${contract} with topic ${kind}: no decoder knows it`)
    const [coverage] = JSON.parse((await one.run('coverage', '--json')).stdout)
    expect(coverage.undecoded).toMatchObject([{ contract, topic: kind, logs: 1, blocks: 1 }])
    // What anvil impersonates has no signature.
    expect(coverage.gaps).toMatchObject([{ reason: expect.stringMatching(/^unverified/) }])
  })

  it('a stranger’s router that unwraps the coins of a listed address and pays an own one, alerts', async () => {
    const { contract: weth } = await send(user, { data: wrapper })
    const { contract: router } = await send(user, { data: unwrappingRouter })
    await anvil.rpc('anvil_setBalance', weth, '0x64')
    const one = await userAtTheTip([{ address: weth, symbol: 'WETH', wrapped: true }])
    await send(user, { to: router, data: wordsOf(weth, ronin, own, 5) })
    await one.follow()
    expect(await anvil.rpc('eth_getBalance', own, 'latest')).toBe('0x5')
    expect(shown(one)).toEqual(['deposit trace:2 upstream medium 5 []'])
  })
})
