import fc from 'fast-check'
import { expect, it } from 'vitest'
import { firstBlockSince } from '../../../src/pipeline/rescans/resolve-lookback.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { randomRuns } from '../../long.ts'

/** Block n of the fake chain is from 12 n seconds after this. */
const genesis = 1_700_000_000

it('the first block that is not older than a time is found', async () => {
  const node = new FakeChain()
  node.mine(60)
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: 0, max: 60 }),
      fc.integer({ min: -20, max: 800 }),
      async (a, b, seconds) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const first = Math.max(from, Math.ceil(seconds / 12))
        const found = await firstBlockSince(node, genesis + seconds, { from, to })
        expect(found).toBe(first > to ? null : first)
      },
    ),
    { numRuns: randomRuns(200) },
  )
})

it('a block that the node does not have is no answer', async () => {
  const node = new FakeChain()
  node.mine(5)
  await expect(firstBlockSince(node, genesis, { from: 0, to: 50 })).rejects.toMatchObject({
    code: 'node-missing-data',
  })
})
