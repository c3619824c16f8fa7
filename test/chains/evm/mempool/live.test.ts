import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evmKey } from '../../../../src/address/key.ts'
import { createEvmSource } from '../../../../src/chains/evm/source.ts'
import { follow } from '../../../../src/chains/follower.ts'
import type { ChainSource } from '../../../../src/chains/source.ts'
import { all, type Db } from '../../../../src/ledger/database.ts'
import { addOwnAddresses } from '../../../../src/ledger/own/own-addresses.ts'
import { pinned } from '../../../../src/pipeline/blocks/create-source.ts'
import { createLedgerStore } from '../../../../src/pipeline/blocks/ledger-store.ts'
import { ScreeningIndex } from '../../../../src/pipeline/blocks/screening-index.ts'
import { createMempoolReader, type MempoolReader } from '../../../../src/pipeline/mempool/poll-mempool.ts'
import { type Anvil, startAnvil } from '../../../anvil.ts'
import { at } from '../../../ledger/fixtures.ts'
import { tale } from '../../../ledger/mempool/waiting-fixtures.ts'
import { openTestLedger } from '../../../ledger/template.ts'
import { activateList } from '../../../pipeline/fixtures.ts'
import {
  reverterInitCode,
  transferCall,
  transferFromCall,
  transferFromInitCode,
  transferInitCode,
} from '../token.ts'

const dep = `0x${'1'.repeat(40)}`
const created = 'created {"status":"pending-mempool"}'

