import { describe, expect, it } from 'vitest'
import { prefetch } from '../../src/chains/prefetch.ts'
import type { SourceBlock } from '../../src/chains/source.ts'
import { FakeChain, nodeError } from './fake-chain.ts'

function chainOf(height: number): FakeChain {
  const chain = new FakeChain()
  chain.mine(height)
  return chain
}

/** A source whose blocks come when they are let go, in any order. */
function gated(chain: FakeChain) {
  const gates = new Map<number, () => void>()
  const asked: number[] = []
  return {
    gates,
    asked,
    block: async (height: number): Promise<SourceBlock> => {
      asked.push(height)
      await new Promise<void>((open) => gates.set(height, open))
      return chain.sourceBlock(chain.at(`a${height}`))
    },
  }
}

async function heights(blocks: AsyncIterable<SourceBlock[]>): Promise<number[]> {
  const seen: number[] = []
  for await (const batch of blocks) seen.push(...batch.map(({ height }) => height))
  return seen
}

describe('prefetching', () => {
  it.each([1, 2, 3, 8, 100])(
    'hands over every block once and in order, %i at a time',
    async (concurrency) => {
      const blocks = prefetch(chainOf(30), 3, 27, { concurrency })
      expect(await heights(blocks)).toEqual(Array.from({ length: 25 }, (_, index) => index + 3))
    },
  )

  it('hands over nothing for an empty range', async () => {
    expect(await heights(prefetch(chainOf(3), 3, 2, { concurrency: 2 }))).toEqual([])
  })

  it('asks for no more at once than it may', async () => {
    const source = gated(chainOf(20))
    const blocks = prefetch(source, 1, 20, { concurrency: 3 })
    const first = blocks.next()
    expect(source.asked).toEqual([1, 2, 3])
    source.gates.get(1)?.()
    expect((await first).value?.map(({ height }: SourceBlock) => height)).toEqual([1])
    expect(source.asked).toEqual([1, 2, 3, 4])
    await blocks.return(undefined)
  })

  it('asks for fewer where blocks are large, and for many again once they are small', async () => {
    const chain = chainOf(200)
    let held = 0
    let most = 0
    const source = {
      block: async (height: number): Promise<SourceBlock> => {
        const bytes = height <= 60 ? 40 : 1
        held += bytes
        // Past those that were asked for before any was seen.
        if (height > 30 && height <= 60) most = Math.max(most, held)
        return { ...chain.sourceBlock(chain.at(`a${height}`)), bytes }
      },
      release: ({ bytes }: SourceBlock) => {
        held -= bytes
      },
    }
    const sizes: number[] = []
    for await (const batch of prefetch(source, 1, 200, { concurrency: 8, maxBytes: 100 }))
      sizes.push(batch.length)
    // What a step holds, and what is asked for while it is written.
    expect(most).toBe(4 * 40)
    expect(sizes.at(-2)).toBe(8)
  })

  it('asks for a block that is larger than all it may hold', async () => {
    const chain = chainOf(5)
    const source = {
      block: async (height: number) => ({ ...chain.sourceBlock(chain.at(`a${height}`)), bytes: 1_000 }),
    }
    expect(await heights(prefetch(source, 1, 5, { concurrency: 4, maxBytes: 10 }))).toEqual([1, 2, 3, 4, 5])
  })

  it('hands over as many at once as it asks for at once, so that they become one step', async () => {
    const sizes: number[] = []
    for await (const batch of prefetch(chainOf(20), 1, 20, { concurrency: 8 })) sizes.push(batch.length)
    expect(sizes).toEqual([8, 8, 4])
  })

  it('does not keep what is ready waiting for what is slow', async () => {
    const source = gated(chainOf(20))
    const blocks = prefetch(source, 1, 20, { concurrency: 3 })
    const first = blocks.next()
    for (const height of [1, 2]) source.gates.get(height)?.()
    expect((await first).value).toHaveLength(2)
    await blocks.return(undefined)
  })

  it('hands over in order what came out of order', async () => {
    const source = gated(chainOf(20))
    const blocks = prefetch(source, 1, 3, { concurrency: 3 })
    const first = blocks.next()
    for (const height of [3, 2, 1]) source.gates.get(height)?.()
    const batch = (await first).value
    const rest = await heights(blocks)
    expect([...(batch ?? []).map(({ height }: SourceBlock) => height), ...rest]).toEqual([1, 2, 3])
  })

  it('throws when the turn of the failed block comes, not before, and after what was read', async () => {
    const chain = chainOf(20)
    chain.onCall = (call, height) => {
      if (call === 'block' && height === 5) throw nodeError()
    }
    const seen: number[] = []
    await expect(async () => {
      for await (const batch of prefetch(chain, 1, 20, { concurrency: 4 })) {
        seen.push(...batch.map(({ height }) => height))
      }
    }).rejects.toMatchObject({ code: 'node-unreachable' })
    expect(seen).toEqual([1, 2, 3, 4])
  })

  it('takes back the requests under way when nobody reads on', async () => {
    const signals: AbortSignal[] = []
    const chain = chainOf(20)
    const source = {
      block: (height: number, signal?: AbortSignal) => {
        if (signal !== undefined) signals.push(signal)
        return chain.block(height)
      },
    }
    for await (const _ of prefetch(source, 1, 20, { concurrency: 2 })) break
    expect(signals.length).toBeGreaterThan(1)
    expect(signals.every(({ aborted }) => aborted)).toBe(true)
  })

  it('gives back the memory of blocks once the next ones are asked for, and not before', async () => {
    const chain = chainOf(6)
    const released: number[] = []
    const source = {
      block: (height: number) => chain.block(height),
      release: ({ height }: SourceBlock) => {
        released.push(height)
      },
    }
    const seen: number[] = []
    for await (const batch of prefetch(source, 1, 6, { concurrency: 2 })) {
      expect(released).toEqual(seen)
      seen.push(...batch.map(({ height }) => height))
    }
    expect(released).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('ends with the reason of the signal', async () => {
    const stop = new AbortController()
    const reason = new Error('enough')
    const seen: number[] = []
    await expect(async () => {
      for await (const batch of prefetch(chainOf(50), 1, 50, { concurrency: 2, signal: stop.signal })) {
        seen.push(...batch.map(({ height }) => height))
        stop.abort(reason)
      }
    }).rejects.toBe(reason)
    expect(seen.length).toBeLessThan(50)
  })
})
