import { describe, expect, it } from 'vitest'
import { commitReplay } from '../../../src/ledger/blocks/commit-replay.ts'
import { lowestAskedFor, queueFromStart } from '../../../src/ledger/blocks/lower-start.ts'
import {
  insertReplay,
  noteReplayFailure,
  pendingReplays,
  readReplay,
} from '../../../src/ledger/blocks/replays.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { without } from '../../../src/ledger/coverage/ranges.ts'
import type { Db } from '../../../src/ledger/database.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { at, chain, commit, dump, freshChain, ref, screened } from '../fixtures.ts'

/** Followed from 161 to 166. */
function followed(): Db {
  const db = freshChain()
  commit(
    db,
    [161, 162, 163, 164, 165, 166].map((height) => screened(ref(height))),
    { head: { height: 166 } },
  )
  return db
}

function read(db: Db, from: number, to: number, replay: number | null = null): void {
  const blocks = Array.from({ length: to - from + 1 }, (_, index) => screened(ref(from + index)))
  const step = { blocks, revisions: readRevisions(db), at, replay }
  expect(commitReplay(db, chain, step, { row: undefined, terms: '' })).not.toBeNull()
}

const queue = (db: Db) => pendingReplays(db, chain.id).map(({ next, to, cause }) => [next, to, cause])
const gaps = (db: Db, start?: number | 'latest') =>
  readCoverage(db, chain.id, [{ id: chain.id, ...(start !== undefined && { start }) }])[0]?.gaps

describe('ranges of blocks', () => {
  it('are cut by others, however those overlap and are ordered', () => {
    const cut = without({ from: 5, to: 20 }, [
      { from: 18, to: 30 },
      { from: 0, to: 6 },
      { from: 10, to: 12 },
      { from: 11, to: 14 },
    ])
    expect(cut).toEqual([
      { from: 7, to: 9 },
      { from: 15, to: 17 },
    ])
    expect(without({ from: 5, to: 4 }, [])).toEqual([])
  })
})

describe('a start below where following began', () => {
  it('queues the blocks that were never read, once', () => {
    const db = followed()
    expect(queueFromStart(db, chain.id, 0, at)).toEqual({ queued: [{ from: 0, to: 160 }], dropped: [] })
    const before = dump(db)
    expect(queueFromStart(db, chain.id, 0, at)).toEqual({ queued: [], dropped: [] })
    expect(queueFromStart(db, chain.id, 0, at)).toEqual({ queued: [], dropped: [] })
    expect(dump(db)).toEqual(before)
    expect(queue(db)).toEqual([[0, 160, 'start']])
  })

  it('leaves out what was read or is queued otherwise', () => {
    const db = followed()
    read(db, 10, 20)
    const ownRevision = readRevisions(db).own
    insertReplay(db, { chain: chain.id, from: 100, to: 110, ownRevision }, at)
    expect(queueFromStart(db, chain.id, 5, at).queued).toEqual([
      { from: 5, to: 9 },
      { from: 21, to: 99 },
      { from: 111, to: 160 },
    ])
  })

  it('asks for nothing of a chain that was never followed, nor where `start` is latest', () => {
    expect(queueFromStart(freshChain(), chain.id, 0, at)).toEqual({ queued: [], dropped: [] })
    expect(queueFromStart(followed(), chain.id, 'latest', at)).toEqual({ queued: [], dropped: [] })
  })

  it.each([
    [50, [[50, 160, 'start']], { from: 11, to: 49 }],
    [161, [], { from: 11, to: 160 }],
    ['latest', [], { from: 11, to: 160 }],
  ] as const)('is taken back where it is not done when it becomes %s', (start, left, dropped) => {
    const db = followed()
    queueFromStart(db, chain.id, 0, at)
    const [job] = pendingReplays(db, chain.id)
    read(db, 0, 10, job?.id)
    expect(queueFromStart(db, chain.id, start, at).dropped).toEqual([dropped])
    expect(queue(db)).toEqual(left)
    expect(readReplay(db, job?.id ?? 0)).toMatchObject({ from: 0, to: 10, state: 'done' })
    expect(lowestAskedFor(db, chain.id)).toBe(0)
  })

  it('is done after everything else that is queued', () => {
    const db = followed()
    queueFromStart(db, chain.id, 0, at)
    insertReplay(db, { chain: chain.id, from: 161, to: 166, ownRevision: 0, cause: 'asked' }, at)
    expect(queue(db)).toEqual([
      [161, 166, 'asked'],
      [0, 160, 'start'],
    ])
  })
})

describe('coverage', () => {
  it('names the blocks that a lower start asks for, before and while they are read, until they are', () => {
    const db = followed()
    expect(gaps(db)).toEqual([])
    expect(gaps(db, 'latest')).toEqual([])
    expect(gaps(db, 161)).toEqual([])
    expect(gaps(db, 0)).toEqual([
      {
        from: 0,
        to: 160,
        reason:
          'not screened: `start` in the config is 0, and screening began at 161; the next start of `run` queues these 161 blocks',
      },
    ])
    queueFromStart(db, chain.id, 0, at)
    const queued = 'not screened yet: 161 blocks are queued to be read, behind the follower of `run`'
    expect(gaps(db)).toEqual([{ from: 0, to: 160, reason: queued }])
    expect(gaps(db, 0)).toEqual(gaps(db))
    const [job] = pendingReplays(db, chain.id)
    read(db, 0, 150, job?.id)
    noteReplayFailure(db, job?.id ?? 0, 'The node at http://node has no block 151.')
    expect(gaps(db, 0)).toEqual([
      {
        from: 151,
        to: 160,
        reason:
          'not screened yet: 10 blocks are queued to be read, behind the follower of `run`; the last attempt failed: The node at http://node has no block 151.',
      },
    ])
    read(db, 151, 160, job?.id)
    expect(gaps(db, 0)).toEqual([])
    expect(readReplay(db, job?.id ?? 0)).toMatchObject({ state: 'done', failure: null })
  })

  it('tells blocks apart that nobody asked for', () => {
    const db = followed()
    read(db, 10, 20)
    expect(gaps(db, 161)).toEqual([{ from: 21, to: 160, reason: 'not screened' }])
    expect(gaps(db, 100)?.map(({ from, to }) => [from, to])).toEqual([
      [21, 99],
      [100, 160],
    ])
  })
})
