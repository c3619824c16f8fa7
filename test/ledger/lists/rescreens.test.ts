import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { alertsOfEntrySql } from '../../../src/ledger/alerts/entry-events.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { matchedKeysSql } from '../../../src/ledger/lists/list-variants.ts'
import {
  addRescreen,
  type EntryPosition,
  historyRevision,
  nextRescreen,
  noCounts,
  rescreenItems,
  rescreenItemsSql,
  saveRescreen,
} from '../../../src/ledger/lists/rescreens.ts'
import { migrations } from '../../../src/ledger/migrate.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { fewAddresses, mayBeOwnSql } from '../../../src/ledger/own/own-variants.ts'
import { partiesSql, transactionSql, transfersSql } from '../../../src/ledger/transfers/stored-rows.ts'
import {
  earlierPartySql,
  nextPartySql,
  partiesStateSql,
  storedHashSql,
  transfersStateSql,
} from '../../../src/ledger/transfers/stored-transactions.ts'
import { activateList } from '../../pipeline/fixtures.ts'
import { evm, own } from '../../screening/builders.ts'
import { at, freshLedger } from '../fixtures.ts'

describe('the way to stored history', () => {
  it.each([
    ['parties of a key', nextPartySql],
    ['earlier parties of a transaction', earlierPartySql],
    ['alerts of an entry', alertsOfEntrySql],
    ['the job to do', `select id from rescreens where state = 'pending' order by id limit 1`],
    ['entries of a job', rescreenItemsSql(false, true)],
    ['entries that name own addresses', matchedKeysSql],
    ['own addresses that hold a variant', mayBeOwnSql],
    [
      'own addresses of a key',
      'select address from own_addresses where key = ? and removed_at is null order by chain limit 1',
    ],
    ['parties of a transaction', partiesSql],
    ['transfers of a transaction', transfersSql],
    ['a transaction', transactionSql],
    ['a transaction of a hash', storedHashSql],
    ['how many parties a transaction has', partiesStateSql],
    ['how many transfers a transaction has', transfersStateSql],
  ])('is an index look-up: %s', (_what, sql) => {
    const db = freshLedger()
    const numbers = (sql.match(/\?\d?/g) ?? []).map((mark, index) => [mark.slice(1) || String(index + 1), 1])
    const params = sql.includes('?1') ? [Object.fromEntries(numbers)] : numbers.map(() => 1)
    const plan = db.prepare(`explain query plan ${sql}`).all(...params) as { detail: string }[]
    const tables = plan.map(({ detail }) => detail).filter((detail) => /^(SEARCH|SCAN)/.test(detail))
    expect(tables).not.toEqual([])
    for (const detail of tables) {
      // Epochs are counted, not read. The partial index of pending jobs holds those alone: reading it whole is the look-up. So are the variants of one entry.
      expect(detail).toMatch(
        /^SEARCH |^SCAN rescreens USING COVERING INDEX rescreens_pending|^SCAN (json_each|asked|matched|CONSTANT ROW|epochs|e)\b/,
      )
    }
  })
})

describe('jobs', () => {
  const states = (db: Db) =>
    all<{ text: string }>(
      db,
      `select concat_ws(' ', kind, list_id, revision, whole, state) as text from rescreens order by id`,
    ).map(({ text }) => text)

  it('are written down by what changes a list, with what came and went', () => {
    const db = freshLedger()
    activateList(db, [evm('b'), evm('c')])
    activateList(db, [evm('c'), evm('d')], 'ofac-sdn', '2025-01-01')
    activateList(db, [evm('c'), evm('d')], 'ofac-sdn', '2025-02-01')
    expect(states(db)).toEqual(['list ofac-sdn 1 0 pending', 'list ofac-sdn 2 0 pending'])
    expect(all(db, 'select key, change from rescreen_entries where rescreen_id = 2 order by key')).toEqual([
      { key: evm('b'), change: 'removed' },
      { key: evm('d'), change: 'added' },
    ])
  })

  it('are written down by many own addresses that are new, once while none was begun', async () => {
    const db = freshLedger()
    const add = (end: string) => {
      const keys = Array.from({ length: fewAddresses + 1 }, (_, index): Key => `evm:${index}${end}`)
      const rows = keys.map((key) => ({ key, address: key, kind: 'hot' as const, reference: '', chain: '' }))
      return addOwnAddresses(db, rows, at)
    }
    await add('b')
    await add('b')
    await add('c')
    expect(states(db)).toEqual(['own 0 1 pending'])
    saveRescreen(db, 1, {
      position: { listId: 'a', key: own, entry: null },
      counts: noCounts,
      done: false,
      at,
    })
    await add('d')
    expect(states(db)).toHaveLength(2)
  })

  it('are done in order, and history is as far as they are', () => {
    const db = freshLedger()
    expect(historyRevision(db, 0)).toBe(0)
    for (const revision of [3, 4]) addRescreen(db, { kind: 'list', listId: 'a', revision, whole: false, at })
    addRescreen(db, { kind: 'asked', listId: null, revision: 2, whole: true, at })
    expect([nextRescreen(db)?.revision, historyRevision(db, 4)]).toEqual([3, 2])
    saveRescreen(db, 1, { position: null, counts: noCounts, done: true, at })
    expect([nextRescreen(db)?.revision, historyRevision(db, 4)]).toEqual([4, 3])
    saveRescreen(db, 2, { position: null, counts: noCounts, done: true, at })
    expect([nextRescreen(db)?.kind, historyRevision(db, 4)]).toEqual(['asked', 4])
  })

  it('go on with the entry under way, or after the one that is done', () => {
    const db = freshLedger()
    activateList(db, [evm('b'), evm('c'), evm('d')])
    const job = nextRescreen(db)
    if (job === undefined) throw new Error('there is no job')
    const from = (entry: EntryPosition | null) =>
      rescreenItems(db, { ...job, position: { listId: 'ofac-sdn', key: evm('c'), entry } }, 9).map(
        ({ key }) => key,
      )
    expect(rescreenItems(db, job, 2).map(({ key }) => key)).toEqual([evm('b'), evm('c')])
    expect(from({ stage: 'match', variant: 0, row: 7, alert: null })).toEqual([evm('c'), evm('d')])
    expect(from(null)).toEqual([evm('d')])
    const { whole: _, ...rest } = job
    expect(rescreenItems(db, { ...rest, whole: true }, 9)).toEqual(rescreenItems(db, job, 9))
  })
})

describe('a database of an older version', () => {
  const upgraded = (revision: number) => {
    const db = new Database(':memory:')
    for (const { version, sql } of migrations()) {
      if (version > 3) break
      if (version === 3)
        db.prepare(`update meta set value = ? where key = 'list_revision'`).run(String(revision))
      db.exec(sql())
    }
    return db
  }

  it('has its whole history matched once, where it ever had a list', () => {
    expect(upgraded(0).prepare('select count(*) from rescreens').pluck().get()).toBe(0)
    expect(upgraded(5).prepare('select kind, revision, whole, parties_to from rescreens').all()).toEqual([
      { kind: 'list', revision: 5, whole: 1, parties_to: 0 },
    ])
    expect(historyRevision(upgraded(5), 5)).toBe(4)
  })
})
