import { describe, expect, it } from 'vitest'
import { noteHalt } from '../../src/ledger/blocks/chain.ts'
import {
  askRescan,
  endReplay,
  noteReplayFailure,
  pendingReplays,
  readReplay,
} from '../../src/ledger/blocks/replays.ts'
import type { Db } from '../../src/ledger/database.ts'
import { takeDaemonLock } from '../../src/ledger/file-locks.ts'
import { type RescanWatch, refuseUnfollowed, watchRescan } from '../../src/operations/watch-rescan.ts'
import { at, chain, commit, freshChain, ref, screened } from '../ledger/fixtures.ts'

/** Followed from 5 to 9; `daemon` holds the lock, as a daemon does, until the ledger is closed. */
async function followed() {
  const db = freshChain()
  commit(
    db,
    [5, 6, 7, 8, 9].map((height) => screened(ref(height))),
    { head: { height: 9 } },
  )
  return { db, release: await takeDaemonLock(db) }
}

const watch = (db: Db, id: number, more: Partial<RescanWatch> = {}) =>
  watchRescan(db, readReplay(db, id), {
    ...{ signal: new AbortController().signal, onProgress: () => {}, onWaiting: () => {}, pollMs: 1 },
    ...more,
  })

describe('a range that is asked for beside a daemon', () => {
  it('is queued once while it is not done, and must have been followed', async () => {
    const { db, release } = await followed()
    const asked = askRescan(db, chain.id, { from: 5, to: 8 }, at)
    expect(askRescan(db, chain.id, { from: 5, to: 8 }, at)).toEqual(asked)
    expect(askRescan(db, chain.id, { from: 5, to: 7 }, at).id).not.toBe(asked.id)
    endReplay(db, asked.id, at)
    expect(askRescan(db, chain.id, { from: 5, to: 8 }, at).id).not.toBe(asked.id)
    expect(() => askRescan(db, chain.id, { from: 8, to: 10 }, at)).toThrow('--to 10 is above 9')
    expect(() => askRescan(db, 'other', { from: 8, to: 9 }, at)).toThrow('No block of other was followed yet')
    release()
  })

  it('can not be watched where the node does not have it, and stays queued', async () => {
    const { db, release } = await followed()
    const { id } = askRescan(db, chain.id, { from: 5, to: 8 }, at)
    noteReplayFailure(db, id, 'The node has no block 5.')
    await expect(watch(db, id)).rejects.toMatchObject({
      code: 'rescan-left',
      message:
        'The daemon could not read the blocks (The node has no block 5.): blocks 5 to 8 of ethereum stay queued, and it will retry.',
    })
    expect(pendingReplays(db, chain.id)).toHaveLength(1)
    // Asked for again, it is tried anew.
    expect(askRescan(db, chain.id, { from: 5, to: 8 }, at)).toMatchObject({ id, failure: null })
    release()
  })

  it('is not waited for where its chain halted, or where no daemon is left', async () => {
    const { db, release } = await followed()
    const { id } = askRescan(db, chain.id, { from: 5, to: 8 }, at)
    noteHalt(db, chain.id, 'a reorg below final', at)
    await expect(watch(db, id)).rejects.toMatchObject({
      code: 'failure',
      message: expect.stringContaining("The daemon's chain ethereum halted (a reorg below final)"),
    })
    noteHalt(db, chain.id, null, at)
    release()
    await expect(watch(db, id)).rejects.toMatchObject({ code: 'rescan-left' })
  })

  it('is refused, and not waited for, where the daemon does not follow its chain', async () => {
    const { db, release } = await followed()
    const { id } = askRescan(db, chain.id, { from: 5, to: 8 }, at)
    release()
    const releaseOther = await takeDaemonLock(db, ['bitcoin'])
    const error = {
      code: 'failure',
      message: expect.stringContaining('does not follow ethereum: its config has bitcoin.'),
    }
    expect(() => refuseUnfollowed(db, chain.id)).toThrow(expect.objectContaining(error))
    await expect(watch(db, id)).rejects.toMatchObject(error)
    expect(pendingReplays(db, chain.id)).toHaveLength(1)
    releaseOther()
    ;(await takeDaemonLock(db, ['bitcoin', chain.id]))()
    expect(refuseUnfollowed(db, chain.id)).toBeUndefined()
  })

  it('says what it waits for', async () => {
    const { db, release } = await followed()
    const [first, second] = [5, 6].map((from) => askRescan(db, chain.id, { from, to: 8 }, at))
    const heard: string[] = []
    const onWaiting = (reason: string) => {
      heard.push(reason)
      if (heard.length === 1) {
        endReplay(db, first?.id ?? 0, at)
        db.exec('update chains set head_height = 20')
      } else endReplay(db, second?.id ?? 0, at)
    }
    expect(await watch(db, second?.id ?? 0, { onWaiting })).toEqual({ created: 0, reinstated: 0, known: 0 })
    expect(heard).toEqual([
      'another rescan comes first: blocks 5 to 8',
      'the follower comes first: it is 11 blocks behind the head',
    ])
    release()
  })
})
