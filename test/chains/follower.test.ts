import { describe, expect, it } from 'vitest'
import { type FollowerOptions, follow } from '../../src/chains/follower.ts'
import { type ChainHead, RefusedBlock, type SourceBlock } from '../../src/chains/source.ts'
import type { BlockRef } from '../../src/screening/types.ts'
import { dump, story } from '../ledger/fixtures.ts'
import { screeningLedger, wired } from '../pipeline/fixtures.ts'
import { FakeChain, nodeError } from './fake-chain.ts'
import { followerOptions, followOnce, followThrough } from './follow-through.ts'

/** A chain of this many blocks over genesis, followed to its tip. */
async function followed(height: number, options: Partial<FollowerOptions> = {}) {
  const chain = new FakeChain()
  chain.mine(height)
  const ledger = screeningLedger()
  await followOnce(chain, ledger.store, options)
  return { chain, ...ledger, cursor: () => ledger.store.state().cursor?.hash }
}

/** Alerts that are not orphaned, as the hashes of their blocks by height. */
function standing(db: Parameters<typeof story>[0]): string[] {
  return db
    .prepare(`select block_hash from alerts where status != 'orphaned' order by block_height`)
    .pluck()
    .all() as string[]
}

const hashes = (chain: FakeChain) => chain.branch().map(({ hash }) => hash)

