import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { nextRegrade } from '../../../src/ledger/alerts/regrades.ts'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { all, type Db, one } from '../../../src/ledger/database.ts'
import { migrations } from '../../../src/ledger/migrate.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { putKnownAssets } from '../../../src/ledger/transfers/known-assets.ts'
import { screenLarge } from '../../../src/pipeline/rescreening/large-transaction.ts'
import { rescreenChunk } from '../../../src/pipeline/rescreening/rescreen-chunk.ts'
import type { TxSketch } from '../../chains/evm/build.ts'
import { at, chain, freshLedger } from '../../ledger/fixtures.ts'
import { tempDir } from '../../temp.ts'
import { assetsOf, dai, ledger, type Names, pays, restart, usdt } from './regrade-fixtures.ts'
import { endState, rescreenAll } from './rescreen-fixtures.ts'

/** A transaction of so many transfers, each of which has an alert of its own where the token has a name. */
const payout = (transfers: number, token = usdt): TxSketch => ({
  logs: Array.from({ length: transfers }, (_, index) => pays(token, index + 1)),
})

/** A ledger with these transactions, stored under some names. @returns where it is. */
async function storedUnder(names: Names, ...sketches: TxSketch[]): Promise<string> {
  const path = join(tempDir(), 'ledger.db')
  const { db, follow } = await ledger(names, path)
  for (const [index, sketch] of sketches.entries()) follow(7 + index, sketch)
  db.close()
  return path
}

/** The next start of a daemon, with other names, on a copy of a ledger. Nothing is graded yet. */
function renamed(path: string, names: Names): Db {
  const copy = join(tempDir(), 'ledger.db')
  copyFileSync(path, copy)
  const db = freshLedger(copy)
  putKnownAssets(db, chain.id, assetsOf(names), at)
  return db
}

const counts = (db: Db) => all(db, 'select state, regraded, created from regrades')
const alertsWritten = (db: Db) =>
  one<{ n: number }>(db, `select count(*) as n from alert_events where kind in ('created', 'regraded')`)?.n ??
  0

describe('a stored transaction of hundreds of transfers whose asset has another name now', () => {
  it.each<[string, Names, Names, object]>([
    ['gets one', {}, { [usdt]: 'USDT:6' }, { regraded: 1, created: 300 }],
    ['loses it', { [usdt]: 'USDT:6' }, {}, { regraded: 301, created: 0 }],
    ['gets another', { [usdt]: 'USDT:6' }, { [usdt]: 'TETHER:6' }, { regraded: 301, created: 0 }],
  ])('is graded in pieces, like one graded at once: it %s', async (_what, before, after, expected) => {
    const path = await storedUnder(before, payout(300), { logs: [pays(dai), pays(usdt, 2)] })
    const whole = renamed(path, after)
    while (rescreenChunk(whole, at, Number.POSITIVE_INFINITY) !== null);
    expect(one(whole, 'select sum(regraded) as regraded, sum(created) as created from regrades')).toEqual(
      expected,
    )
    const pieces = renamed(path, after)
    let [steps, longest, written] = [0, 0, alertsWritten(pieces)]
    for (; rescreenChunk(pieces, at, 0) !== null; steps++) {
      longest = Math.max(longest, alertsWritten(pieces) - written)
      written = alertsWritten(pieces)
    }
    expect(longest).toBe(50)
    expect(steps).toBeGreaterThan(6)
    expect(endState(pieces)).toEqual(endState(whole))
  })

  it('is graded whole whenever the process ends, and the next one goes on', async () => {
    const path = await storedUnder({}, payout(210), payout(3))
    const whole = renamed(path, { [usdt]: 'USDT' })
    const steps = rescreenAll(whole)
    expect(steps).toBeGreaterThan(7)
    for (let ended = 1; ended < steps; ended += 2) {
      const first = renamed(path, { [usdt]: 'USDT' })
      for (let step = 0; step < ended; step++) rescreenChunk(first, at, 0)
      const next = freshLedger(first.name)
      rescreenAll(next)
      expect(endState(next)).toEqual(endState(whole))
    }
  })

  it('is read and screened while nobody waits for the write lock', async () => {
    const path = renamed(await storedUnder({}, payout(300)), { [usdt]: 'USDT' }).name
    const readInside: string[] = []
    let isWriting = false
    const db: Db = new Database(path, {
      verbose: (sql) => {
        if (
          isWriting &&
          /from transfer_rows t cross join assets|from party_rows where tx = \S+ order by n/.test(String(sql))
        )
          readInside.push(String(sql))
      },
    })
    onTestFinished(() => void db.close())
    for (let isDone = false; !isDone; ) {
      screenLarge(db)
      isWriting = true
      isDone = rescreenChunk(db, at, 0) === null
      isWriting = false
    }
    expect(readInside).toEqual([])
    expect(counts(db)).toEqual([{ state: 'done', regraded: 1, created: 299 }])
  })

  it('is not read where it moved none of the renamed assets', async () => {
    const db = renamed(await storedUnder({ [dai]: 'DAI' }, payout(300, dai)), {
      [dai]: 'DAI',
      [usdt]: 'USDT',
    })
    expect(rescreenAll(db)).toBeLessThan(10)
    expect(counts(db)).toEqual([{ state: 'done', regraded: 0, created: 0 }])
  })
})

