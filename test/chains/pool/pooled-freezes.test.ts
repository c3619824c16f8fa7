import { describe, expect, it } from 'vitest'
import { createPool } from '../../../src/chains/pool/pool.ts'
import type { FreezeReader } from '../../../src/chains/source.ts'
import { FakeChain, nodeError } from '../fake-chain.ts'

const unused = () => {
  throw new Error('not asked for here')
}

/** A node that answers these questions, and refuses the others. */
function nodeWith(reader: Partial<FreezeReader>) {
  const node = new FakeChain()
  node.mine(3)
  const freezes: FreezeReader = { find: unused, read: unused, isFrozen: unused, check: unused, ...reader }
  return Object.assign(node, { freezes })
}

async function poolOf(...nodes: [ReturnType<typeof nodeWith>, ...ReturnType<typeof nodeWith>[]]) {
  const suspended: string[] = []
  const pool = createPool(nodes, {
    // All as fast as each other: the first leads.
    clock: { nowMs: () => 0 },
    onChange: ({ what, endpoint }) => {
      if (what === 'suspended') suspended.push(endpoint)
    },
  })
  await pool.open()
  await pool.head()
  if (pool.freezes === undefined) throw new Error('no freezes')
  return { pool, freezes: pool.freezes, suspended }
}

describe('the freezes of several nodes', () => {
  const block = { height: 1, hash: 'a1', parentHash: 'a0', time: 1, freezes: [], unscreened: [] }

  it('come from whichever node has them; one that lacks old blocks is followed as before', async () => {
    const poor = nodeWith({
      find: async () => ({ refused: 'no index' }),
      read: async () => {
        throw nodeError('node-bad-answer')
      },
      isFrozen: async () => null,
    })
    const rich = nodeWith({
      find: async () => ({ blocks: [{ height: 1, hash: 'a1' }] }),
      read: async () => block,
      isFrozen: async () => true,
    })
    const { pool, freezes, suspended } = await poolOf(poor, rich)
    for (let i = 0; i < 5; i++) {
      expect(await freezes.read(1)).toEqual(block)
      expect(await freezes.find([], 0, 1)).toEqual({ blocks: [{ height: 1, hash: 'a1' }] })
      expect(await freezes.isFrozen('0x5', 'evm:7', 'a1')).toBe(true)
    }
    expect(suspended).toEqual([])
    const asked = poor.calls.block
    await pool.block(1)
    expect(poor.calls.block).toBe(asked + 1)
  })

  it('are refused where every node refuses, and fail where every node fails', async () => {
    const refuse = (refused: string) => nodeWith({ find: async () => ({ refused }) })
    const { freezes } = await poolOf(refuse('too long'), refuse('too many'))
    expect(await freezes.find([], 0, 1)).toEqual({ refused: 'too many' })
    await expect(freezes.read(1)).rejects.toThrow('not asked for here')
  })

  it('are not there in a pool of nodes that know of none', () => {
    expect(createPool([new FakeChain()]).freezes).toBeUndefined()
  })
})
