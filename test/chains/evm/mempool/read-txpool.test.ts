import { describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource } from '../../../../src/chains/evm/source.ts'
import type { RpcTransaction } from '../../../../src/chains/evm/types.ts'
import { extractPending } from '../../../../src/chains/extract.ts'
import { address, hash } from '../build.ts'
import { healthyNode, rpcError, startFakeNode } from '../fake-node.ts'
import { ownOf } from '../own.ts'
import { account, servedTransaction } from '../proof/signed.ts'
import { transferCall, transferFromCall } from '../token.ts'

const own = address(0x01)
const token = address(0x70)
const sender = account.address.toLowerCase()

/** A pool of these, all of one sender, the first that could be mined and the rest behind it. */
async function poolOf(transactions: readonly RpcTransaction[], verify: 'strict' | 'off' = 'strict') {
  const [first, ...rest] = transactions
  const byNonce = (few: readonly (RpcTransaction | undefined)[]) =>
    Object.fromEntries(few.map((tx, nonce) => [nonce, tx]))
  const content = {
    pending: { [account.address]: byNonce([first]) },
    queued: rest.length > 0 ? { [account.address]: byNonce(rest) } : {},
  }
  return sourceOf({ txpool_content: () => content }, verify)
}

async function sourceOf(handlers: Parameters<typeof startFakeNode>[0], verify: 'strict' | 'off' = 'strict') {
  const node = await startFakeNode({ ...healthyNode(), ...handlers })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], verify })
  onTestFinished(() => source.close())
  return source
}

async function signed(nonce: number, tx: { to?: `0x${string}`; value?: bigint; data?: `0x${string}` }) {
  const { data = '0x' } = tx
  return servedTransaction(
    await account.signTransaction({ type: 'eip1559', chainId: 1, nonce, gas: 21_000n, ...tx, data }),
  )
}

async function transfersIn(transactions: readonly RpcTransaction[]) {
  const mempool = await (await poolOf(transactions)).mempool?.()
  const read = (await mempool?.read(mempool.hashes)) ?? []
  return read.map((one) => extractPending(structuredClone(one), ownOf(own))?.transfers ?? [])
}

describe('the pool of an EVM node', () => {
  it('is what could be mined and what waits behind it, each with the nonce that it uses', async () => {
    const transactions = [await signed(0, { to: own, value: 5n }), await signed(1, { to: own, value: 6n })]
    const mempool = await (await poolOf(transactions)).mempool?.()
    expect(mempool).toMatchObject({ tips: [hash(0xb10c)], hashes: transactions.map((tx) => tx.hash) })
    const read = (await mempool?.read([...(mempool?.hashes ?? []), hash(9)])) ?? []
    expect(read.map(({ spends }) => spends)).toEqual([[`${sender}:0`], [`${sender}:1`]])
    expect(read.map((one) => extractPending(one, ownOf(own)))).toMatchObject([
      { ownSigned: false, transfers: [{ id: 'value', direction: 'deposit', amount: 5n }] },
      { transfers: [{ id: 'value', amount: 6n }] },
    ])
  })

  it('tells value and plain token calls, and guesses nothing else', async () => {
    const call = transferCall(own, 7n)
    const dirty = (data: string, at: number) => `${data.slice(0, at)}ff${data.slice(at + 2)}` as `0x${string}`
    const fromCall = transferFromCall(address(0x05), own, 8n)
    const [value, transfer, from, contract, cut, other, dirtyTransfer, dirtyFrom] = await transfersIn([
      await signed(0, { to: own, value: 5n }),
      await signed(1, { to: token, data: call }),
      await signed(2, { to: token, data: fromCall }),
      await signed(3, { value: 9n, data: '0x60' }),
      await signed(4, { to: token, data: call.slice(0, -2) as `0x${string}` }),
      await signed(5, { to: token, data: `0x12345678${call.slice(10)}` }),
      await signed(6, { to: token, data: dirty(call, 12) }),
      await signed(7, { to: token, data: dirty(dirty(fromCall, 12), 76) }),
    ])
    expect(value).toMatchObject([
      { id: 'value', parties: [{ key: `evm:${sender.slice(2)}`, role: 'source' }] },
    ])
    expect(transfer).toMatchObject([
      { id: 'log:0', asset: `erc20:${token}`, amount: 7n, tags: ['unknown-asset'] },
    ])
    expect(from).toMatchObject([
      {
        id: 'log:0',
        amount: 8n,
        parties: [
          { key: `evm:${address(0x05).slice(2)}`, role: 'source' },
          { key: `evm:${sender.slice(2)}`, role: 'operator' },
          { role: 'asset' },
        ],
      },
    ])
    expect([contract, cut, other]).toEqual([[], [], []])
    // Tokens of before Solidity 0.8, USDT among them, ignore what stands before an address.
    expect([dirtyTransfer, dirtyFrom]).toEqual([transfer, from])
  })

  it('leaves out what its signature does not prove', async () => {
    const honest = await signed(0, { to: own, value: 5n })
    const lies = [
      { ...honest, from: address(0x66) },
      { ...honest, value: '0x6' },
      { ...honest, hash: hash(4) },
    ]
    for (const lie of lies) {
      const strict = await (await poolOf([lie])).mempool?.()
      expect(await strict?.read(strict.hashes)).toEqual([])
      const trusting = await (await poolOf([lie], 'off')).mempool?.()
      expect(await trusting?.read(trusting.hashes)).toHaveLength(1)
    }
  })

  it('that the node does not serve is said with what to change', async () => {
    const source = await sourceOf({ txpool_content: rpcError(-32601, 'the method does not exist') })
    await expect(source.mempool?.()).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringMatching(
        /does not serve its pool \(txpool_content\): enable the txpool namespace/,
      ),
    })
  })

  it.each([
    ['no object', null],
    ['a list', { pending: [] }],
    ['senders without nonces', { pending: { [account.address]: null } }],
    ['no transaction', { pending: { [account.address]: { 0: {} } } }],
  ])('that is %s is a bad answer, and not an empty pool', async (_name, content) => {
    const source = await sourceOf({ txpool_content: () => content })
    await expect(source.mempool?.()).rejects.toMatchObject({ code: 'node-bad-answer' })
  })

  it('names both best blocks when one comes meanwhile', async () => {
    let blocks = 0
    const { eth_getBlockByNumber: answer } = healthyNode()
    const source = await sourceOf({
      txpool_content: () => ({ pending: {}, queued: {} }),
      eth_getBlockByNumber: async (params, response) => ({
        ...((await answer?.(params, response)) as object),
        hash: hash(++blocks),
      }),
    })
    expect(await source.mempool?.()).toMatchObject({ tips: [hash(1), hash(2)], hashes: [] })
  })
})
