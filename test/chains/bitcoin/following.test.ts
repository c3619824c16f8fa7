import { describe, expect, it } from 'vitest'
import { type FollowerStore, follow } from '../../../src/chains/follower.ts'
import type { BlockRef } from '../../../src/screening/types.ts'
import { type FakeNodeState, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { regtestChain } from './regtest-chain.ts'

const chain = regtestChain(...Array.from({ length: 30 }, () => ({})))

/** Follows to the head once; `between` runs after the tenth block. */
async function catchUp(
  state: FakeNodeState,
  between?: (node: { url: string; close(): Promise<void> }) => Promise<void>,
) {
  const node = await startFakeNode(state)
  const taken: BlockRef[] = []
  const troubles: unknown[] = []
  let done = false
  const store: FollowerStore = {
    state: () => ({ startHeight: taken[0]?.height ?? null, cursor: taken.at(-1) ?? null, finalHeight: null }),
    blockAt: (height) => taken.find((block) => block.height === height),
    commit: (blocks) => taken.push(...blocks),
    noteHead: () => {},
    rollBack: () => {
      throw new Error('nothing was reorganised')
    },
  }
  const source = sourceFor(node.url, { verify: 'strict' })
  await follow({
    ...{
      chain: 'btc',
      source,
      store,
      start: 0,
      finality: { depth: 6 },
      prefetch: 2,
      pollMs: 1,
      firstRetryMs: 1,
    },
    once: true,
    signal: new AbortController().signal,
    onTrouble: (error) => {
      troubles.push(error)
      void (async () => {
        if (!done) await between?.(node)
        done = true
      })()
    },
    onProgress: ({ height }) => {
      if (height >= 10 && troubles.length === 0) void node.close()
    },
  })
  return { taken, troubles }
}

describe('a node that is restarted in the middle of a backfill', () => {
  it('is waited for, and read on from where it was left', async () => {
    const state = { chain }
    const { taken, troubles } = await catchUp(state, async ({ url }) => {
      await startFakeNode(state, Number(new URL(url).port))
    })
    expect(taken.map(({ hash }) => hash)).toEqual(chain.map(({ hash }) => hash))
    expect(troubles.length).toBeGreaterThan(0)
    for (const trouble of troubles) expect(trouble).toMatchObject({ code: 'node-unreachable' })
  })
})

describe('what is wrong with a node is told apart', () => {
  const refusal = (code: number, message: string) => ({
    status: 500,
    body: `{"id":0,"result":null,"error":${JSON.stringify({ code, message })}}`,
  })
  it.each([
    [
      'warming up',
      refusal(-28, 'Loading block index…'),
      'node-syncing',
      'is still starting: Loading block index…',
    ],
    ['pruned', refusal(-1, 'Block not available (pruned data)'), 'node-missing-data', 'pruned data'],
    [
      'behind an assumeutxo snapshot',
      refusal(-1, 'Block not available (not fully downloaded)'),
      'node-missing-data',
      'not fully downloaded',
    ],
    [
      'overloaded',
      { status: 503, body: 'Work queue depth exceeded' },
      'node-unreachable',
      'overloaded (HTTP 503 6 times)',
    ],
    [
      'after a restart, with another cookie',
      { status: 401, body: '' },
      'node-auth',
      'does not accept the credentials',
    ],
    ['not for this user', { status: 403, body: '' }, 'node-auth', 'rpcwhitelist'],
  ])('%s', async (_, reply, code, message) => {
    const node = await startFakeNode({ chain, rest: false })
    const source = sourceFor(node.url)
    await source.open()
    node.state.intercept = (method) => (method === 'getblock' ? reply : undefined)
    await expect(source.block(2)).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
    node.state.intercept = () => undefined
    expect((await source.block(2)).hash).toBe(chain[2]?.hash)
  })
})
