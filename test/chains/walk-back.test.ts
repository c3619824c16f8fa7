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
    blockAt: (height) => known[height],
    startHeight: 0,
    finalHeight: null,
    ...fields,
  })
  return { chain, branch }
}

describe('walking back', () => {
  it('ends at the block that both branches share, and asks for no header twice', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch(), 'b12')).toMatchObject({ hash: 'a6' })
    expect(chain.calls.header).toBe(7)
  })

  it('ends at once where the block is ours', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch(), 'a9')).toMatchObject({ hash: 'a9' })
    expect(chain.calls.header).toBe(1)
  })

  it('answers null where the branches part before following began', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch({ startHeight: 7 }), 'b12')).toBeNull()
    expect(await walkBack(chain, branch({ startHeight: 6 }), 'b12')).toMatchObject({ hash: 'a6' })
  })

  it('refuses to go below a final block, and allows the final block itself as the fork', async () => {
    const { chain, branch } = forked()
    expect(await walkBack(chain, branch({ finalHeight: 6 }), 'b12')).toMatchObject({ hash: 'a6' })
    await expect(walkBack(chain, branch({ finalHeight: 7 }), 'b12')).rejects.toMatchObject({
      code: 'deep-reorg',
      message: expect.stringContaining('b7'),
    })
  })

  it('says which block the node is missing', async () => {
    const { chain, branch } = forked()
    chain.blocks.delete('b9')
    await expect(walkBack(chain, branch(), 'b12')).rejects.toMatchObject({
      code: 'node-missing-data',
      message: expect.stringContaining('b9'),
    })
  })
})
