import { describe, expect, it, onTestFinished } from 'vitest'
import { createPostgresSink } from '../../src/delivery/postgres-sink.ts'
import type { Envelope } from '../../src/events/shapes.ts'
import { lowerFinal } from '../../src/ledger/blocks/finality.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { editSink, readParked, readSink, registerSink } from '../../src/ledger/delivery/sinks.ts'
import { readEpoch, renewEpoch } from '../../src/ledger/events/epoch.ts'
import { decide, requireSecondPerson } from '../../src/operations/decide.ts'
import { fileReport } from '../../src/operations/file-report.ts'
import { assign } from '../../src/operations/follow-up.ts'
import { at, commit, freshChain, ref, screened } from '../ledger/fixtures.ts'
import { cableTo } from '../postgres/away.ts'
import { hasPostgres, type TestDatabase, testDatabase } from '../postgres/cluster.ts'
import { alerts, deliveringTo, stale } from './delivering.ts'
import { interruptWhileDelivering } from './interrupt-postgres.ts'

const signal = new AbortController().signal
const ann = { actor: 'ann', note: null, at }

function sinkTo(url: string, schema = 'chainscreen') {
  const sink = createPostgresSink({ url, schema })
  onTestFinished(() => sink.close())
  return sink
}

/** A ledger that is delivered from, and a clock that moves only when a test says so. */
function delivering(url: string) {
  const db = freshChain()
  // Test databases are copies of one.
  renewEpoch(db)
  registerSink(db, 'queue', 'start')
  return deliveringTo(db, 'queue', sinkTo(url))
}

const idOf = (db: Db, tx: string) =>
  all<{ id: string }>(db, 'select id from alerts where tx_hash = ?', tx)[0]?.id ?? ''
const decided = (db: Db, tx: string, decision: 'acknowledged' | 'blocked') =>
  decide(db, { ids: [idOf(db, tx)], decision }, ann)
const event = (sequence: number, data: Record<string, unknown> = {}): Envelope => ({
  ...{
    id: sequence.toString(16).padStart(32, '0'),
    type: 'list.stale',
    timestamp: at,
    sequence,
    epoch: 'e',
    data,
  },
})
const later = (text: string) => ({ kind: 'later', why: expect.stringContaining(text) })
const rows = ({ query }: TestDatabase, text: string) => query(text.replaceAll('from ', 'from chainscreen.'))
const kinds = async (database: TestDatabase) =>
  (await rows(database, 'select kind from alert_events order by seq')).map(({ kind }) => kind)

