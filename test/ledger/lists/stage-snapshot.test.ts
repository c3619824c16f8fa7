import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, inTransaction, one } from '../../../src/ledger/database.ts'
import { findSnapshot } from '../../../src/ledger/lists/list-snapshots.ts'
import {
  addRejected,
  finishStaging,
  type NewSnapshot,
  stageSnapshot,
} from '../../../src/ledger/lists/stage-snapshot.ts'
import { freshLedger } from '../fixtures.ts'

const at = '2026-01-01T00:00:00.000Z'

function snapshot(entries: number, fields: Partial<NewSnapshot> = {}): NewSnapshot {
  const numbers = Array.from({ length: entries }, (_, index) => String(index).padStart(40, '0'))
  return {
    ...{ listId: 'l', sha256: 'ab', format: 'csv', issuedOn: null, bytes: 1, counts: {}, at },
    unparsed: [],
    entries: numbers.map((hex) => ({
      ...{
        key: `evm:${hex}` as Key,
        address: `0x${hex}`,
        assets: [],
        subject: null,
        subjectIds: [],
        programs: [],
      },
      ...{ listedOn: null, publishedBy: null, removedOn: null },
    })),
    ...fields,
  }
}

const count = (db: ReturnType<typeof freshLedger>) =>
  one<{ n: number }>(db, 'select count(*) as n from snapshot_entries')?.n

describe('staging a snapshot', () => {
  it('lets others write between its chunks, and is of no use to anybody before it is whole', async () => {
    const db = freshLedger()
    const seen: unknown[] = []
    const staged = stageSnapshot(db, snapshot(2_500))
    const looks = setInterval(() => {
      inTransaction(db, () => seen.push([findSnapshot(db, 'l', 'ab')?.state, count(db)]))
    }, 0)
    await staged
    clearInterval(looks)
    expect(seen.length).toBeGreaterThan(0)
    for (const look of seen) expect(look).toEqual(['staging', expect.any(Number)])
    const row = inTransaction(db, () => finishStaging(db, snapshot(2_500), 'why'))
    expect(row).toMatchObject({ state: 'held', reason: 'why' })
    expect(count(db)).toBe(2_500)
  })

  it('leaves a snapshot that is kept whole as it is', async () => {
    const db = freshLedger()
    await stageSnapshot(db, snapshot(4))
    inTransaction(db, () => finishStaging(db, snapshot(4), null))
    await stageSnapshot(db, snapshot(2))
    expect(count(db)).toBe(4)
    expect(findSnapshot(db, 'l', 'ab')?.state).toBe('held')
  })

  it('is another snapshot where another version of the parser read it', async () => {
    const db = freshLedger()
    for (const parser of [1, 2]) {
      const read = snapshot(3 + parser, { parser })
      await stageSnapshot(db, read)
      inTransaction(db, () => finishStaging(db, read, null))
    }
    expect(count(db)).toBe(9)
    expect(findSnapshot(db, 'l', 'ab')?.parser).toBe(2)
    expect(findSnapshot(db, 'l', 'ab', 1)?.parser).toBe(1)
  })
})

describe('a rejected file', () => {
  const rejected = { listId: 'l', sha256: 'ab', format: 'csv', bytes: 3, reason: 'garbage', at }

  it('is kept with its reason, the latest one', () => {
    const db = freshLedger()
    addRejected(db, rejected)
    addRejected(db, { ...rejected, reason: 'still garbage' })
    expect(all(db, 'select state, reason from list_snapshots')).toEqual([
      { state: 'rejected', reason: 'still garbage' },
    ])
  })

  it('does not undo a snapshot that was read well once', async () => {
    const db = freshLedger()
    await stageSnapshot(db, snapshot(4))
    inTransaction(db, () => finishStaging(db, snapshot(4), null))
    addRejected(db, rejected)
    expect(findSnapshot(db, 'l', 'ab')).toMatchObject({ state: 'held', reason: null })
  })
})