describe('what changes while a large transaction is graded', () => {
  /** Comes to the middle of it. */
  async function halfWay(...behind: TxSketch[]): Promise<Db> {
    const db = renamed(await storedUnder({}, payout(300), ...behind), { [usdt]: 'USDT' })
    while (alertsWritten(db) < 150) rescreenChunk(db, at, 0)
    expect(nextRegrade(db)?.position).toMatchObject({ stage: 'alerts', alert: expect.any(String) })
    return db
  }

  it('its block may be lost: the next transaction is graded from its first alert on', async () => {
    const db = await halfWay()
    rollBack(db, chain, null, at)
    rescreenAll(db)
    expect(counts(db)).toMatchObject([{ state: 'done' }])
    expect(one(db, `select count(*) as n from alerts where status = 'pending'`)).toEqual({ n: 0 })
  })

  it('its party may become own: then nothing more is raised', async () => {
    const db = await halfWay()
    const { n } = one<{ n: number }>(db, 'select count(*) as n from alerts where tx_hash is not null') ?? {
      n: 0,
    }
    const party = one<{ key: `evm:${string}`; address: string }>(
      db,
      'select party_key as key, counterparty as address from alerts a join alert_keys k on k.alert_id = a.id limit 1',
    )
    if (party === undefined) throw new Error('there is no alert')
    await addOwnAddresses(db, [{ ...party, kind: 'hot', reference: '', chain: '' }], at)
    rescreenAll(db)
    expect(one(db, 'select count(*) as n from alerts where tx_hash is not null')).toEqual({ n })
  })

  it('the names may change again: all of it is graded by the last ones', async () => {
    const db = await halfWay()
    restart(db, { [usdt]: 'TETHER:6' })
    expect(
      all(db, 'select current_symbol, current_decimals, count(*) as n from alerts_current group by 1, 2'),
    ).toEqual([{ current_symbol: 'TETHER', current_decimals: 6, n: 300 }])
  })
})

describe('a regrade that was under way when its position became columns', () => {
  /** As the version before it left a job: JSON, at the end of a page of transfers or of a transaction. */
  const before = `
    alter table regrades add column position text;
    update regrades set position = case position_stage
      when 'transfers' then json_object('transfers', position_transfer)
      when 'alerts' then json_object('height', position_height, 'tx', position_tx) end;
    ${['stage', 'transfer', 'height', 'tx', 'alert'].map((name) => `alter table regrades drop column position_${name};`).join('')}`
  const migration = migrations().find(({ name }) => name.includes('regrade-position'))

  it('goes on where it was', async () => {
    const path = await storedUnder({}, payout(210), payout(3), { logs: [pays(usdt), pays(dai)] })
    const whole = renamed(path, { [usdt]: 'USDT' })
    const steps = rescreenAll(whole)
    const stages = new Set<unknown>()
    for (const ended of [0, 1, 2, 4, steps - 1, steps]) {
      const db = renamed(path, { [usdt]: 'USDT' })
      for (let step = 0; step < ended; step++) rescreenChunk(db, at, 0)
      const { position } = nextRegrade(db) ?? { position: null }
      db.exec(before)
      stages.add(one<{ position: string | null }>(db, 'select position from regrades')?.position?.slice(0, 4))
      db.exec(migration?.sql() ?? '')
      const expected = position?.stage === 'alerts' ? { ...position, alert: null } : position
      expect(nextRegrade(db)?.position ?? null).toEqual(expected)
      rescreenAll(db)
      expect(endState(db)).toEqual(endState(whole))
    }
    expect(stages).toEqual(new Set([undefined, '{"tr', '{"he']))
  })
})
