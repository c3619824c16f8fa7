import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pinChain } from '../../../src/ledger/blocks/chain.ts'
import { rewind, rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db, inTransaction, one, run } from '../../../src/ledger/database.ts'
import { putParked, registerSink } from '../../../src/ledger/delivery/sinks.ts'
import { lastSequence, writeOutbox } from '../../../src/ledger/events/outbox.ts'
import { alertEventsSql, outboxSql, readEvents } from '../../../src/ledger/events/read-events.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { decide } from '../../../src/operations/decide.ts'
import { assign, comment } from '../../../src/operations/follow-up.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { runCanary } from '../../../src/pipeline/canary.ts'
import { tempDir } from '../../temp.ts'
import { at, chain, commit, freshChain, freshLedger, listedDeposit, ref, screened } from '../fixtures.ts'
import { databaseOf } from '../old-database.ts'
import { envelopes, types } from './event-fixtures.ts'

const ann = { actor: 'ann', note: null, at }

function alerted(): Db {
  const db = freshChain()
  commit(db, [screened(ref(6)), screened(ref(7), [listedDeposit('0xa')])])
  return db
}

const alertIdOf = (db: Db) => one<{ id: string }>(db, 'select id from alerts')?.id ?? ''

/** The same transaction in a block that is reorged out and in again, so often. */
function flap(db: Db, times: number): void {
  for (let time = 0; time < times; time++) {
    rollBack(db, chain, ref(6), at)
    commit(db, [screened(ref(7), [listedDeposit('0xa')])])
  }
}

describe('the outbox', () => {
  it('has an event and its row in one transaction: neither is there without the other', () => {
    const db = freshChain()
    db.exec(`create trigger full before insert on coverage begin select raise(abort, 'no space'); end`)
    expect(() => commit(db, [screened(ref(7), [listedDeposit('0xa')])])).toThrow('no space')
    expect([types(db), lastSequence(db), all(db, 'select * from alerts')]).toEqual([[], 0, []])
  })

  it('stores nothing of an alert twice, and nothing of a transaction without one', () => {
    const db = alerted()
    expect(types(db)).toEqual(['alert.created'])
    expect(all(db, 'select * from outbox')).toEqual([])
    commit(db, [screened(ref(8), [{ ...listedDeposit('0xb'), hash: '0xb' }], { findings: [] })])
    expect(types(db)).toEqual(['alert.created'])
  })

  it('has no private key in what is sent, in whichever value of it, and however it is written', () => {
    const db = freshLedger()
    const key = 'KwDiBf89QgGbjEhKnhXJuH7LrciVrZi3qYjgd9M7rFU73sVHnoWn'
    const words = Array.from({ length: 12 }, () => 'abandon')
    const data = {
      reason: words.join('\n'),
      of: [{ text: `see ${key}` }, words.join(' ')],
      alerts: ['0xa'],
      n: 1,
    }
    inTransaction(db, () => writeOutbox(db, { type: 'list.held', at, data }))
    expect(envelopes(db)).toMatchObject([
      {
        data: {
          reason: '(not shown)',
          of: [{ text: 'see (not shown)' }, '(not shown)'],
          alerts: ['0xa'],
          n: 1,
        },
      },
    ])
  })

  it('keeps an event until every sink has passed it, and none has set it aside', () => {
    const db = freshLedger()
    for (let each = 0; each < 3; each++)
      inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))
    registerSink(db, 'slow', 'start')
    registerSink(db, 'fast', 'now')
    run(db, `update delivery_sinks set cursor = 2 where id = 'slow'`)
    const parked = { sink: 'fast', sequence: 2, alert: null, state: 'dead', attempts: 10 } as const
    putParked(db, { ...parked, next_at: null, problem: 'HTTP 400' })
    for (const sequence of [2, 3])
      expect(() => run(db, 'delete from outbox where sequence = ?', sequence)).toThrow(
        'yet to get this event',
      )
    run(db, 'delete from outbox where sequence = 1')
    expect(all(db, 'select sequence from outbox')).toEqual([{ sequence: 2 }, { sequence: 3 }])
  })

  it('counts alerts and everything else with one counter, in the order of the commits', () => {
    const db = alerted()
    inTransaction(db, () =>
      writeOutbox(db, { type: 'list.stale', at, data: { list: 'x', since: at, reason: 'old' } }),
    )
    commit(db, [screened(ref(8), [listedDeposit('0xb')])])
    const events = envelopes(db)
    expect(events.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, 'alert.created'],
      [2, 'list.stale'],
      [3, 'alert.created'],
    ])
    expect(lastSequence(db)).toBe(3)
    expect(readEvents(db, 1, 1).map(({ sequence }) => sequence)).toEqual([2])
  })

  it('never gives a sequence twice, also after a rollback and over a restart', () => {
    const path = join(tempDir(), 'ledger.db')
    const first = openLedger(path)
    pinChain(first, chain, '0xgenesis', at)
    const stale = (db: Db) =>
      writeOutbox(db, { type: 'list.stale', at, data: { list: 'x', since: at, reason: 'old' } })
    expect(() =>
      inTransaction(first, () => {
        stale(first)
        throw new Error('rolled back')
      }),
    ).toThrow('rolled back')
    inTransaction(first, () => stale(first))
    run(first, 'delete from outbox')
    first.close()
    const db = freshLedger(path)
    commit(db, [screened(ref(7), [listedDeposit('0xa')])])
    expect(envelopes(db).map(({ sequence }) => sequence)).toEqual([2])
  })

  it('changes no event', () => {
    const db = freshLedger()
    inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))
    expect(() => run(db, `update outbox set type = 'x'`)).toThrow('never changed')
  })

  it('leaves out comments, and the alerts of the canary', async () => {
    const db = alerted()
    await runCanary(db, new ScreeningIndex(db), { everyMs: 1, address: null }, at)
    comment(db, [alertIdOf(db)], { ...ann, note: 'asked' })
    expect(types(db)).toEqual(['alert.created'])
  })

  it('is read by look-ups', () => {
    const db = freshLedger()
    for (const sql of [alertEventsSql, outboxSql]) {
      const plan = all<{ detail: string }>(db, `explain query plan ${sql}`, 0, 1).map(({ detail }) => detail)
      expect(
        plan.filter((line) => line.startsWith('SCAN')),
        sql,
      ).toEqual([])
    }
  })
})

