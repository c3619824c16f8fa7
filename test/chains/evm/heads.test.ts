import { describe, expect, it, onTestFinished } from 'vitest'
import { createEvmSource, type EvmSourceOptions } from '../../../src/chains/evm/source.ts'
import { expectFailure } from './failure.ts'
import { type Handler, healthyNode, raw, startFakeNode } from './fake-node.ts'
import { signedBlock } from './proof/signed.ts'

const { block, receipts } = await signedBlock([1n])

async function sourceOf(handlers: Record<string, Handler>, options: Partial<EvmSourceOptions> = {}) {
  const node = await startFakeNode({ ...healthyNode(), ...handlers })
  const source = createEvmSource({ url: node.url, chainId: 1, tokens: [], traces: 'off', ...options })
  onTestFinished(() => source.close())
  return { node, source }
}

describe('under verify: strict', () => {
  const lie = { ...block, number: '0x3ef' }
  const strict = { verify: 'strict' } as const

  it('a head is taken whose header has the hash that it says', async () => {
    const { source } = await sourceOf({ eth_getBlockByNumber: () => block }, strict)
    expect(await source.head()).toMatchObject({ height: 7, hash: block.hash })
  })

  it.each([
    ['the head', (source: ReturnType<typeof createEvmSource>) => source.head()],
    ['a hash', (source: ReturnType<typeof createEvmSource>) => source.hashAt(0x3ef)],
    ['a header', (source: ReturnType<typeof createEvmSource>) => source.header(block.hash)],
  ])('%s of a height 1,000 above the chain, with the hash of another block, is refused', async (_, ask) => {
    const handlers = { eth_getBlockByNumber: () => lie, eth_getBlockByHash: () => lie }
    const { source } = await sourceOf(handlers, strict)
    await expect(ask(source)).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringContaining('fails verification: hash'),
    })
  })

  it('so is a finalized block', async () => {
    const { source } = await sourceOf(
      { eth_getBlockByNumber: ([asked]) => (asked === 'finalized' ? lie : block) },
      strict,
    )
    await expect(source.head()).rejects.toMatchObject({ code: 'node-bad-answer' })
  })
})

describe('the time of a block', () => {
  it.each(['0x3afff44180', '0x1fffffffffffff', `0x${'f'.repeat(64)}`])(
    'of the year 10000 or later (%s) is a fault of the node',
    async (timestamp) => {
      const changes = { eth_getBlockByNumber: () => ({ ...block, timestamp }) }
      for (const call of ['head', 'block'] as const)
        await expectFailure(
          call,
          changes,
          'node-bad-answer',
          /timestamp = 0x[0-9a-f]+, expected seconds since 1970/,
        )
    },
  )

  it('may be the last second before', async () => {
    const { source } = await sourceOf({
      eth_getBlockByNumber: () => ({ ...block, timestamp: '0x3afff4417f' }),
      eth_getBlockReceipts: () => receipts,
    })
    expect((await source.block(7)).time).toBe(253_402_300_799)
  })
})

describe('the chain id', () => {
  it('is asked for again when the node was away, and another one is refused', async () => {
    let answers = true
    let id = '0x1'
    const { node, source } = await sourceOf({
      eth_chainId: () => id,
      eth_getBlockByNumber: (_, response) => {
        if (answers) return block
        response.socket?.destroy()
        return raw
      },
    })
    await source.head()
    expect(node.calls).not.toContain('eth_chainId')
    answers = false
    await expect(source.head()).rejects.toMatchObject({ code: 'node-unreachable' })
    answers = true
    await source.head()
    expect(node.calls).toContain('eth_chainId')
    answers = false
    await expect(source.head()).rejects.toMatchObject({ code: 'node-unreachable' })
    answers = true
    id = '0x89'
    for (let i = 0; i < 2; i++) await expect(source.head()).rejects.toMatchObject({ code: 'wrong-chain' })
  })

  it('is asked for again when its time has come', async () => {
    let id = '0x1'
    const { source } = await sourceOf(
      { eth_chainId: () => id, eth_getBlockByNumber: () => block },
      { chainIdEveryMs: 0 },
    )
    await source.head()
    id = '0x2'
    await expect(source.head()).rejects.toMatchObject({
      code: 'wrong-chain',
      message: expect.stringContaining('serves chain id 2'),
    })
  })
})
