import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { all, type Db } from '../../src/ledger/database.ts'
import { keysInForce } from '../../src/ledger/lists/list-entries.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { importList } from '../../src/lists/import-list.ts'
import { reportDiff } from '../../src/lists/report.ts'
import { openTestLedger } from '../ledger/template.ts'
import { randomRuns } from '../long.ts'
import { tempDir } from '../temp.ts'
import { wallet } from './obtain/dataset-server.ts'

const source = { id: 'l', format: 'opensanctions', maxAgeSeconds: null, maxRemoved: 0.05 }
const keyOf = (number: number) => `evm:${String(number).padStart(40, '0')}`
const dayOf = (day: number) => new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10)

/** A ledger, and versions of one list for it: each names some addresses, and is issued on a day. */
function versions() {
  const dir = tempDir()
  const db = openTestLedger(join(dir, 'ledger.db'))
  let files = 0
  const load = (numbers: readonly number[], day: number, approve: boolean) => {
    const path = join(dir, `${++files}.json`)
    writeFileSync(path, numbers.map((number) => `${wallet(number, { last_seen: dayOf(day) })}\n`).join(''))
    return importList(db, source, { path }, { approve, at: `${dayOf(day + 1)}T10:00:00.000Z` })
  }
  return { db, load }
}

const less = (a: readonly number[], b: readonly number[]) =>
  a
    .filter((number) => !b.includes(number))
    .map(keyOf)
    .sort()
const inForce = (db: Db) => [...keysInForce(db, 'l')].sort()
/** What the last activation wrote down to be matched with stored history. */
const noted = (db: Db, revision: number | null) => (change: string) =>
  all<{ key: string }>(
    db,
    `select e.key from rescreen_entries e join rescreens r on r.id = e.rescreen_id
     where r.revision = ? and change = ? order by e.key`,
    ...[revision, change],
  ).map(({ key }) => key)

describe('versions of a list, one after the other', () => {
  const some = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 9 })

  it('give the true additions and removals at each step, and the true intervals at the end', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(some, { minLength: 3, maxLength: 7 }), fc.nat(), async (chain, late) => {
        const { db, load } = versions()
        const intervals = new Map<string, { from: string; to: string | null }[]>()
        let before: number[] = []
        for (const [day, now] of chain.entries()) {
          const outcome = await load(now, day * 10, true)
          const [added, removed] = [less(now, before), less(before, now)]
          expect([outcome.added, outcome.removed]).toEqual([added.length, removed.length])
          expect([noted(db, outcome.revision)('added'), noted(db, outcome.revision)('removed')]).toEqual(
            added.length + removed.length === 0 ? [expect.anything(), expect.anything()] : [added, removed],
          )
          expect(inForce(db)).toEqual(less(now, []))
          for (const key of added) {
            intervals.set(key, [...(intervals.get(key) ?? []), { from: dayOf(day * 10), to: null }])
          }
          for (const key of removed) Object.assign(intervals.get(key)?.at(-1) ?? {}, { to: dayOf(day * 10) })
          before = now
          // One that comes too late is kept, and changes nothing.
          if (day === 1 + (late % (chain.length - 1))) {
            expect(await load([1, 2, 3], day * 10 - 5, false)).toMatchObject({ state: 'held' })
            expect(inForce(db)).toEqual(less(now, []))
          }
        }
        const rows = all(db, 'select key, "from", "to" from list_intervals order by key, "from"')
        const truth = [...intervals].sort(([a], [b]) => (a < b ? -1 : 1))
        expect(rows).toEqual(truth.flatMap(([key, spans]) => spans.map((span) => ({ key, ...span }))))
        db.close()
      }),
      { numRuns: randomRuns(15) },
    )
  })

  it('say what an older one would change, and do so when it is approved', async () => {
    const { db, load } = versions()
    await load([1, 2, 3], 0, true)
    await load([2, 3, 4], 20, true)
    const late = await load([1, 2, 5], 10, false)
    expect(late).toMatchObject({ state: 'held', added: 2, removed: 2 })
    expect(inForce(db)).toEqual([2, 3, 4].map(keyOf))
    const { added, removed } = reportDiff(db, 'l')
    expect([added, removed].map((entries) => entries.map(({ key }) => key))).toEqual([
      [1, 5].map(keyOf),
      [3, 4].map(keyOf),
    ])
    await approveSnapshot(db, 'l', late.sha256, '2025-03-01T10:00:00.000Z')
    expect(inForce(db)).toEqual([1, 2, 5].map(keyOf))
    expect(await load([2, 3, 4], 30, true)).toMatchObject({ added: 2, removed: 2 })
    expect(inForce(db)).toEqual([2, 3, 4].map(keyOf))
    db.close()
  })

  const spans = (db: Db, number: number) =>
    all<{ from: string; to: string | null }>(
      db,
      'select "from", "to" from list_intervals where key = ? order by "from"',
      keyOf(number),
    ).map(({ from, to }) => `${from}..${to ?? ''}`)

  it('lose no time to an older one that was approved by hand for a while', async () => {
    const { db, load } = versions()
    await load([1, 2], 0, true)
    await load([1, 2, 3], 20, true)
    const older = await load([1], 10, false)
    await approveSnapshot(db, 'l', older.sha256, `${dayOf(40)}T10:00:00.000Z`)
    // What it lacks was on the list until the day on which it was taken back.
    expect(spans(db, 2)).toEqual([`${dayOf(0)}..${dayOf(40)}`])
    expect(spans(db, 3)).toEqual([`${dayOf(20)}..${dayOf(40)}`])
    await load([1, 2, 3], 30, true)
    expect([1, 2, 3].map((number) => spans(db, number))).toEqual([
      [`${dayOf(0)}..`],
      [`${dayOf(0)}..`],
      [`${dayOf(20)}..`],
    ])
    await approveSnapshot(db, 'l', (await load([1], 9, false)).sha256, `${dayOf(50)}T10:00:00.000Z`)
    await load([1, 2, 3], 60, true)
    expect(spans(db, 2)).toEqual([`${dayOf(0)}..${dayOf(50)}`, `${dayOf(60)}..`])
    db.close()
  })

  it('are held where they are dated in the future, and dated by the day on which one is approved all the same', async () => {
    const { db, load } = versions()
    await load([1, 2], 0, true)
    const at = `${dayOf(10)}T10:00:00.000Z`
    const path = join(tempDir(), 'list.json')
    writeFileSync(
      path,
      `${wallet(2, { last_seen: '2099-01-01' })}\n${wallet(3, { last_seen: '2099-01-01' })}\n`,
    )
    const late = await importList(db, { ...source, maxRemoved: 1 }, { path }, { approve: false, at })
    expect(late).toMatchObject({
      state: 'held',
      reasons: ['its date of issue, 2099-01-01, is in the future'],
    })
    expect(inForce(db)).toEqual([1, 2].map(keyOf))
    await approveSnapshot(db, 'l', late.sha256, at)
    expect([1, 2, 3].map((number) => spans(db, number))).toEqual([
      [`${dayOf(0)}..${dayOf(10)}`],
      [`${dayOf(0)}..`],
      [`${dayOf(10)}..`],
    ])
    expect(await load([1, 2, 3], 20, false)).toMatchObject({ state: 'activated' })
    db.close()
  })
})
