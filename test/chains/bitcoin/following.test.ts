import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type FollowerStore, follow } from '../../../src/chains/follower.ts'
import type { NodeAuth } from '../../../src/chains/node-http/node-client.ts'
import type { BlockRef } from '../../../src/screening/types.ts'
import { newProject } from '../../e2e/project.ts'
import { tempDir } from '../../temp.ts'
import { sats } from './build-block.ts'
import { type FakeNodeState, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { regtestChain } from './regtest-chain.ts'
import { p2tr } from './scripts.ts'

const chain = regtestChain(...Array.from({ length: 30 }, () => ({})))

/** Follows to the head once; `between` runs after the tenth block. */
async function catchUp(
  state: FakeNodeState,
  between?: (node: { url: string; close(): Promise<void> }) => Promise<void>,
  auth?: NodeAuth,
) {
  const node = await startFakeNode(state)
  const taken: BlockRef[] = []
  const failures: unknown[] = []
  let done = false
  const store: FollowerStore = {
    state: () => ({ startHeight: taken[0]?.height ?? null, cursor: taken.at(-1) ?? null, finalHeight: null }),
    blockAt: (height) => taken.find((block) => block.height === height),
    hashAt: (height) => taken.find((block) => block.height === height)?.hash,
    lowestOpen: () => taken[0]?.height ?? null,
    commit: (blocks) => {
      taken.push(...blocks)
    },
    noteHead: () => {},
    remember: () => {},
    rollBack: () => {
      throw new Error('nothing was reorganised')
    },
  }
  const source = sourceFor(node.url, { verify: 'strict', auth })
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
    onFailure: (error) => {
      failures.push(error)
      void (async () => {
        if (!done) await between?.(node)
        done = true
      })()
    },
    onProgress: ({ height }) => {
      if (height >= 10 && failures.length === 0) void node.close()
    },
  })
  return { taken, failures }
}

describe('a node that is restarted in the middle of a backfill', () => {
  it('is waited for, and read on from where it was left', async () => {
    const state = { chain }
    const { taken, failures } = await catchUp(state, async ({ url }) => {
      await startFakeNode(state, Number(new URL(url).port))
    })
    expect(taken.map(({ hash }) => hash)).toEqual(chain.map(({ hash }) => hash))
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'node-unreachable' })
  })
})

describe('a node that is restarted in the middle of a backfill, and writes another cookie', () => {
  it('is read on with the new one', async () => {
    const cookieFile = join(tempDir(), '.cookie')
    writeFileSync(cookieFile, '__cookie__:one')
    const state: FakeNodeState = { chain, credentials: '__cookie__:one' }
    const again = async ({ url }: { url: string }) => {
      state.credentials = '__cookie__:two'
      writeFileSync(cookieFile, state.credentials)
      await startFakeNode(state, Number(new URL(url).port))
    }
    const { taken, failures } = await catchUp(state, again, { cookieFile })
    expect(taken.map(({ hash }) => hash)).toEqual(chain.map(({ hash }) => hash))
    expect(failures.length).toBeGreaterThan(0)
    for (const failure of failures) expect(failure).toMatchObject({ code: 'node-unreachable' })
  })
})

describe('a reorg that happened while the daemon was down', () => {
  const blocks = (count: number, miner: string) =>
    Array.from({ length: count }, () => ({ coinbase: [{ script: p2tr(miner), value: sats(50) }] }))
  /** The same for 10 blocks, then 8 of one miner, or 9 of another from `fork` on. */
  const ours = regtestChain(...blocks(10, 'common'), ...blocks(8, 'ours'))
  const other = (fork: number) =>
    regtestChain(...blocks(10, 'common'), ...blocks(fork - 10, 'ours'), ...blocks(27 - fork, 'theirs'))

  async function followedTwice(fork: number) {
    const node = await startFakeNode({ chain: ours })
    const user = newProject({
      lists: [],
      chains: [
        { id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: 0, finality: { depth: 6 } },
      ],
    })
    await user.follow()
    node.state.stale = ours
    node.state.chain = other(fork)
    const outcome = await user.follow().catch((error: unknown) => error)
    const [chain] = user.query<{ cursor_hash: string }>('select cursor_hash from chains')
    return { outcome, cursor: chain?.cursor_hash, tip: node.state.chain.at(-1)?.hash }
  }

  it('is walked back by hash, down to what is final', async () => {
    // Of blocks 0 to 18, those up to 12 are final.
    const { outcome, cursor, tip } = await followedTwice(12)
    expect(outcome).toBeUndefined()
    expect(cursor).toBe(tip)
  })

  it('halts the chain where it goes below', async () => {
    const { outcome, cursor } = await followedTwice(11)
    expect(outcome).toMatchObject({ code: 'deep-reorg' })
    expect(cursor).toBe(ours.at(-1)?.hash)
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
    ['pruned', refusal(-1, 'Block not available (pruned data)'), 'node-missing-data', 'it is pruned'],
    [
      'behind an assumeutxo snapshot',
      refusal(-1, 'Block not available (not fully downloaded)'),
      'node-missing-data',
      'not downloaded yet',
    ],
    [
      'overloaded',
      { status: 503, body: 'Work queue depth exceeded' },
      'node-unreachable',
      'overloaded (getblock: HTTP 503 6 times)',
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
