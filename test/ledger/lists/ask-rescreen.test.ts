import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { pieceRows } from '../../../src/ledger/in-pieces.ts'
import { askRescreen } from '../../../src/ledger/lists/ask-rescreen.ts'
import { hasLeftovers, sweepLeftovers } from '../../../src/ledger/sweep-leftovers.ts'
import { activateList } from '../../pipeline/fixtures.ts'
import { at, dump, freshLedger } from '../fixtures.ts'
import { changesOfEach, untilCrash } from '../pieces.ts'

const keyOf = (index: number): Key => `evm:${String(index).padStart(40, '0')}`
const keys = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => keyOf(from + index))

/** Four revisions; the first list's last entries leave it with the third one, and come back with the fourth. */
function scene(): Db {
  const db = freshLedger()
  activateList(db, keys(0, 5), 'old', '2020-01-01')
  activateList(db, keys(0, 1_300), 'one', '2020-01-01')
  activateList(db, keys(0, 10), 'one', '2021-01-01')
  activateList(db, keys(0, 1_300), 'one', '2022-01-01')
  return db
}

const asked = (db: Db) =>
  all<{ text: string }>(
    db,
    `select concat_ws(' ', r.state, r.revision, r.whole, e.list_id, e.change, count(e.key), count(distinct e.key)) as text
     from rescreens r left join rescreen_entries e on e.rescreen_id = r.id where r.kind = 'asked'
     group by r.id, e.list_id, e.change order by r.id, e.list_id`,
  ).map(({ text }) => text)

describe('a re-screen since a revision', () => {
  it('takes what came with later ones, each entry once, and none that left', async () => {
    const db = scene()
    await askRescreen(db, 0, at)
    await askRescreen(db, 1, at)
    await askRescreen(db, 4, at)
    await askRescreen(db, null, at)
    expect(asked(db)).toEqual([
      'pending 4 0 old added 5 5',
      'pending 4 0 one added 1300 1300',
      'pending 4 0 one added 1300 1300',
      'pending 4 0 0 0',
      'pending 4 1 0 0',
    ])
    await expect(askRescreen(db, 5, at)).rejects.toMatchObject({ code: 'usage' })
  })

  it('is written down a few rows at a time', async () => {
    const db = scene()
    const changes = changesOfEach(db)
    await askRescreen(db, 0, at)
    expect(Math.max(...changes)).toBeLessThanOrEqual(pieceRows)
    expect(changes.reduce((sum, each) => sum + each)).toBeGreaterThan(1_300)
  })

  it('is no job where a crash came before its end, and is swept', async () => {
    const db = scene()
    const before = dump(db)
    let crashes = 0
    for (; !(await untilCrash(db, crashes, () => askRescreen(db, 0, at))); crashes++) {
      expect(asked(db).filter((each) => !each.startsWith('staging'))).toEqual([])
      expect(hasLeftovers(db)).toBe(crashes > 0)
      await sweepLeftovers(db)
      expect(dump(db)).toEqual(before)
    }
    // Begun, four pieces at least, and counted.
    expect(crashes).toBeGreaterThanOrEqual(6)
    expect(asked(db)).toEqual(['pending 4 0 old added 5 5', 'pending 4 0 one added 1300 1300'])
  })
})
