import { describe, expect, it } from 'vitest'
import { type KnownBranch, walkBack } from '../../src/chains/walk-back.ts'
import { FakeChain } from './fake-chain.ts'

/** A chain with branch a to 10, and b from a6 on to 12. */
function forked() {
  const chain = new FakeChain()
  chain.mine(10)
  const known = chain.branch()
  chain.mine(6, 'b', chain.at('a6'))
  const branch = (fields: Partial<KnownBranch> = {}): KnownBranch => ({
    hashAt: (height) => known[height]?.hash,
    lowest: 0,
    finalHeight: null,
    ...fields,
  })
  return { chain, branch }
}

const at = (hash: string) => ({ hash, height: Number(hash.slice(1)) })

describe('walking back', () => {
  it('ends at the block that both branches share, and asks for no header twice', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch(), at('b12'))).toMatchObject({ hash: 'a6' })
    expect(chain.calls.header).toBe(7)
  })

  it('ends at once where the block is ours', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch(), at('a9'))).toMatchObject({ hash: 'a9' })
    expect(chain.calls.header).toBe(1)
  })

  it('answers null where the branches part below all that was read', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch({ lowest: 7 }), at('b12'))).toBeNull()
    expect(await walkBack(chain, branch({ lowest: 6 }), at('b12'))).toMatchObject({ hash: 'a6' })
  })

  it('refuses to go below a final block, and allows the final block itself as the fork', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch({ finalHeight: 6 }), at('b12'))).toMatchObject({ hash: 'a6' })
    await expect(walkBack(chain, branch({ finalHeight: 7 }), at('b12'))).rejects.toMatchObject({
      code: 'deep-reorg',
      message: expect.stringContaining('b7'),
    })
  })

  it('says which block the node is missing', async () => {
    const { chain, branch } = forked()
    chain.blocks.delete('b9')
    await expect(walkBack(chain, branch(), at('b12'))).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining('b9'),
    })
  })

  it('refuses heights that do not go down one by one, whether or not they say that a final block lost', async () => {
    const { chain, branch } = forked()
    for (const height of [3, 9, 11]) {
      const source = {
        header: async (hash: string) => {
          const header = await chain.header(hash)
          return header?.hash === 'b10' ? { ...header, height } : header
        },
      }
      const walking = walkBack(source, branch({ finalHeight: 5 }), at('b12'))
      await expect(walking).rejects.toMatchObject({ code: 'node-bad-answer' })
    }
    await expect(walkBack(chain, branch(), { hash: 'b12', height: 13 })).rejects.toMatchObject({
      code: 'node-bad-answer',
    })
  })
})
