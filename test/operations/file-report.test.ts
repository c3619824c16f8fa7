import { describe, expect, it } from 'vitest'
import type { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { findAlerts } from '../../src/ledger/alerts/alert-queries.ts'
import { currentAlert } from '../../src/ledger/alerts/decisions.ts'
import { readAudit } from '../../src/ledger/audit.ts'
import { all, type Db, run } from '../../src/ledger/database.ts'
import { decide, requireSecondPerson } from '../../src/operations/decide.ts'
import { fileReport } from '../../src/operations/file-report.ts'
import { at, commit, dump, freshChain, listedDeposit, ref, screened } from '../ledger/fixtures.ts'

const ann = { actor: 'ann', note: null, at }
const bob = { actor: 'bob', note: 'sent by mail', at }
const report = { on: '2025-12-30', reference: 'OFAC-BR-17' }

function queue(...transactions: string[]): { db: Db; ids: string[] } {
  const db = freshChain()
  commit(db, [screened(ref(7), transactions.map(listedDeposit))])
  return { db, ids: all<{ id: string }>(db, 'select id from alerts order by tx_hash').map(({ id }) => id) }
}

function refusal(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    const { code, message } = error as ChainscreenError
    return `${code}: ${message}`
  }
  throw new Error('nothing was refused')
}

describe('a report that was filed', () => {
  it('is an event and a row of the audit, and is due no more', () => {
    const { db, ids } = queue('0x1', '0x2')
    decide(db, { ids, decision: 'blocked' }, ann)
    const [first = '', second = ''] = ids
    const before = currentAlert(db, first)
    expect(before.due_on).not.toBeNull()
    expect(fileReport(db, [first.slice(0, 12)], report, bob)).toEqual([first])
    expect(currentAlert(db, first)).toMatchObject({
      ...{ disposition: 'blocked', disposition_by: 'ann', due_on: null, version: before.version },
      ...{ filed_on: '2025-12-30', filed_by: 'bob', filed_reference: 'OFAC-BR-17' },
    })
    expect(currentAlert(db, second)).toMatchObject({ due_on: before.due_on, filed_on: null })
    expect(all(db, `select actor, note, data from alert_events where kind = 'filed'`)).toEqual([
      { actor: 'bob', note: 'sent by mail', data: JSON.stringify(report) },
    ])
    expect(readAudit(db).at(-1)).toMatchObject({ actor: 'bob', action: 'alert.filed', target: first })
    const found = (filter: object) => findAlerts(db, filter).map(({ id }) => id)
    expect(found({ filed: true })).toEqual([first])
    expect(found({ filed: false })).toEqual([second])
    expect(found({ dueBy: '2099-01-01' })).toEqual([second])
  })

  it('is due anew after another decision, and stays in what is known of the alert', () => {
    const { db, ids } = queue('0x1')
    decide(db, { ids, decision: 'blocked' }, ann)
    fileReport(db, ids, report, bob)
    decide(db, { ids, decision: 'released' }, ann)
    expect(currentAlert(db, ids[0] ?? '')).toMatchObject({ due_on: null, filed_on: '2025-12-30' })
    decide(db, { ids, decision: 'rejected', on: '2025-12-31' }, ann)
    expect(currentAlert(db, ids[0] ?? '')).toMatchObject({ due_on: '2026-01-15', filed_on: '2025-12-30' })
    // The report that was sent was of the decision before: who looks for what is to be sent finds the alert.
    const found = (filed: boolean) => findAlerts(db, { filed }).map(({ id }) => id)
    expect([found(true), found(false)]).toEqual([[], ids])
    fileReport(db, ids, { ...report, on: '2025-12-31' }, bob)
    expect([found(true), found(false)]).toEqual([ids, []])
    decide(db, { ids, decision: 'reopened' }, ann)
    expect([found(true), found(false)]).toEqual([[], ids])
  })

  it('counts as sent where nothing is due any more', () => {
    const { db, ids } = queue('0x1')
    decide(db, { ids, decision: 'blocked' }, ann)
    fileReport(db, ids, report, bob)
    decide(db, { ids, decision: 'released' }, ann)
    expect([findAlerts(db, { filed: true }).length, findAlerts(db, { filed: false }).length]).toEqual([1, 0])
  })

  it('is refused on a day before that of the block, or of the decision, and then of all', () => {
    const { db, ids } = queue('0x1', '0x2')
    const [first = '', second = ''] = ids
    run(db, 'update alerts set block_time = ? where id = ?', '2025-12-29T11:59:59Z', first)
    run(db, 'update alerts set block_time = ? where id = ?', '2025-12-20T00:00:00Z', second)
    decide(db, { ids: [first], decision: 'blocked' }, ann)
    decide(db, { ids: [second], decision: 'rejected', on: '2025-12-29' }, ann)
    const before = dump(db)
    const refused = (on: string, ...of: string[]) => refusal(() => fileReport(db, of, { ...report, on }, bob))
    expect(refused('2025-12-27', first)).toContain(
      `--on 2025-12-27 is before 2025-12-29, the day of the block`,
    )
    expect(refused('2025-12-28', second)).toContain(
      '--on 2025-12-28 is before 2025-12-29, the day of the decision',
    )
    expect(refused('2025-12-28', first, second)).toContain('the day of the decision')
    expect(dump(db)).toEqual(before)
    // It still was the day before in Baker Island.
    expect(fileReport(db, [first], { ...report, on: '2025-12-28' }, bob)).toEqual([first])
    expect(fileReport(db, [second], { ...report, on: '2025-12-29' }, bob)).toEqual([second])
  })

  it('is refused of an alert that is neither blocked nor rejected, and then of all', () => {
    const { db, ids } = queue('0x1', '0x2')
    decide(db, { ids: ids.slice(0, 1), decision: 'blocked' }, ann)
    const before = dump(db)
    expect(refusal(() => fileReport(db, ids, report, bob))).toContain('has no report to file: it is open')
    expect(dump(db)).toEqual(before)
  })

  it('is refused of a decision that another person has yet to confirm', () => {
    const { db, ids } = queue('0x1')
    requireSecondPerson(db, ['blocked'], ann)
    decide(db, { ids, decision: 'blocked' }, ann)
    expect(refusal(() => fileReport(db, ids, report, ann))).toContain('`blocked` is proposed')
    decide(db, { ids, decision: 'blocked' }, bob)
    expect(fileReport(db, ids, report, ann)).toEqual(ids)
  })

  it.each([
    [{ on: '2026-02-30' }, 'is no day'],
    [{ on: '2026-01-03' }, 'is in the future'],
    [{ reference: ' ' }, '--reference is empty'],
    [{ reference: 'nationality of the sender: ZZ' }, 'tells of nationality, birth or documents'],
  ])('is refused with %j', (fields, why) => {
    const { db, ids } = queue('0x1')
    decide(db, { ids, decision: 'blocked' }, ann)
    expect(refusal(() => fileReport(db, ids, { ...report, ...fields }, ann))).toContain(why)
  })
})