describe.skipIf(!hasPostgres)('a queue in PostgreSQL', () => {
  it('has each event once, in order, and each alert as it is now, in the columns of the daemon', async () => {
    const database = await testDatabase()
    const { db, deliver } = delivering(database.url)
    alerts(db, '0xa', '0xb')
    stale(db, { list: 'x' })
    await deliver()
    decided(db, '0xa', 'acknowledged')
    assign(db, [idOf(db, '0xa')], 'bea', ann)
    await deliver()
    editSink(db, 'queue', { from: 0 }, at)
    expect(await deliver()).toBeNull()
    const events = await rows(
      database,
      'select type, daemon_sequence, caip2, daemon from events order by sequence',
    )
    expect(events.map(({ type }) => type)).toEqual([
      'alert.created',
      'alert.created',
      'list.stale',
      'alert.decided',
      'alert.assigned',
    ])
    expect(events.map(({ daemon_sequence }) => Number(daemon_sequence))).toEqual([1, 2, 3, 4, 5])
    expect(new Set(events.map(({ daemon }) => daemon))).toEqual(new Set([readEpoch(db)]))
    expect(events[0]).toMatchObject({ caip2: 'eip155:1' })
    const decision = await rows(
      database,
      `select kind, actor, note, data, alert_id from alert_events where kind in ('acknowledged', 'assigned') order by seq`,
    )
    expect(decision).toEqual([
      {
        kind: 'acknowledged',
        actor: 'ann',
        note: null,
        alert_id: idOf(db, '0xa'),
        data: { decision: 'acknowledged', proposedBy: null },
      },
      { kind: 'assigned', actor: 'ann', note: null, alert_id: idOf(db, '0xa'), data: { assignee: 'bea' } },
    ])
    const held = await rows(database, 'select * from alerts_current order by id')
    const own = all<Record<string, unknown>>(db, 'select * from alerts_current order by id')
    expect(held).toHaveLength(2)
    for (const [index, row] of own.entries())
      for (const [column, value] of Object.entries(row)) {
        const there = held[index]?.[column]
        const text = typeof there === 'object' && there !== null ? JSON.stringify(there) : there
        if (column === 'entry_in_force') expect(text).toBe(value === 1)
        else
          expect([column, text === null ? null : String(text)]).toEqual([
            column,
            value === null ? null : String(value),
          ])
      }
    const columns = Object.keys(all<object>(db, 'select * from alerts limit 1')[0] ?? {})
    expect(Object.keys((await rows(database, 'select * from alerts limit 1'))[0] ?? {})).toEqual(
      expect.arrayContaining(columns),
    )
  })

  it('has an event once whose commit was not answered', async () => {
    const database = await testDatabase()
    const cable = await cableTo(database.port)
    const { db, deliver, pass } = delivering(database.url.replace(`:${database.port}/`, `:${cable.port}/`))
    stale(db)
    await deliver()
    const count = async () => Number((await rows(database, 'select count(*) as n from events'))[0]?.n)
    cable.onQuery('commit', () => cable.mute())
    alerts(db, '0xa')
    const lost = deliver()
    await expect.poll(count).toBe(2)
    cable.cut()
    const wait = await lost
    expect(readSink(db, 'queue')).toMatchObject({
      cursor: 1,
      problem: expect.stringContaining('does not answer'),
    })
    cable.mend()
    pass(wait)
    expect(await deliver()).toBeNull()
    expect([await count(), readSink(db, 'queue')?.cursor]).toEqual([2, 2])
  })

  it('that two daemons on one chain share has one row for each alert, and the one that is further ahead', async () => {
    const database = await testDatabase()
    const [first, second] = [delivering(database.url), delivering(database.url)]
    for (const { db } of [first, second]) alerts(db, '0xa', '0xb')
    decided(first.db, '0xa', 'blocked')
    await first.deliver()
    await second.deliver()
    expect(await kinds(database)).toEqual(['created', 'created', 'blocked'])
    const state = await rows(
      database,
      `select disposition, version, daemon from alerts_current where tx_hash = '0xa'`,
    )
    expect(state).toEqual([{ disposition: 'blocked', version: '2', daemon: readEpoch(first.db) }])
    expect(readEpoch(first.db)).not.toBe(readEpoch(second.db))
    const each = await rows(
      database,
      `select daemon, version from alert_daemons where alert_id = '${idOf(first.db, '0xa')}'`,
    )
    expect(new Map(each.map(({ daemon, version }) => [daemon, version]))).toEqual(
      new Map([
        [readEpoch(first.db), '2'],
        [readEpoch(second.db), '1'],
      ]),
    )
    // And where it is the other one that goes on.
    commit(second.db, [screened(ref(8))], { finalHeight: 8 })
    await second.deliver()
    decided(first.db, '0xb', 'acknowledged')
    await first.deliver()
    expect(
      await rows(database, 'select tx_hash, status, disposition from alerts_current order by tx_hash'),
    ).toEqual([
      { tx_hash: '0xa', status: 'pending', disposition: 'blocked' },
      { tx_hash: '0xb', status: 'pending', disposition: 'acknowledged' },
    ])
  })

  it('keeps an alert final where a daemon that is behind tells of it later', async () => {
    const database = await testDatabase()
    const [ahead, behind] = [delivering(database.url), delivering(database.url)]
    alerts(ahead.db, '0xa')
    commit(ahead.db, [screened(ref(8))], { finalHeight: 8 })
    await ahead.deliver()
    alerts(behind.db, '0xa')
    await behind.deliver()
    expect(await rows(database, 'select status from alerts_current')).toEqual([{ status: 'final' }])
    expect(
      (await rows(database, 'select status from alert_daemons order by status')).map(({ status }) => status),
    ).toEqual(['final', 'pending'])
  })

  it.each<[what: string, act: (db: Db) => void, acts: object]>([
    ['assigned', (db) => assign(db, [idOf(db, '0xa')], 'bea', ann), { assignee: 'bea' }],
    [
      'proposed',
      (db) => {
        requireSecondPerson(db, ['released'], ann)
        decide(db, { ids: [idOf(db, '0xa')], decision: 'released' }, ann)
      },
      { proposed: 'released' },
    ],
  ])('keeps that an alert was %s where another daemon delivers it', async (_what, act, acts) => {
    const database = await testDatabase()
    const [acting, other] = [delivering(database.url), delivering(database.url)]
    for (const { db } of [acting, other]) {
      alerts(db, '0xa')
      commit(db, [screened(ref(8))], { finalHeight: 8 })
    }
    // The other one is later with all it tells, and without the act.
    await acting.deliver()
    act(acting.db)
    await acting.deliver()
    await database.query(`update chainscreen.alerts_current set updated_at = '2025-01-01T00:00:00.000Z'`)
    await other.deliver()
    const held = await rows(database, 'select * from alerts_current')
    expect(held).toMatchObject([{ ...acts, status: 'final', daemon: readEpoch(acting.db) }])
    expect(await rows(database, 'select 1 from alert_daemons')).toHaveLength(2)
    // And where the other one was first, and its word is younger.
    await rows(database, 'delete from alerts_current')
    editSink(other.db, 'queue', { from: 0 }, at)
    await other.deliver()
    await database.query(`update chainscreen.alerts_current set updated_at = '2027-01-01T00:00:00.000Z'`)
    editSink(acting.db, 'queue', { from: 0 }, at)
    await acting.deliver()
    expect(await rows(database, 'select * from alerts_current')).toMatchObject([acts])
  })

  it('keeps the report of an alert that two daemons have decided', async () => {
    const database = await testDatabase()
    const [filing, other] = [delivering(database.url), delivering(database.url)]
    for (const { db } of [filing, other]) {
      alerts(db, '0xa')
      decided(db, '0xa', 'blocked')
    }
    await other.deliver()
    await filing.deliver()
    const read = () => rows(database, 'select filed_on, daemon from alerts_current')
    expect(await read()).toEqual([{ filed_on: null, daemon: readEpoch(other.db) }])
    const on = at.slice(0, 10)
    fileReport(filing.db, [idOf(filing.db, '0xa')], { on, reference: 'R-1' }, ann)
    await filing.deliver()
    const filed = [{ filed_on: on, daemon: readEpoch(filing.db) }]
    expect(await read()).toEqual(filed)
    assign(other.db, [idOf(other.db, '0xa')], 'bea', ann)
    await other.deliver()
    expect(await read()).toEqual(filed)
  })

  it('has an alert as its daemon has it, also where that is pending again', async () => {
    const database = await testDatabase()
    const { db, deliver } = delivering(database.url)
    alerts(db, '0xa')
    commit(db, [screened(ref(8))], { finalHeight: 8 })
    await deliver()
    expect(lowerFinal(db, 'ethereum', 5, at)).toMatchObject({ alerts: 1 })
    assign(db, [idOf(db, '0xa')], 'bea', ann)
    await deliver()
    expect(await rows(database, 'select status, assignee from alerts_current')).toEqual([
      { status: 'pending', assignee: 'bea' },
    ])
    assign(db, [idOf(db, '0xa')], null, ann)
    await deliver()
    expect(await rows(database, 'select status, assignee from alerts_current')).toEqual([
      { status: 'pending', assignee: null },
    ])
  })

  it('has the rows of a restored backup after what the documentation says', async () => {
    const database = await testDatabase()
    const [lost, restored] = [delivering(database.url), delivering(database.url)]
    for (const { db } of [lost, restored]) alerts(db, '0xa')
    decided(lost.db, '0xa', 'blocked')
    await lost.deliver()
    await restored.deliver()
    const read = () => rows(database, 'select disposition, daemon from alerts_current')
    expect(await read()).toEqual([{ disposition: 'blocked', daemon: readEpoch(lost.db) }])
    for (const table of ['alerts_current', 'alert_daemons'])
      await rows(database, `delete from ${table} where daemon = '${readEpoch(lost.db)}'`)
    editSink(restored.db, 'queue', { from: 0 }, at)
    await restored.deliver()
    expect(await read()).toEqual([{ disposition: 'open', daemon: readEpoch(restored.db) }])
    expect(await kinds(database)).toEqual(['created', 'blocked'])
  })

  it('is written to over a new connection where the server ended one that idled', async () => {
    const database = await testDatabase()
    const { db, deliver } = delivering(database.url)
    stale(db)
    await deliver()
    const own = `from pg_stat_activity where datname = current_database() and application_name = 'chainscreen'`
    const ended = await database.query(`select pg_terminate_backend(pid) as ended ${own}`)
    expect(ended).toEqual([{ ended: true }])
    await expect.poll(() => database.query(`select pid ${own}`)).toEqual([])
    stale(db)
    expect(await deliver()).toBeNull()
    expect(readSink(db, 'queue')).toMatchObject({ cursor: 2, attempts: 0, problem: null })
  })

  it('gives sequences in the order of commits, also where a writer is held back', async () => {
    const database = await testDatabase()
    const { db, deliver } = delivering(database.url)
    stale(db)
    await deliver()
    await database.query('begin')
    await database.query(`select pg_advisory_xact_lock(hashtextextended('chainscreen chainscreen', 0))`)
    await database.query(
      `insert into chainscreen.events (id, type, at, daemon, daemon_sequence, data) values ('held', 'list.stale', '', 'other', 1, '{}')`,
    )
    stale(db)
    const waiting = deliver()
    const isWaiting = async () =>
      (await database.query(`select 1 from pg_locks where locktype = 'advisory' and not granted`)).length
    await expect.poll(isWaiting).toBe(1)
    await database.query('commit')
    await waiting
    const events = await rows(database, 'select id from events order by sequence')
    expect(events.map(({ id }) => id === 'held')).toEqual([false, true, false])
  })

  it('is made once where several daemons begin at the same time', async () => {
    const database = await testDatabase()
    const sinks = Array.from({ length: 5 }, () => sinkTo(database.url))
    const outcomes = await Promise.all(sinks.map((sink, index) => sink.deliver([event(index + 1)], signal)))
    expect(outcomes.flat().map(({ kind }) => kind)).toEqual(Array(5).fill('sent'))
    expect(await rows(database, 'select version, name from migrations')).toEqual([
      { version: '1', name: '0001-events-and-alerts.sql' },
    ])
  })

  it('of a newer program is left as it is', async () => {
    const database = await testDatabase()
    await sinkTo(database.url).deliver([event(1)], signal)
    await rows(database, 'delete from events')
    await database.query(`insert into chainscreen.migrations values (99, 'later')`)
    expect(await sinkTo(database.url).deliver([event(2)], signal)).toEqual([
      later('has schema version 99 in chainscreen, and this chainscreen knows 1'),
    ])
    expect(await rows(database, 'select 1 from events')).toEqual([])
  })

  it('may have any schema, beside others in one database', async () => {
    const database = await testDatabase()
    for (const schema of ['one', 'two']) await sinkTo(database.url, schema).deliver([event(1)], signal)
    expect(
      await database.query(
        'select (select count(*) from one.events) + (select count(*) from two.events) as n',
      ),
    ).toEqual([{ n: '2' }])
  })

  it('takes text that PostgreSQL does not', async () => {
    const database = await testDatabase()
    const odd = { list: 'a\0b\ud800c', note: `'); drop table events; --` }
    expect(await sinkTo(database.url).deliver([event(1, odd)], signal)).toEqual([{ kind: 'sent' }])
    expect(await rows(database, 'select data from events')).toEqual([
      { data: { list: 'a\ufffdb\ufffdc', note: `'); drop table events; --` } },
    ])
  })

  it('that refuses to be written to loses nothing', async () => {
    const database = await testDatabase()
    const { db, deliver, pass } = delivering(database.url)
    stale(db)
    await deliver()
    await database.query('alter table chainscreen.events add constraint full_now check (daemon_sequence < 2)')
    alerts(db, '0xa')
    for (let attempt = 0; attempt < 20; attempt++) pass(await deliver())
    expect([readSink(db, 'queue')?.cursor, readParked(db, 'queue')]).toEqual([1, []])
    expect(readSink(db, 'queue')?.problem).toContain('SQLSTATE 23514')
    expect(await rows(database, 'select 1 from alerts_current')).toEqual([])
    await database.query('alter table chainscreen.events drop constraint full_now')
    expect(await deliver()).toBeNull()
    expect(await kinds(database)).toEqual(['created'])
  })

  it('needs no more than the rights that are documented', async () => {
    const database = await testDatabase()
    const role = `daemon_${Date.now()}`
    await database.query(`create role ${role} login password 'pass-9d1f'`)
    onTestFinished(async () => {
      await database.query(`drop owned by ${role}`)
      await database.query(`drop role ${role}`)
    })
    const url = database.url.replace(/\/\/[^@]+@/, `//${role}:pass-9d1f@`)
    expect(await sinkTo(url).deliver([event(1)], signal)).toEqual([later('permission denied')])
    await database.query(`create schema chainscreen authorization ${role}`)
    expect(await sinkTo(url).deliver([event(1)], signal)).toEqual([{ kind: 'sent' }])
  })

  it.each([
    [
      'a wrong password',
      (url: string) => url.replace(/:[0-9a-f]{24}@/, ':wrong-51b8e2@'),
      'password authentication failed',
    ],
    ['no such database', (url: string) => url.replace(/\/t[0-9a-f]+$/, '/nosuch'), 'does not exist'],
    ['no server', () => 'postgres://daemon:wrong-51b8e2@127.0.0.1:1/x', 'does not answer'],
  ])('with %s is tried again, and no secret is shown', async (_what, change, why) => {
    const database = await testDatabase()
    const outcomes = await sinkTo(change(database.url)).deliver([event(1)], signal)
    expect(outcomes).toEqual([later(why)])
    expect(JSON.stringify(outcomes)).not.toMatch(new RegExp(`51b8e2|${database.password}`))
  })
})

describe.skipIf(!hasPostgres)('a PostgreSQL server that goes away and comes back', () => {
  it('loses no event, and doubles none', () => interruptWhileDelivering(3), 60_000)
})
