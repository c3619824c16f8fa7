import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { evmKey } from '../../../src/address/key.ts'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { extract } from '../../../src/chains/extract.ts'
import type { ChainSource } from '../../../src/chains/source.ts'
import { type Anvil, type AnvilReceipt, startAnvil } from '../../anvil.ts'
import { address } from './build.ts'
import { ownOf } from './own.ts'
import { emitCall, emitterInitCode, reverterInitCode } from './token.ts'

const own = address(0x01)
const stranger = address(0x02)

describe('a live anvil', () => {
  let anvil: Anvil
  let source: ChainSource
  let user: string
  let token: `0x${string}`
  let reverter: string

  /** Sends a transaction from a funded account; anvil mines a block for each. */
  async function send(tx: Record<string, string>): Promise<{ hash: string; receipt: AnvilReceipt }> {
    const hash = await anvil.rpc<string>('eth_sendTransaction', { from: user, gas: '0x30d40', ...tx })
    return { hash, receipt: await anvil.receipt(hash) }
  }

  async function deploy(data: string): Promise<`0x${string}`> {
    const { receipt } = await send({ data })
    if (receipt.status !== '0x1' || !receipt.contractAddress) throw new Error('not deployed')
    return receipt.contractAddress
  }

  const found = async (receipt: AnvilReceipt, ...mine: string[]) =>
    extract(await source.block(Number(receipt.blockNumber)), ownOf(...mine)).transactions

  beforeAll(async () => {
    anvil = await startAnvil()
    user = (await anvil.rpc<string[]>('eth_accounts'))[0] ?? ''
    token = await deploy(emitterInitCode)
    reverter = await deploy(reverterInitCode)
    source = createEvmSource({
      url: anvil.url,
      chainId: 31337,
      tokens: [{ address: token, symbol: 'TOK', decimals: 6 }],
    })
  })

  afterAll(async () => {
    await source?.close()
    await anvil?.stop()
  })

  it('is opened as what it is', async () => {
    const info = await source.open()
    const genesis = await anvil.rpc<{ hash: string }>('eth_getBlockByNumber', '0x0', false)
    expect(info.client).toMatch(/^anvil\//)
    expect(info.genesisHash).toBe(genesis.hash)
  })

  it('knows its head, its headers, and nothing above', async () => {
    const head = await source.head()
    expect(head.height).toBeGreaterThanOrEqual(2)
    expect(head.finalized).not.toBeNull()
    expect(await source.header(head.hash)).toMatchObject({ height: head.height, hash: head.hash })
    expect(await source.header(`0x${'1'.repeat(64)}`)).toBeNull()
    await expect(source.block(head.height + 100)).rejects.toMatchObject({ code: 'node-missing-data' })
  })

  it('gives a native deposit', async () => {
    const { hash, receipt } = await send({ to: own, value: '0x2386f26fc10000' })
    expect(await found(receipt, own)).toMatchObject([
      {
        hash,
        transfers: [
          {
            id: 'value',
            direction: 'deposit',
            amount: 10n ** 16n,
            parties: [{ key: evmKey(user), role: 'source' }],
          },
        ],
      },
    ])
  })

  it('gives a native withdrawal from an own sender', async () => {
    const { receipt } = await send({ to: stranger, value: '0x5' })
    expect(await found(receipt, user)).toMatchObject([
      { ownSigned: true, transfers: [{ direction: 'withdrawal', amount: 5n }] },
    ])
  })

  it('gives a zero-value transfer, tagged', async () => {
    const { receipt } = await send({ to: own, value: '0x0' })
    expect(await found(receipt, own)).toMatchObject([{ transfers: [{ amount: 0n, tags: ['zero-value'] }] }])
  })

  it('gives an ERC-20 deposit', async () => {
    const { receipt } = await send({ to: token, data: emitCall(stranger, own, 1_500_000n) })
    expect(await found(receipt, own)).toMatchObject([
      {
        parties: [{ key: evmKey(user), role: 'initiator' }],
        transfers: [
          {
            id: 'log:0',
            direction: 'deposit',
            asset: `erc20:${token}`,
            symbol: 'TOK',
            amount: 1_500_000n,
            own: evmKey(own),
            parties: [
              { key: evmKey(stranger), role: 'source' },
              { key: evmKey(user), role: 'operator' },
              { key: evmKey(token), role: 'asset' },
            ],
            tags: [],
          },
        ],
      },
    ])
  })

  it('gives a zero-value token withdrawal that a stranger made up, tagged', async () => {
    const { receipt } = await send({ to: token, data: emitCall(own, stranger, 0n) })
    expect(await found(receipt, own)).toMatchObject([
      { ownSigned: false, transfers: [{ direction: 'withdrawal', amount: 0n, tags: ['zero-value'] }] },
    ])
  })

  it('gives nothing for a transaction that failed', async () => {
    const { receipt } = await send({ to: reverter, value: '0x7' })
    expect(receipt.status).toBe('0x0')
    expect(await found(receipt, reverter, user)).toEqual([])
  })

  it('gives a withdrawal to the address of a created contract', async () => {
    // Init code that returns nothing and keeps the value: STOP.
    const { receipt } = await send({ data: '0x00', value: '0x9' })
    expect(await found(receipt, user)).toMatchObject([
      {
        transfers: [
          {
            id: 'value',
            amount: 9n,
            parties: [{ key: evmKey(receipt.contractAddress ?? ''), role: 'destination' }],
          },
        ],
      },
    ])
  })

  it('no longer knows a block that lost, and has another at its height', async () => {
    const { receipt } = await send({ to: own, value: '0x5' })
    const height = Number(receipt.blockNumber)
    const { hash } = await source.block(height)
    await anvil.rpc('anvil_reorg', 1, [])
    expect(await source.header(hash)).toBeNull()
    expect((await source.block(height)).hash).not.toBe(hash)
  })
})
