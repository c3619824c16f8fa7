import { describe, expect, it, onTestFinished } from 'vitest'
import { type FollowerStore, follow } from '../../../src/chains/follower.ts'
import { createPool } from '../../../src/chains/pool/pool.ts'
import type { BlockRef } from '../../../src/screening/types.ts'
import { waitFor } from '../../e2e/wait-for.ts'
import { type FakeNode, type FakeNodeState, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { regtestChain } from './regtest-chain.ts'

const chain = regtestChain({}, {}, {})
const shorter = chain.slice(0, 3)
const never = new AbortController().signal
const waits = ({ requests }: FakeNode) =>
  requests.filter((request) => request.startsWith('waitfornewblock')).length

async function opened(state: Partial<FakeNodeState>, headWait = {}) {
  const node = await startFakeNode({ chain: shorter, waits: true, ...state })
  const polled: string[] = []
  const source = sourceFor(node.url, {
    connections: 1,
    headWait: { pauseMs: 1, ...headWait },
    onPolled: (reason) => polled.push(reason),
  })
  await source.open()
  return { node, source, polled, head: await source.head(), before: waits(node) }
}

const until = (holds: () => boolean) => waitFor('what was waited for', () => holds() || undefined)

/** Asks the node something, and waits for its answer: time for it to be asked in vain. */
async function meanwhile(source: { head(): Promise<unknown> }, times = 20): Promise<void> {
  for (let i = 0; i < times; i++) await source.head()
}

describe('a node that can be asked to wait for a head', () => {
  it('tells of the next block, and answers everything else meanwhile', async () => {
    const { node, source, head, polled } = await opened({})
    const told = source.waitForHead(head, never)
    await meanwhile(source)
    node.state.chain = chain
    await told
    expect((await source.head()).height).toBe(3)
    expect(polled).toEqual([])
  })

  it('that has another head already says so at once', async () => {
    const { source, head } = await opened({})
    await expect(source.waitForHead({ ...head, hash: 'ab'.repeat(32) }, never)).resolves.toBeUndefined()
  })

  it('is asked one question, however often the follower polls: it would keep a thread busy for each', async () => {
    const { node, source, head, before } = await opened({})
    for (let polls = 0; polls < 10; polls++) {
      const poll = new AbortController()
      const told = source.waitForHead(head, poll.signal)
      await meanwhile(source, 2)
      poll.abort()
      await expect(told).rejects.toMatchObject({ code: 'aborted' })
    }
    await until(() => waits(node) > before)
    const told = source.waitForHead(head, never)
    node.state.chain = chain
    await told
    await meanwhile(source)
    expect(waits(node)).toBe(before + 1)
  })

  it('is asked again when the time is over', async () => {
    const { node, source, head, before } = await opened({}, { waitMs: 5 })
    const told = source.waitForHead(head, never)
    await until(() => waits(node) > before + 3)
    node.state.chain = chain
    await told
  })

  it('and shuts down, answering at once, is not asked over and over', async () => {
    const { node, source, head, before } = await opened({}, { pauseMs: 3_600_000, waitMs: 0 })
    const stop = new AbortController()
    const told = source.waitForHead(head, stop.signal)
    await until(() => waits(node) > before)
    await meanwhile(source, 50)
    expect(waits(node)).toBe(before + 1)
    stop.abort()
    await expect(told).rejects.toMatchObject({ code: 'aborted' })
  })

  it('and fails for a while is asked again, at growing distances', async () => {
    let failing = 4
    const { node, source, head } = await opened({})
    node.state.intercept = (method) =>
      method === 'waitfornewblock' && failing-- > 0 ? { status: 500, body: 'no' } : undefined
    node.state.chain = chain
    await source.waitForHead(head, never)
    expect(failing).toBe(-1)
  })

  it('is let go when the source is closed', async () => {
    const { source, head } = await opened({}, { waitMs: 3_600_000 })
    const told = source.waitForHead(head, never).catch((error: unknown) => error)
    await source.close()
    expect(await told).toBeInstanceOf(Error)
  })
})

describe('a node that can not be asked to wait', () => {
  const refused = (code: number, message: string) => ({
    status: 500,
    body: `{"id":0,"result":null,"error":${JSON.stringify({ code, message })}}`,
  })
  it.each([
    ['knows no such method', refused(-32601, 'Method not found')],
    ['knows it in an older form', refused(-1, 'waitfornewblock ( timeout )')],
    ['does not allow it', { status: 403, body: '' }],
  ])('since it %s is polled, for good, and says so once', async (_, reply) => {
    const intercept = (method: string) => (method === 'waitfornewblock' ? reply : undefined)
    const { node, source, head, polled, before } = await opened({ intercept })
    expect(polled).toEqual([expect.stringContaining('no waitfornewblock')])
    const poll = new AbortController()
    const told = source.waitForHead(head, poll.signal)
    await meanwhile(source)
    poll.abort()
    await expect(told).resolves.toBeUndefined()
    expect(waits(node)).toBe(before)
  })
})

describe('of several nodes', () => {
  it('the one that leads is waited for', async () => {
    const [one, other] = [await opened({}), await opened({})]
    const pool = createPool([one.source, other.source])
    onTestFinished(() => pool.close())
    await pool.open()
    const head = await pool.head()
    const port = new URL(one.node.url).port
    const [leading, idle] = pool.endpoint.includes(port) ? [one, other] : [other, one]
    const told = pool.waitForHead?.(head, never)
    leading.node.state.chain = chain
    await told
    // Both were asked once more when the pool opened them.
    expect(waits(leading.node)).toBe(leading.before + 2)
    expect(waits(idle.node)).toBe(idle.before + 1)
  })
})

describe('a follower', () => {
  it('reads a block when it is there, long before the next poll', async () => {
    const { node, source } = await opened({})
    const taken: BlockRef[] = []
    const store: FollowerStore = {
      state: () => ({ startHeight: 1, cursor: taken.at(-1) ?? null, finalHeight: null }),
      blockAt: (height) => taken.find((block) => block.height === height),
      hashAt: (height) => taken.find((block) => block.height === height)?.hash,
      lowestOpen: () => taken[0]?.height ?? null,
      commit: (blocks) => {
        taken.push(...blocks)
      },
      noteHead: () => {},
      remember: () => {},
      rollBack: () => {},
    }
    const stop = new AbortController()
    const [pollMs, finality] = [3_600_000, { depth: 6 }]
    const followed = follow({
      ...{ chain: 'btc', source, store, start: 1, finality, prefetch: 1, pollMs, once: false },
      signal: stop.signal,
    })
    await until(() => taken.length === 2)
    node.state.chain = chain
    await until(() => taken.length === 3)
    stop.abort()
    await followed
    expect(taken.map(({ height }) => height)).toEqual([1, 2, 3])
  })
})

describe('a node of one RPC thread', () => {
  it('is asked to wait once, for a short while, and is polled from then on', async () => {
    const { node, source, polled, head, before } = await opened({ oneThread: true }, { trialMs: 300 })
    const stop = new AbortController()
    const told = source.waitForHead(head, stop.signal)
    await until(() => polled.length > 0)
    expect(polled).toEqual([expect.stringContaining('raise its rpcthreads')])
    const again = source.waitForHead(head, stop.signal)
    node.state.chain = chain
    await meanwhile(source)
    expect(waits(node)).toBe(before + 1)
    expect((await source.head()).height).toBe(3)
    stop.abort()
    await expect(told).rejects.toMatchObject({ code: 'aborted' })
    await again
  })

  it('is not taken for one because a new block ended the wait', async () => {
    const { node, source, polled, head } = await opened({ oneThread: true }, { trialMs: 60_000 })
    const told = source.waitForHead(head, never)
    await until(() => waits(node) > 1)
    node.state.chain = chain
    await told
    expect(polled).toEqual([])
  })
})
