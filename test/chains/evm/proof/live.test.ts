import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proveSigners } from '../../../../src/chains/evm/proof/signers.ts'
import { createEvmSource } from '../../../../src/chains/evm/source.ts'
import { extract } from '../../../../src/chains/extract.ts'
import type { ChainSource } from '../../../../src/chains/source.ts'
import { type Anvil, startAnvil } from '../../../anvil.ts'
import { address } from '../build.ts'
import { ownOf } from '../own.ts'
import { emitCall, emitterInitCode } from '../token.ts'
import { committedOf, withFlippedBit } from './committed.ts'
import { keccak } from './keccak.ts'
import { clean, prove, type ServedBlock, served, wrongFields } from './served-blocks.ts'

/** The first account that anvil funds. */
const account = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
const own = address(0x01)
const impersonated = address(0x77)
const key = `0x${'0'.repeat(63)}1` as const
const fees = { maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n }

describe('a live anvil', () => {
  let anvil: Anvil
  let source: ChainSource
  let token: Hex

  const nextNonce = async () =>
    Number(await anvil.rpc<string>('eth_getTransactionCount', account.address, 'pending'))

  async function send(tx: object): Promise<ServedBlock & { index: number }> {
    const nonce = await nextNonce()
    const raw = await account.signTransaction({ chainId: 31337, nonce, gas: 500_000n, ...tx } as never)
    return blockOf(await anvil.rpc<string>('eth_sendRawTransaction', raw))
  }

  async function blockOf(hash: string): Promise<ServedBlock & { index: number }> {
    const { blockNumber } = await anvil.receipt(hash)
    const one = await read(blockNumber)
    return { ...one, index: one.block.transactions.findIndex((tx) => tx.hash === hash) }
  }

  async function read(blockNumber: string): Promise<ServedBlock> {
    const block = await anvil.rpc<{ hash: string }>('eth_getBlockByNumber', blockNumber, true)
    return served(block, await anvil.rpc('eth_getBlockReceipts', block.hash))
  }

  beforeAll(async () => {
    // Without a check of the fork: transactions from before EIP-155 are let in.
    anvil = await startAnvil()
    const { receipts } = await send({ type: 'eip1559', ...fees, data: emitterInitCode })
    token = (receipts[0]?.contractAddress ?? '') as Hex
    source = createEvmSource({ url: anvil.url, chainId: 31337, tokens: [], verify: 'strict' })
  })

  afterAll(async () => {
    await source?.close()
    await anvil?.stop()
  })

  const accessList = () => [{ address: token, storageKeys: [key] }]
  const kinds: [type: string, tx: () => object, typeNumber: string][] = [
    ['legacy (EIP-155)', () => ({ type: 'legacy', gasPrice: 10n ** 11n }), '0x0'],
    [
      'legacy from before EIP-155',
      () => ({ type: 'legacy', gasPrice: 10n ** 11n, chainId: undefined }),
      '0x0',
    ],
    [
      'access list (EIP-2930)',
      () => ({ type: 'eip2930', gasPrice: 10n ** 11n, accessList: accessList() }),
      '0x1',
    ],
    ['dynamic fee (EIP-1559)', () => ({ type: 'eip1559', ...fees, accessList: accessList() }), '0x2'],
  ]

  it.each(kinds)('proves a transaction true: %s', async (_, kind, type) => {
    const one = await send({ ...kind(), to: token, data: emitCall(account.address, own, 5n) })
    expect(one.block.transactions[one.index]).toMatchObject({ type })
    expect(one.receipts[one.index]?.logs).toHaveLength(1)
    expect(prove(one)).toEqual(clean)
    expect(proveSigners(one.block.transactions, [one.index], {}, keccak)).toEqual(clean)
    const read = await source.block(Number(one.block.number))
    expect(read.unscreened.filter(({ what }) => what === 'unverified')).toEqual([])
    const { transactions, unscreened } = extract(read, ownOf(own))
    expect(transactions).toHaveLength(1)
    expect(unscreened).toEqual([])
  })

  it('proves a transaction that sets code (EIP-7702) true, and false with one flipped bit', async () => {
    const authorization = await account.signAuthorization({
      contractAddress: token,
      chainId: 31337,
      nonce: (await nextNonce()) + 1,
    })
    const one = await send({
      type: 'eip7702',
      ...fees,
      to: own,
      value: 5n,
      authorizationList: [authorization],
    })
    expect(one.block.transactions[one.index]).toMatchObject({ type: '0x4' })
    expect(prove(one)).toEqual(clean)
    expect(proveSigners(one.block.transactions, [one.index], {}, keccak)).toEqual(clean)
    const fields = committedOf(one)
    expect(fields.filter(({ path }) => path.includes('authorizationList'))).toHaveLength(6)
    for (const field of fields)
      expect(
        withFlippedBit(field, 0, 0, () => wrongFields(prove(one))),
        field.path,
      ).not.toEqual([])
  })

  it('proves a transaction without a signature by its root alone', async () => {
    await anvil.rpc('anvil_setBalance', impersonated, '0xde0b6b3a7640000')
    await anvil.rpc('anvil_impersonateAccount', impersonated)
    const hash = await anvil.rpc<string>('eth_sendTransaction', { from: impersonated, to: own, value: '0x5' })
    const one = await blockOf(hash)
    expect(prove(one)).toEqual(clean)
    const read = await source.block(Number(one.block.number))
    expect(extract(read, ownOf(own)).unscreened).toEqual([
      {
        what: 'unverified',
        txHash: hash,
        reason:
          'transactions[].from: no signature to prove it by (such are the transactions that anvil impersonates)',
      },
    ])
  })

  it('proves a block of three hundred transactions true, and false without its last log', async () => {
    await anvil.rpc('evm_setAutomine', false)
    await anvil.rpc('evm_setBlockGasLimit', '0x1c9c3800')
    const first = await nextNonce()
    const raw = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        account.signTransaction({
          ...{ type: 'eip1559', chainId: 31337, nonce: first + i, gas: 100_000n, ...fees },
          ...{ to: token, data: emitCall(account.address, own, BigInt(i)) },
        }),
      ),
    )
    for (const one of raw) await anvil.rpc('eth_sendRawTransaction', one)
    await anvil.rpc('evm_mine')
    await anvil.rpc('evm_setAutomine', true)
    const one = await read('latest')
    expect(one.receipts).toHaveLength(300)
    expect(prove(one)).toEqual(clean)
    const receipts = one.receipts.with(299, { ...one.receipts[299], logs: [] } as never)
    expect(wrongFields(prove({ block: one.block, receipts }))).toEqual(['receiptsRoot'])
  })

  it('proves blocks true that came in place of others', async () => {
    await anvil.rpc('anvil_reorg', 2, [])
    const head = await read('latest')
    expect(prove(head)).toEqual(clean)
    expect((await source.block(Number(head.block.number))).hash).toBe(head.block.hash)
  })
})