describe('backfill', () => {
  it('commits every block from the start on, in order, up to the head', async () => {
    const chain = new FakeChain()
    chain.mine(50)
    const { db, store } = screeningLedger()
    const committed: string[] = []
    const watched = {
      ...store,
      commit: (...[blocks, ...rest]: Parameters<typeof store.commit>) => {
        committed.push(...blocks.map(({ hash }) => hash))
        store.commit(blocks, ...rest)
      },
    }
    await followOnce(chain, watched, { start: 10, prefetch: 7 })
    expect(committed).toEqual(hashes(chain).slice(10))
    expect(standing(db)).toEqual(hashes(chain).slice(10))
    expect(store.state()).toMatchObject({ startHeight: 10, cursor: { hash: 'a50' } })
    expect(chain.calls.block).toBe(41)
  })

  it('tells its source of a block that proves untrue in extraction, and asks for it again', async () => {
    const chain = new FakeChain()
    chain.mine(3)
    const { db, store } = screeningLedger()
    const told: [string, unknown][] = []
    const source = Object.assign(chain, {
      refuse: ({ hash }: SourceBlock, error: unknown) => told.push([hash, error]),
    })
    const lie = nodeError('node-bad-answer')
    const watched = {
      ...store,
      commit: async (...[blocks, ...rest]: Parameters<typeof store.commit>) => {
        const untrue = blocks.find(({ height }) => height === 2)
        if (untrue !== undefined && told.length === 0) throw new RefusedBlock(untrue, lie)
        await store.commit(blocks, ...rest)
      },
    }
    await followOnce(source, watched)
    expect(told).toEqual([['a2', expect.objectContaining({ code: lie.code, message: lie.message })]])
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('says how far it is', async () => {
    const seen: { height: number; head: number }[] = []
    await followed(20, { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toEqual({ height: 20, head: 20 })
    expect(seen.map(({ height }) => height)).toEqual(
      [...seen.map(({ height }) => height)].sort((a, b) => a - b),
    )
  })

  it('goes on where it stood', async () => {
    const { chain, db } = await followed(10)
    chain.mine(5)
    chain.calls.block = 0
    await followOnce(chain, wired(db).store)
    expect(chain.calls.block).toBe(5)
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('starts at the head where it is told to begin with the latest', async () => {
    const { db, store } = await followed(10, { start: 'latest' })
    expect(standing(db)).toEqual(['a10'])
    expect(store.state().startHeight).toBe(10)
  })

  it('waits where the head is below the start', async () => {
    const { db, cursor } = await followed(10, { start: 20 })
    expect(cursor()).toBeUndefined()
    expect(standing(db)).toEqual([])
  })

  it('stops between two steps when told to, and nothing is half written', async () => {
    const chain = new FakeChain()
    chain.mine(50)
    const { db, store } = screeningLedger()
    const stop = new AbortController()
    await follow(
      followerOptions(chain, store, {
        signal: stop.signal,
        onProgress: ({ height }) => {
          if (height >= 20) stop.abort()
        },
      }),
    )
    const height = store.state().cursor?.height ?? 0
    expect(height).toBeGreaterThanOrEqual(20)
    expect(height).toBeLessThan(50)
    expect(standing(db)).toEqual(hashes(chain).slice(1, height + 1))
  })

  it('does nothing when told to stop before it began', async () => {
    const chain = new FakeChain()
    const { store } = screeningLedger()
    await follow(followerOptions(chain, store, { signal: AbortSignal.abort() }))
    expect(chain.calls).toEqual({ open: 0, head: 0, header: 0, block: 0 })
  })
})

describe('at the tip', () => {
  it('takes each new block as it comes', async () => {
    const { chain, db, store, cursor } = await followed(5)
    await followThrough(chain, store, [
      [() => cursor() === 'a5', () => chain.mine(1)],
      [() => cursor() === 'a6', () => chain.mine(3)],
      [() => cursor() === 'a9', () => {}],
    ])
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('makes alerts final when the head is `depth` above them', async () => {
    const { db } = await followed(10, { finality: { depth: 4 } })
    const final = db.prepare(`select block_hash from alerts where status = 'final' order by block_height`)
    expect(final.pluck().all()).toEqual(['a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
  })

  it('makes alerts final when the tag moves, without a new block', async () => {
    const chain = new FakeChain()
    chain.mine(10)
    chain.finalized = 2
    const { db, store } = screeningLedger()
    const final = () => db.prepare(`select count(*) from alerts where status = 'final'`).pluck().get()
    await followThrough(
      chain,
      store,
      [
        [
          () => final() === 2,
          () => {
            chain.finalized = 5
          },
        ],
        [() => final() === 5, () => {}],
      ],
      { finality: { depth: 3 } },
    )
    expect(store.state().finalHeight).toBe(5)
  })

  it('notes the head that it stands on', async () => {
    const { db } = await followed(5)
    expect(db.prepare('select head_height from chains').pluck().get()).toBe(5)
  })
})

describe('a reorg', () => {
  it('that replaces the tip by a block of the same height', async () => {
    const { chain, db, store, cursor } = await followed(5)
    chain.mine(1, 'b', chain.at('a4'))
    await followThrough(chain, store, [[() => cursor() === 'b5', () => {}]])
    expect(standing(db)).toEqual(['a1', 'a2', 'a3', 'a4', 'b5'])
    expect(story(db).events.slice(-2)).toEqual(['0x5 orphaned', '0x5 reinstated'])
  })

  it.each([1, 2, 3, 5, 9])('of depth %i is walked back to the fork', async (depth) => {
    const { chain, db, store } = await followed(10)
    chain.mine(depth + 1, 'b', chain.at(`a${10 - depth}`))
    const reorgs: [string, string | undefined][] = []
    await followOnce(chain, store, {
      onReorg: (from: BlockRef, fork: BlockRef | null) => reorgs.push([from.hash, fork?.hash]),
    })
    expect(reorgs).toEqual([['a10', `a${10 - depth}`]])
    expect(standing(db)).toEqual(hashes(chain).slice(1))
    expect(story(db).events.filter((event) => event.endsWith('orphaned'))).toHaveLength(depth)
  })

  it('that happened while nobody followed is found at the start', async () => {
    const { chain, db } = await followed(10)
    chain.mine(20, 'b', chain.at('a6'))
    await followOnce(chain, wired(db).store)
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('to a branch that is shorter for now is followed', async () => {
    const { chain, db, store, cursor } = await followed(10)
    chain.mine(2, 'b', chain.at('a5'))
    await followThrough(chain, store, [
      [() => cursor() === 'b7', () => chain.mine(1, 'b')],
      [() => cursor() === 'b8', () => {}],
    ])
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('and back again restores what stood', async () => {
    const { chain, db, store } = await followed(10)
    const before = story(db).alerts
    const first = chain.tip
    chain.mine(6, 'b', chain.at('a5'), () => [])
    await followOnce(chain, store)
    expect(standing(db)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5'])
    chain.tip = first
    await followOnce(chain, store)
    expect(story(db).alerts).toEqual(before)
  })

  it('below the block where following began takes back all of it', async () => {
    const { chain, db, store } = await followed(10, { start: 'latest' })
    chain.mine(6, 'b', chain.at('a5'))
    await followOnce(chain, store, { start: 'latest' })
    expect(standing(db)).toEqual(['b10', 'b11'])
    expect(store.state()).toMatchObject({ startHeight: 10, cursor: { hash: 'b11' } })
  })

  it('below the start, to a branch that is not there yet, waits for it', async () => {
    const { chain, db, store, cursor } = await followed(10, { start: 'latest' })
    chain.mine(3, 'b', chain.at('a5'))
    // Its head, at 8, lies below all that was followed: that is a node catching up until it says otherwise.
    await followThrough(chain, store, [
      [() => chain.calls.head > 3, () => chain.mine(4, 'b')],
      [() => cursor() === 'b12', () => {}],
    ])
    expect(standing(db)).toEqual(['b10', 'b11', 'b12'])
  })

  it('in the midst of a backfill, inside a prefetched batch, is not taken for one chain', async () => {
    const chain = new FakeChain()
    chain.mine(40)
    const { db, store } = screeningLedger()
    let switched = false
    chain.onCall = (call, height) => {
      if (call === 'block' && height === 20 && !switched) {
        switched = true
        chain.mine(30, 'b', chain.at('a17'))
      }
    }
    await followOnce(chain, store, { prefetch: 8 })
    expect(switched).toBe(true)
    expect(standing(db)).toEqual(hashes(chain).slice(1))
    expect(hashes(chain).slice(16, 19)).toEqual(['a16', 'a17', 'b18'])
  })

  it('inside a batch commits what still links, and nothing of the rest', async () => {
    const { chain, db, store } = await followed(2)
    chain.mine(4, 'a')
    const honest = chain.block.bind(chain)
    const other = new FakeChain('x')
    other.mine(10, 'x')
    let lies = 1
    chain.block = async (height) =>
      height === 5 && lies-- > 0 ? other.sourceBlock(other.at('x5')) : honest(height)
    chain.header = async (hash) => chain.blocks.get(hash) ?? other.blocks.get(hash) ?? null
    const failure: unknown[] = []
    const reorgs: unknown[] = []
    await followThrough(chain, store, [[() => store.state().cursor?.hash === 'a6', () => {}]], {
      onFailure: (error) => failure.push(error),
      onReorg: (from, fork) => reorgs.push([from.hash, fork?.hash]),
    })
    expect(reorgs).toEqual([['a4', undefined]])
    expect(standing(db)).toEqual(hashes(chain).slice(1))
    expect(failure).toEqual([])
  })
})

describe('a node that is behind', () => {
  it('on the same branch changes nothing', async () => {
    const { chain, db, store } = await followed(10)
    const before = dump(db)
    chain.tip = chain.at('a7')
    await followThrough(chain, store, [[() => chain.calls.head > 5, () => {}]])
    const { chains, ...rest } = dump(db)
    expect({ ...rest, chains: before.chains }).toEqual(before)
    expect(store.state().cursor?.hash).toBe('a10')
  })

  it('below everything there is to compare is said to be catching up', async () => {
    const { chain, db, store } = await followed(50, { finality: { depth: 5 } })
    const before = dump(db)
    chain.tip = chain.at('a20')
    await expect(followOnce(chain, store, { finality: { depth: 5 } })).rejects.toMatchObject({
      code: 'node-syncing',
      message: expect.stringContaining('20'),
    })
    expect(dump(db)).toEqual(before)
  })

  it('and catches up is followed again', async () => {
    const { chain, store, cursor } = await followed(50, { finality: { depth: 5 } })
    chain.tip = chain.at('a20')
    const failures: unknown[] = []
    await followThrough(
      chain,
      store,
      [
        [
          () => failures.length >= 3,
          () => {
            chain.tip = chain.at('a50')
            chain.mine(1)
          },
        ],
        [() => cursor() === 'a51', () => {}],
      ],
      { finality: { depth: 5 }, onFailure: (error) => failures.push(error) },
    )
    expect(failures[0]).toMatchObject({ code: 'node-syncing' })
  })
})

describe('a reorg below what is final', () => {
  const finality = { depth: 3 }

  it('halts after a second look, and leaves the ledger as it was', async () => {
    const { chain, db, store } = await followed(10, { finality })
    const before = dump(db)
    chain.mine(10, 'b', chain.at('a5'))
    const failures: unknown[] = []
    const looks = chain.calls.head
    await expect(
      follow(followerOptions(chain, store, { finality, onFailure: (error) => failures.push(error) })),
    ).rejects.toMatchObject({ code: 'deep-reorg' })
    expect(failures).toMatchObject([{ code: 'deep-reorg' }])
    expect(chain.calls.head - looks).toBe(2)
    expect(dump(db)).toEqual(before)
  })

  it('that is gone at the second look halts nothing', async () => {
    const { chain, db, store } = await followed(10, { finality })
    const first = chain.tip
    chain.mine(10, 'b', chain.at('a5'))
    const failures: unknown[] = []
    await followThrough(
      chain,
      store,
      [
        [
          () => failures.length === 1,
          () => {
            chain.tip = first
            chain.mine(1)
          },
        ],
        [() => store.state().cursor?.hash === 'a11', () => {}],
      ],
      { finality, onFailure: (error) => failures.push(error) },
    )
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('gets its second look also after another failure', async () => {
    const { chain, db, store } = await followed(10, { finality })
    chain.mine(10, 'b', chain.at('a5'))
    let left = 2
    chain.onCall = (call) => {
      if (call === 'head' && left-- > 0) throw nodeError()
    }
    const failures: unknown[] = []
    await expect(
      follow(followerOptions(chain, store, { finality, onFailure: (error) => failures.push(error) })),
    ).rejects.toMatchObject({ code: 'deep-reorg' })
    expect(failures).toMatchObject([
      { code: 'node-unreachable' },
      { code: 'node-unreachable' },
      { code: 'deep-reorg' },
    ])
    expect(standing(db)).toHaveLength(10)
  })

  it('down to the final block, and not below, is an ordinary one', async () => {
    const { chain, db, store } = await followed(10, { finality })
    chain.mine(5, 'b', chain.at('a7'))
    await followOnce(chain, store, { finality })
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })
})

describe('a node that says a head far above its chain', () => {
  const finality = { depth: 3 }
  /** A head and a tag that there is no block for, for as long as `lies` holds. */
  const overstate = (chain: FakeChain, lies: () => boolean) => {
    const honest = chain.head.bind(chain)
    chain.head = async () => {
      const head = await honest()
      return lies() ? { ...head, height: head.height + 1000, finalized: head.height + 1000 } : head
    }
  }

  it('makes nothing final that was not read, and the next reorg is an ordinary one', async () => {
    const { chain, db, store } = await followed(10, { finality })
    let lies = 3
    overstate(chain, () => --lies > 0)
    chain.mine(1)
    const said: unknown[] = []
    const final: unknown[] = []
    await followThrough(
      chain,
      store,
      [
        [() => lies <= 0 && store.state().cursor?.hash === 'a11', () => chain.mine(3, 'b', chain.at('a9'))],
        [() => store.state().cursor?.hash === 'b12', () => {}],
      ],
      {
        finality,
        onFailure: () => {
          said.push(db.prepare('select head_height from chains').pluck().get())
          final.push(store.state().finalHeight)
        },
      },
    )
    expect(said).toContain(1011)
    expect(Math.max(...final.map(Number))).toBe(8)
    expect(standing(db)).toEqual(hashes(chain).slice(1))
    expect(story(db).alerts.filter((alert) => alert.includes('final'))).toHaveLength(9)
  })

  it('is asked for blocks from the start on, and nothing of a backfill is final before it is that deep', async () => {
    const chain = new FakeChain()
    chain.mine(40)
    overstate(chain, () => true)
    const { db, store } = screeningLedger()
    await expect(followOnce(chain, store, { finality, prefetch: 4 })).rejects.toMatchObject({
      code: 'node-missing-data',
    })
    expect(store.state()).toMatchObject({ cursor: { hash: 'a40' }, finalHeight: 37, headHeight: 1040 })
    expect(db.prepare(`select count(*) from alerts where status = 'pending'`).pluck().get()).toBe(3)
    expect(db.prepare('select count(*) from blocks').pluck().get()).toBe(4)
  })
})

describe('a node that fails', () => {
  it.each(['open', 'head', 'block'] as const)('at %s for a while is asked again', async (what) => {
    const chain = new FakeChain()
    chain.mine(10)
    const { db, store } = screeningLedger()
    let left = 3
    chain.onCall = (call, height = 1) => {
      if (call === what && height === 1 && left-- > 0) throw nodeError()
    }
    const failures: unknown[] = []
    await followOnce(chain, store, { prefetch: 1, onFailure: (error) => failures.push(error) })
    expect(failures).toHaveLength(3)
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('waits twice as long after each failure in a row, and starts anew once something worked', async () => {
    const chain = new FakeChain()
    chain.mine(10)
    const { store } = screeningLedger()
    const broken = new Set([3, 7])
    let failures = 0
    chain.onCall = (call, height) => {
      if (call === 'block' && height !== undefined && broken.has(height) && ++failures % 3 !== 0)
        throw nodeError()
      if (height !== undefined && failures % 3 === 0 && failures > 0 && call === 'block')
        broken.delete(height)
    }
    const waits: number[] = []
    await followOnce(chain, store, { prefetch: 1, onFailure: (_error, retryMs) => waits.push(retryMs) })
    expect(waits).toEqual([1, 2, 1, 2])
  })

  it('with `once` is given up on after five failures in a row', async () => {
    const chain = new FakeChain()
    const { store } = screeningLedger()
    chain.onCall = () => {
      throw nodeError()
    }
    await expect(followOnce(chain, store)).rejects.toMatchObject({ code: 'node-unreachable' })
    expect(chain.calls.open).toBe(5)
  })

  it('with `once` is not given up on while the backfill gets on', async () => {
    const chain = new FakeChain()
    chain.mine(40)
    const { db, store } = screeningLedger()
    const failed = new Set<number>()
    chain.onCall = (call, height = 0) => {
      if (call !== 'block' || height % 3 !== 0 || failed.has(height)) return
      failed.add(height)
      throw nodeError()
    }
    await followOnce(chain, store, { prefetch: 1 })
    expect(failed.size).toBeGreaterThan(10)
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it.each(['wrong-chain', 'database', 'failure'] as const)(
    'for good (%s) is not asked again',
    async (code) => {
      const chain = new FakeChain()
      const { store } = screeningLedger()
      chain.onCall = () => {
        throw nodeError(code)
      }
      await expect(follow(followerOptions(chain, store))).rejects.toMatchObject({ code })
      expect(chain.calls.open).toBe(1)
    },
  )

  it('has no header of its own branch: it is asked again', async () => {
    const { chain, db, store } = await followed(5)
    chain.mine(3, 'b', chain.at('a3'))
    const honest = chain.header.bind(chain)
    let missing = 2
    chain.header = async (hash) => (missing-- > 0 ? null : honest(hash))
    const failures: unknown[] = []
    await followOnce(chain, store, { onFailure: (error) => failures.push(error) })
    expect(failures).toMatchObject([{ code: 'node-missing-data' }, { code: 'node-missing-data' }])
    expect(standing(db)).toEqual(hashes(chain).slice(1))
  })

  it('is left while waiting, when told to stop', async () => {
    const chain = new FakeChain()
    const { store } = screeningLedger()
    chain.onCall = () => {
      throw nodeError()
    }
    const stop = new AbortController()
    await follow(
      followerOptions(chain, store, {
        signal: stop.signal,
        firstRetryMs: 30_000,
        onFailure: () => stop.abort(),
      }),
    )
    expect(chain.calls.open).toBe(1)
  })
})

describe('the store', () => {
  it('that fails ends following: waiting mends no database', async () => {
    const chain = new FakeChain()
    chain.mine(3)
    const { store } = screeningLedger()
    const broken = {
      ...store,
      commit: (_blocks: unknown, _head: ChainHead) => {
        throw new Error('disk full')
      },
    }
    await expect(follow(followerOptions(chain, broken))).rejects.toThrow('disk full')
  })
})