describe('the pool of a live anvil', () => {
  let anvil: Anvil
  let source: ChainSource
  let db: Db
  let watch: MempoolReader
  let catchUp: () => Promise<void>
  let listed: string
  let stranger: string
  let hot: string
  let token: string
  let spender: string
  let reverter: string
  const { signal } = new AbortController()

  beforeAll(async () => {
    anvil = await startAnvil({ args: ['--no-mining'] })
    ;[listed = '', stranger = '', hot = ''] = await anvil.rpc<string[]>('eth_accounts')
    const deploy = async (data: string) => {
      const hash = await send({ from: stranger, data })
      await anvil.rpc('evm_mine')
      return (await anvil.receipt(hash)).contractAddress ?? ''
    }
    token = await deploy(transferInitCode)
    spender = await deploy(transferFromInitCode)
    reverter = await deploy(reverterInitCode)
    db = openTestLedger(':memory:')
    const tokens = [token, spender].map((address, i) => ({
      address: address as `0x${string}`,
      symbol: `T${i}`,
    }))
    const bare = createEvmSource({ url: anvil.url, chainId: 31337, tokens, verify: 'strict' })
    const chain = { id: 'anvil', caip2: bare.caip2, addressText: (key: string) => `0x${key.slice(4)}` }
    source = pinned(bare, db, chain, () => at)
    activateList(db, [evmKey(listed)])
    const own = { kind: 'deposit' as const, reference: '', chain: '' }
    await addOwnAddresses(
      db,
      [dep, hot].map((address) => ({ ...own, key: evmKey(address), address })),
      at,
    )
    const context = { db, chain, index: new ScreeningIndex(db), now: () => at }
    watch = createMempoolReader(context, source)
    const settings = { chain: 'anvil', source, store: createLedgerStore(context), start: 0, signal }
    catchUp = () => follow({ ...settings, finality: { depth: 50 }, prefetch: 4, pollMs: 1, once: true })
    await catchUp()
  })

  afterAll(async () => {
    await source?.close()
    db?.close()
    await anvil?.stop()
  })

  function send(tx: Record<string, unknown>): Promise<string> {
    return anvil.rpc<string>('eth_sendTransaction', { gas: '0x30d40', ...tx })
  }

  const alertsOf = (hash: string) =>
    all<Record<string, string>>(
      db,
      'select id, direction, role, transfer, asset, amount, status from alerts where tx_hash = ? order by id',
      hash,
    )

  it('raises what the block confirms, with the same ids', async () => {
    const cases = [
      {
        hash: await send({ from: listed, to: dep, value: '0x5' }),
        shown: ['deposit', 'source', 'value', 'native', '5'],
      },
      {
        hash: await send({ from: listed, to: token, data: transferCall(dep, 7n) }),
        shown: ['deposit', 'source', 'log:0', `erc20:${token}`, '7'],
      },
      {
        hash: await send({ from: stranger, to: spender, data: transferFromCall(listed, dep, 8n) }),
        shown: ['deposit', 'source', 'log:0', `erc20:${spender}`, '8'],
      },
      {
        hash: await send({ from: hot, to: listed, value: '0x9' }),
        shown: ['withdrawal', 'destination', 'value', 'native', '9'],
      },
      {
        hash: await send({ from: hot, to: token, data: transferCall(listed, 10n) }),
        shown: ['withdrawal', 'destination', 'log:0', `erc20:${token}`, '10'],
      },
    ]
    const clean = await send({ from: stranger, to: dep, value: '0x6' })
    expect(await watch.poll(signal)).toEqual({ created: 5, reinstated: 0, withdrawn: 0 })
    const before = cases.map(({ hash }) => alertsOf(hash))
    for (const [i, { hash, shown }] of cases.entries()) {
      const [one] = before[i] ?? []
      expect([one?.direction, one?.role, one?.transfer, one?.asset, one?.amount, one?.status]).toEqual([
        ...shown,
        'pending-mempool',
      ])
      expect(tale(db, hash)).toEqual([created, '= pending-mempool nowhere'])
    }
    await anvil.rpc('evm_mine')
    expect(await watch.poll(signal)).toMatchObject({ withdrawn: 0 })
    await catchUp()
    expect(await watch.poll(signal)).toEqual({ created: 0, reinstated: 0, withdrawn: 0 })
    expect(cases.map(({ hash }) => alertsOf(hash))).toEqual(
      before.map((alerts) => alerts.map((alert) => ({ ...alert, status: 'pending' }))),
    )
    expect(alertsOf(clean)).toEqual([])
  })

  it('says what took the place of a transaction: the same nonce with a higher fee', async () => {
    const nonce = await anvil.rpc<string>('eth_getTransactionCount', listed, 'latest')
    const fees = (n: number) => ({
      maxFeePerGas: `0x${(n * 1e11).toString(16)}`,
      maxPriorityFeePerGas: `0x${(n * 1e9).toString(16)}`,
    })
    const low = await send({ from: listed, to: dep, value: '0x1', nonce, ...fees(1) })
    await watch.poll(signal)
    const high = await send({ from: listed, to: dep, value: '0x2', nonce, ...fees(2) })
    const story = [created, `withdrawn {"reason":"replaced","replacedBy":"${high}"}`, '= withdrawn nowhere']
    expect(await watch.poll(signal)).toEqual({ created: 1, reinstated: 0, withdrawn: 1 })
    expect(tale(db, low)).toEqual(story)
    expect(tale(db, high)).toEqual([created, `replaced {"replaces":"${low}"}`, '= pending-mempool nowhere'])
    const away = await send({ from: listed, to: stranger, value: '0x3', nonce, ...fees(4) })
    await anvil.rpc('evm_mine')
    await catchUp()
    expect(tale(db, high)[2]).toMatch(new RegExp(`^withdrawn .*"replacedBy":"${away}","height":`))
  })

  it('withdraws what was dropped', async () => {
    const hash = await send({ from: listed, to: dep, value: '0x4' })
    await watch.poll(signal)
    await anvil.rpc('anvil_dropTransaction', hash)
    expect(await watch.poll(signal)).toMatchObject({ withdrawn: 1 })
    expect(tale(db, hash)).toEqual([created, 'withdrawn {"reason":"gone"}', '= withdrawn nowhere'])
  })

  it('withdraws what the block does not do: a call that reverts', async () => {
    const hash = await send({ from: listed, to: reverter, data: transferCall(dep, 11n) })
    expect(await watch.poll(signal)).toMatchObject({ created: 1 })
    await anvil.rpc('evm_mine')
    await catchUp()
    // It has the nonce of the one that was dropped, and so is also told to have replaced it.
    expect(tale(db, hash).slice(-2)).toEqual([
      expect.stringMatching(/^withdrawn \{"reason":"not-in-block","height":\d+/),
      '= withdrawn nowhere',
    ])
    expect(await watch.poll(signal)).toEqual({ created: 0, reinstated: 0, withdrawn: 0 })
  })
})