describe('the id of an event', () => {
  it('is the same from every daemon, whatever else each of them saw', () => {
    const [one_, two] = [alerted(), freshChain()]
    run(
      two,
      `insert into chains (id, caip2, genesis_hash, updated_at) values ('other', 'eip155:5', 'x', ?)`,
      at,
    )
    inTransaction(two, () => writeOutbox(two, { type: 'list.stale', at, data: {} }))
    commit(two, [screened(ref(6)), screened(ref(7), [listedDeposit('0xa')])])
    for (const db of [one_, two]) {
      rollBack(db, chain, ref(6), at)
      commit(db, [screened(ref(7, 'b', 'a6'), [listedDeposit('0xa')]), screened(ref(8, 'b'))], {
        finalHeight: 8,
      })
    }
    const ids = (db: Db) =>
      envelopes(db).flatMap(({ id, type }) => (type.startsWith('alert.') ? [`${type} ${id}`] : []))
    expect(ids(one_)).toEqual(ids(two))
    expect(ids(one_).map((line) => line.split(' ')[0])).toEqual([
      'alert.created',
      'alert.orphaned',
      'alert.reinstated',
      'alert.final',
    ])
  })

  it('is the same for an alert that another daemon first saw in another block', () => {
    const other = freshChain()
    commit(other, [screened(ref(7, 'c'), [listedDeposit('0xa')])])
    expect(envelopes(other)[0]?.id).toBe(envelopes(alerted())[0]?.id)
  })

  it('is another one each time the same happens again: a block that is reorged out twice', () => {
    const db = alerted()
    flap(db, 3)
    const ids = envelopes(db).map(({ id }) => id)
    expect(ids).toHaveLength(7)
    expect(new Set(ids).size).toBe(7)
  })

  it('is of one decision, also where the same is decided again at the same moment', () => {
    const db = alerted()
    const id = alertIdOf(db)
    for (let time = 0; time < 3; time++) decide(db, { ids: [id], decision: 'acknowledged' }, ann)
    expect(new Set(envelopes(db).map((event) => event.id)).size).toBe(4)
  })

  it('stays what it was for events of before there were ids', () => {
    const path = databaseOf(
      37,
      `insert into chains (id, caip2, genesis_hash, updated_at) values ('ethereum', 'eip155:1', 'g', '2026-01-01');
       insert into alerts (id, chain, status, level, tags, own_address, role, match, list_id, category, entry_address, programs, list_revision, created_at)
         values ('${'a'.repeat(32)}', 'ethereum', 'final', 'high', '[]', 'o', 'source', 'exact', 'l', 'own-list', 'e', '[]', 1, '2026-01-01');
       insert into alert_keys values ('${'a'.repeat(32)}', 'evm:1', 'evm:1', 'evm:2', 1);
       insert into alert_events (alert_id, at, kind, actor) values ('${'a'.repeat(32)}', '2026-01-01', 'created', 'chainscreen'),
         ('${'a'.repeat(32)}', '2026-01-01', 'final', 'chainscreen'), ('${'a'.repeat(32)}', '2026-01-02', 'blocked', 'ann');`,
    )
    const db = freshLedger(path)
    const before = envelopes(db)
    expect(before.map(({ sequence, type }) => [sequence, type])).toEqual([
      [1, 'alert.created'],
      [2, 'alert.final'],
      [3, 'alert.decided'],
    ])
    expect(new Set(before.map(({ id }) => id)).size).toBe(3)
    expect(envelopes(db)).toEqual(before)
    inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))
    expect(envelopes(db, 3).map(({ sequence }) => sequence)).toEqual([4])
  })
})

describe('the version of an alert, in its events', () => {
  it('grows with what may make a decision another one, and with nothing else', () => {
    const db = alerted()
    const id = alertIdOf(db)
    assign(db, [id], 'ben', ann)
    decide(db, { ids: [id], decision: 'blocked' }, ann)
    commit(db, [screened(ref(8)), screened(ref(9))], { finalHeight: 7 })
    rewind(db, chain, { to: ref(6), served: [], actor: 'ann', note: null, at })
    const versions = envelopes(db).map(({ type, data }) => [type, data.version ?? null])
    expect(versions).toEqual([
      ['alert.created', 1],
      ['alert.assigned', 1],
      ['alert.decided', 2],
      ['alert.final', 2],
      ['alert.orphaned', 3],
      ['chain.rewound', null],
    ])
  })
})
