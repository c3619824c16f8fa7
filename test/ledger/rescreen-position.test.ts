import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Db, one, run } from '../../src/ledger/database.ts'
import { type EntryPosition, nextRescreen, noCounts, saveRescreen } from '../../src/ledger/lists/rescreens.ts'
import { migrations } from '../../src/ledger/migrate.ts'
import { evm } from '../screening/builders.ts'
import { databaseOf } from './old-database.ts'

const key = evm('b')
const alert = 'ab'.repeat(32)

/** A job under way, as the version before typed positions left it. */
const underWay = (cursor: string | null) => `
  insert into lists (id, format, category) values ('house', 'csv', 'own-list');
  insert into list_numbers (number, list_id) values (3, 'house');
  insert into list_keys (id, key) values (7, '${key}');
  insert into rescreens (id, kind, list_id, revision, whole, parties_to, state, position, entries, added_at)
    values (1, 'list', 'house', 1, 0, 9, 'pending', '${JSON.stringify({ listId: 'house', key, cursor })}', 1, '2026-01-01');`

const match = (variant: number, row: number, last: string | null): EntryPosition => ({
  ...{ stage: 'match', variant, row, alert: last },
})

/** By the version that made columns of positions and the one that renamed a stage: between them, a job begins again. */
function upgraded(content: string): Db {
  const db = new Database(databaseOf(29, content))
  onTestFinished(() => void db.close())
  // Words, the outbox, which adds a column to jobs, and which version a revision was of: they need none of the others.
  for (const { version, name, sql } of migrations())
    if ([30, 36].includes(version) || /-(outbox|auditors)\.sql$/.test(name)) db.exec(sql())
  return db
}

describe('a re-screen that was under way when its position became columns', () => {
  it.each<[string, string | null, EntryPosition | null]>([
    ['after an entry', null, null],
    ['before an entry', '', { stage: 'events', alert: '' }],
    ['while events of a removal were written', alert, { stage: 'events', alert }],
    ['while events of a listing were written', `!${alert}`, { stage: 'events', alert }],
    ['between two transactions', '0:10', match(0, 10, null)],
    ['between two transactions of another variant', '12:345678', match(12, 345_678, null)],
    ['inside a transaction', `1:20:${alert}`, match(1, 20, alert)],
  ])('goes on where it was: %s', (_where, cursor, entry) => {
    const db = upgraded(underWay(cursor))
    const position = { listId: 'house', key, entry }
    expect(nextRescreen(db)).toEqual({
      ...{ id: 1, kind: 'list', revision: 1, whole: false, partiesTo: 9, position },
    })
    // As it is written now.
    run(db, 'update rescreens set position_list = null, position_stage = null')
    saveRescreen(db, 1, { position, counts: noCounts, done: false, at: '2026-01-01' })
    expect(nextRescreen(db)?.position).toEqual(position)
    saveRescreen(db, 1, { position, counts: noCounts, done: true, at: '2026-01-01' })
    expect(one(db, 'select position_list, position_stage, position_alert from rescreens')).toEqual({
      ...{ position_list: null, position_stage: null, position_alert: null },
    })
  })

  it('has no position where it had none', () => {
    const db = upgraded(underWay(null).replace(/'\{.*?\}'/, 'null'))
    expect(nextRescreen(db)?.position).toBeNull()
  })
})
