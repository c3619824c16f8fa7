import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { queueFromStart } from '../../../src/ledger/blocks/lower-start.ts'
import { pendingReplays } from '../../../src/ledger/blocks/replays.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { type ReplayWork, workOffReplays } from '../../../src/pipeline/rescans/run-rescans.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { at, story } from '../../ledger/fixtures.ts'
import { tempDir } from '../../temp.ts'
import { crashAt } from '../crash-at.ts'
import { type Screening, screeningLedger, wired } from '../fixtures.ts'

const work: ReplayWork = {
  prefetch: 2,
  finality: { depth: 6 },
  signal: new AbortController().signal,
  onFailed: (_replay, error) => {
    throw error
  },
}

const workOff = ({ context }: Pick<Screening, 'context'>, chain: FakeChain, more: Partial<ReplayWork> = {}) =>
  workOffReplays(context, async () => chain, { ...work, ...more })

/** A chain of 40 blocks, followed from 30 on, and asked to be read from the start. */
async function lowered({ path = ':memory:', depth = 6, start = 0 } = {}) {
  const chain = new FakeChain()
  chain.mine(40)
  const ledger = screeningLedger(path)
  await followOnce(chain, ledger.store, { start: 30, finality: { depth } })
  queueFromStart(ledger.db, 'ethereum', start, at)
  return { chain, ...ledger }
}

const coveredRanges = (db: Db) => readCoverage(db)[0]?.ranges.map(({ from, to }) => [from, to])
const alertsOf = (db: Db) => all(db, 'select id, status, block_hash from alerts order by id')

describe('blocks below where following began', () => {
  it('give the alerts that following from there gives, in one row of coverage however often it pauses', async () => {
    const { chain, db, context } = await lowered()
    for (let turns = 0; pendingReplays(db, 'ethereum').length > 0; turns++) {
      expect(turns).toBeLessThan(40)
      const stop = new AbortController()
      const onProgress = () => stop.abort(new Error('pause'))
      await workOff({ context }, chain, { signal: stop.signal, onProgress }).catch(() => {})
    }
    const always = screeningLedger()
    await followOnce(chain, always.store, { start: 0, finality: { depth: 6 } })
    expect(alertsOf(db)).toEqual(alertsOf(always.db))
    expect(coveredRanges(db)).toEqual([[0, 40]])
    expect(all(db, `select from_height, to_height from coverage where kind = 'replay'`)).toEqual([
      { from_height: 0, to_height: 29 },
    ])
    expect(all(db, `select state, next_height from replays`)).toEqual([{ state: 'done', next_height: 30 }])
  })

  it('are read to the end whatever statement it crashes at, and none twice', async () => {
    const { chain, db: expected, context } = await lowered({ start: 24 })
    await workOff({ context }, chain)
    const ends = (db: Db) => [
      alertsOf(db),
      coveredRanges(db),
      all(db, 'select state, created, known from replays'),
    ]
    let crashes = 0
    for (let statement = 1; ; statement += 7) {
      const { db, context: killed } = await lowered({ path: join(tempDir(), 'ledger.db'), start: 24 })
      const undo = crashAt(statement)
      const failed = await workOff({ context: killed }, chain).then(
        () => false,
        () => true,
      )
      undo()
      const again = openLedger(db.name)
      // As the next start of the daemon does.
      expect(queueFromStart(again, 'ethereum', 24, at)).toEqual({ queued: [], dropped: [] })
      await workOff(wired(again), chain)
      expect(ends(again)).toEqual(ends(expected))
      again.close()
      if (!failed) break
      crashes++
    }
    expect(crashes).toBeGreaterThan(20)
  }, 120_000)

  it('let others have their turn, so that a long rescan holds up nothing', async () => {
    const chain = new FakeChain()
    chain.mine(2_030)
    const { db, store, context } = screeningLedger()
    await followOnce(chain, store, { start: 2_020 })
    queueFromStart(db, 'ethereum', 0, at)
    const turns: number[] = []
    await workOffReplays(
      context,
      async () => {
        turns.push(pendingReplays(db, 'ethereum')[0]?.next ?? -1)
        return chain
      },
      { ...work, prefetch: 64 },
    )
    expect(turns).toEqual([0, 1_000, 2_000])
  })

  it('that a reorg reaches are taken back with it, and read again on the branch that won', async () => {
    const { chain, db, store, context } = await lowered({ depth: 100 })
    await workOff({ context }, chain)
    chain.mine(20, 'b', chain.at('a25'))
    await followOnce(chain, store, { finality: { depth: 100 } })
    await workOff({ context }, chain)
    const always = screeningLedger()
    await followOnce(chain, always.store, { start: 0, finality: { depth: 100 } })
    const standing = (of: Db) =>
      all(of, `select id, block_hash from alerts where status = 'pending' order by id`)
    expect(standing(db)).toEqual(standing(always.db))
    expect(story(db).alerts.some((alert) => alert.includes('orphaned'))).toBe(false)
    expect(coveredRanges(db)).toEqual([[0, 45]])
    expect(all(db, 'select hash from block_hashes where height between 25 and 27 order by height')).toEqual([
      { hash: 'a25' },
      { hash: 'b26' },
      { hash: 'b27' },
    ])
  })

  it.each(['a25', 'a0'])(
    'are refused from a branch that the blocks above are not on (it forks at %s), and read when the follower is on it',
    async (fork) => {
      const { chain, db, store, context } = await lowered({ depth: 100 })
      chain.mine(46, 'b', chain.at(fork))
      await expect(workOff({ context }, chain)).rejects.toMatchObject({ code: 'wrong-chain' })
      expect(pendingReplays(db, 'ethereum')[0]?.next).toBeLessThan(30)
      await followOnce(chain, store, { finality: { depth: 100 } })
      queueFromStart(db, 'ethereum', 0, at)
      await workOff({ context }, chain)
      const always = screeningLedger()
      await followOnce(chain, always.store, { start: 0, finality: { depth: 100 } })
      expect(alertsOf(db)).toEqual(alertsOf(always.db))
      expect(coveredRanges(db)).toEqual([[0, chain.tip.height]])
    },
  )
})
