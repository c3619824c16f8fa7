import { describe, expect, it } from 'vitest'
import type { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { findAlerts } from '../../src/ledger/alerts/alert-queries.ts'
import { currentAlert, writeDecision } from '../../src/ledger/alerts/decisions.ts'
import { readAudit } from '../../src/ledger/audit.ts'
import { all, type Db, run } from '../../src/ledger/database.ts'
import { confirm, decide, requireSecondPerson } from '../../src/operations/decide.ts'
import { assign, comment } from '../../src/operations/follow-up.ts'
import { at, commit, dump, freshChain, listedDeposit, ref, screened } from '../ledger/fixtures.ts'

const ann = { actor: 'ann', note: null, at }
const bob = { actor: 'bob', note: null, at }
const daemon = { actor: 'chainscreen', note: null, at }

/** A ledger with alerts of these transactions. */
function queue(...transactions: string[]): { db: Db; ids: string[] } {
  const db = freshChain()
  commit(db, [screened(ref(7), transactions.map(listedDeposit))])
  return {
    db,
    ids: transactions.map(
      (tx) => all<{ id: string }>(db, 'select id from alerts where tx_hash = ?', tx)[0]?.id ?? '',
    ),
  }
}

function refusal(work: () => unknown): Pick<ChainscreenError, 'code' | 'message'> {
  try {
    work()
  } catch (error) {
    const { code, message } = error as ChainscreenError
    return { code, message }
  }
  throw new Error('nothing was refused')
}

describe('a decision', () => {
  it('is an event and a row of the audit, of several alerts at once', () => {
    const { db, ids } = queue('0x1', '0x2')
    const done = decide(
      db,
      { ids: ids.map((id) => id.slice(0, 12)), decision: 'released' },
      { ...ann, note: 'case 17' },
    )
    expect(done.map(({ id, outcome }) => [id, outcome])).toEqual(ids.map((id) => [id, 'decided']))
    for (const id of ids)
      expect(currentAlert(db, id)).toMatchObject({
        disposition: 'released',
        disposition_by: 'ann',
        disposition_note: 'case 17',
      })
    expect(readAudit(db)).toMatchObject(
      ids.map((target) => ({ actor: 'ann', action: 'alert.released', target, note: 'case 17', at })),
    )
  })

  it('is of all alerts or of none', () => {
    const { db, ids } = queue('0x1', '0x2')
    const before = dump(db)
    expect(refusal(() => decide(db, { ids: [...ids, 'ffffffffffff'], decision: 'blocked' }, ann)).code).toBe(
      'usage',
    )
    expect(dump(db)).toEqual(before)
  })

  it('can be taken back: the alert is open again', () => {
    const { db, ids } = queue('0x1')
    decide(db, { ids, decision: 'false-positive' }, ann)
    expect(findAlerts(db, { open: true })).toEqual([])
    decide(db, { ids, decision: 'reopened' }, bob)
    expect(findAlerts(db, { open: true })).toMatchObject([{ disposition: 'open', disposition_by: 'bob' }])
  })

  it('is refused where the alert has another version than the one that was seen', () => {
    const { db, ids } = queue('0x1')
    const [id = ''] = ids
    const { version } = currentAlert(db, id)
    assign(db, ids, 'bob', ann)
    comment(db, ids, { ...ann, note: 'looked at' })
    expect(currentAlert(db, id).version).toBe(version)
    decide(db, { ids, decision: 'acknowledged', version }, ann)
    expect(refusal(() => decide(db, { ids, decision: 'released', version }, bob)).code).toBe('alert-changed')
    expect(currentAlert(db, id)).toMatchObject({ disposition: 'acknowledged', version: version + 1 })
  })

  it.each([
    ['a private key', `key ${'ab'.repeat(32)}`],
    ['a date of birth', 'DOB 26 Dec 1992'],
    ['a nationality', 'nationality Utopia'],
    ['control characters', 'a\u001b[2Jb'],
    ['too many characters', 'a'.repeat(4_001)],
  ])('stores no note with %s, and repeats nothing of it', (_what, note) => {
    const { db, ids } = queue('0x1')
    const before = dump(db)
    const { code, message } = refusal(() => decide(db, { ids, decision: 'blocked' }, { ...ann, note }))
    expect(code).toBe('usage')
    expect(message).not.toContain(note)
    expect(dump(db)).toEqual(before)
  })

  it('needs the name of a person', () => {
    const { db, ids } = queue('0x1')
    expect(refusal(() => decide(db, { ids, decision: 'blocked' }, { ...ann, actor: ' ' })).code).toBe('usage')
    expect(refusal(() => assign(db, ids, ' ', ann)).code).toBe('usage')
    expect(refusal(() => comment(db, ids, ann)).message).toContain('--note is empty')
  })

  it('stays in the record: neither events nor audit can be changed', () => {
    const { db, ids } = queue('0x1')
    decide(db, { ids, decision: 'blocked' }, ann)
    for (const table of ['audit', 'alert_events']) {
      expect(() => run(db, `delete from ${table}`)).toThrow(/append-only/)
      expect(() => run(db, `update ${table} set actor = 'eve'`)).toThrow(/append-only/)
    }
  })
})

describe('a decision of two people', () => {
  const withTwo = () => {
    const scene = queue('0x1')
    requireSecondPerson(scene.db, ['released'], daemon)
    return { ...scene, id: scene.ids[0] ?? '' }
  }

  it('is proposed by one and confirmed by another', () => {
    const { db, ids, id } = withTwo()
    expect(decide(db, { ids, decision: 'released' }, ann)).toMatchObject([{ outcome: 'proposed' }])
    expect(currentAlert(db, id)).toMatchObject({
      disposition: 'open',
      proposed: 'released',
      proposed_by: 'ann',
    })
    expect(confirm(db, { ids }, bob)).toMatchObject([
      { outcome: 'confirmed', decision: 'released', proposedBy: 'ann' },
    ])
    expect(currentAlert(db, id)).toMatchObject({
      disposition: 'released',
      disposition_by: 'bob',
      proposed: null,
    })
    expect(readAudit(db).map(({ actor, action }) => `${actor} ${action}`)).toEqual([
      'chainscreen decisions.second-person',
      'ann alert.proposed',
      'bob alert.released',
    ])
  })

  it('is not confirmed by who proposed it, under whatever spelling of the name', () => {
    const { db, ids, id } = withTwo()
    decide(db, { ids, decision: 'released' }, ann)
    for (const actor of ['ann', ' Ann ', 'ANN']) {
      expect(refusal(() => confirm(db, { ids }, { ...ann, actor })).code).toBe('needs-other-person')
      expect(refusal(() => decide(db, { ids, decision: 'released' }, { ...ann, actor })).code).toBe(
        'needs-other-person',
      )
    }
    expect(currentAlert(db, id).disposition).toBe('open')
  })

  it('is refused by the database itself, whoever writes it', () => {
    const { db, ids, id } = withTwo()
    const write = (actor: string, data: Record<string, unknown>) =>
      writeDecision(db, id, { ...ann, actor, kind: 'released', data })
    expect(() => write('ann', {})).toThrow(/another person/)
    decide(db, { ids, decision: 'released' }, ann)
    const [proposal] = all<{ seq: number }>(db, `select seq from alert_events where kind = 'proposed'`)
    expect(() => write('Ann', { proposal: proposal?.seq })).toThrow(/another person/)
    expect(() => write('bob', { proposal: 1 })).toThrow(/another person/)
  })

  it('lapses where something happened to the alert since it was proposed', () => {
    const { db, ids, id } = withTwo()
    decide(db, { ids, decision: 'released' }, ann)
    decide(db, { ids, decision: 'acknowledged' }, bob)
    expect(currentAlert(db, id).proposed).toBeNull()
    expect(refusal(() => confirm(db, { ids }, bob)).message).toContain('Nothing is proposed')
    expect(decide(db, { ids, decision: 'released' }, bob)).toMatchObject([{ outcome: 'proposed' }])
  })

  it('is asked for by the config, and no longer once the config does not', () => {
    const { db, ids } = withTwo()
    expect(requireSecondPerson(db, ['released'], daemon)).toBe(false)
    expect(requireSecondPerson(db, [], daemon)).toBe(true)
    expect(decide(db, { ids, decision: 'released' }, ann)).toMatchObject([{ outcome: 'decided' }])
  })
})

describe('the day on which a report is due', () => {
  /** An alert of a deposit on one day, whose party was listed on another. */
  const dueOf = (
    blockTime: string,
    listedOn: string | null,
    decision?: 'blocked' | 'rejected',
    on?: string,
  ) => {
    const { db, ids } = queue('0x1')
    run(db, 'update alerts set block_time = ?, listed_on = ?', blockTime, listedOn)
    if (decision !== undefined)
      decide(db, { ids, decision, ...(on && { on }) }, { ...ann, at: '2026-06-01T00:00:00.000Z' })
    return currentAlert(db, ids[0] ?? '').due_on
  }

  it.each([
    ['ten business days after the block', '2026-03-02T23:00:00Z', '2020-01-01', '2026-03-16'],
    ['after the listing, where that is later', '2026-02-02T10:00:00Z', '2026-03-02', '2026-03-16'],
    ['after the block, where no listing date is known', '2026-03-02T10:00:00Z', null, '2026-03-16'],
    ['counted from a Friday as from a Sunday', '2026-03-08T10:00:00Z', null, '2026-03-20'],
    // Thanksgiving on 27 November, and no day off after it.
    ['without federal holidays', '2025-11-20T10:00:00Z', null, '2025-12-05'],
    // Christmas, and New Year's Day.
    ['over the turn of the year', '2025-12-22T10:00:00Z', null, '2026-01-07'],
    // 4 July 2026 is a Saturday: Friday 3 July is off.
    ['with a holiday on a Saturday observed on the Friday', '2026-06-29T10:00:00Z', null, '2026-07-14'],
    // 4 July 2021 is a Sunday: Monday 5 July is off.
    ['with a holiday on a Sunday observed on the Monday', '2021-06-28T10:00:00Z', null, '2021-07-13'],
    // The first Juneteenth, observed on Friday 18 June 2021; none in 2020.
    ['with Juneteenth since 2021', '2021-06-14T10:00:00Z', null, '2021-06-29'],
    ['without Juneteenth before', '2020-06-15T10:00:00Z', null, '2020-06-29'],
  ])('is %s', (_what, blockTime, listedOn, due) => {
    // What would be due if it is blocked, and what is due once it is, whenever somebody clicked.
    expect(dueOf(blockTime, listedOn)).toBe(due)
    expect(dueOf(blockTime, listedOn, 'blocked')).toBe(due)
    expect(dueOf(blockTime, listedOn, 'rejected')).toBe(due)
  })

  it('counts from the day that is given', () => {
    expect(dueOf('2026-02-02T10:00:00Z', null, 'rejected', '2026-03-02')).toBe('2026-03-16')
    const { db, ids } = queue('0x1')
    for (const on of ['2026-02-30', 'soon', '2026-01-03'])
      expect(refusal(() => decide(db, { ids, decision: 'blocked', on }, ann)).message).toContain(
        `--on ${on} is`,
      )
    const early = () => decide(db, { ids, decision: 'blocked', on: '2023-11-12' }, ann)
    expect(refusal(early).message).toContain('--on 2023-11-12 is before 2023-11-14, the day of the block of')
    expect(refusal(() => decide(db, { ids, decision: 'released', on: '2026-01-01' }, ann)).message).toContain(
      'not of `released`',
    )
  })

  it('is none of what was released, or was orphaned before it was decided', () => {
    const { db, ids } = queue('0x1')
    decide(db, { ids, decision: 'released' }, ann)
    expect(currentAlert(db, ids[0] ?? '').due_on).toBeNull()
    const other = queue('0x1')
    run(other.db, `update alerts set status = 'orphaned'`)
    expect(currentAlert(other.db, other.ids[0] ?? '').due_on).toBeNull()
    decide(other.db, { ids: other.ids, decision: 'blocked' }, ann)
    expect(currentAlert(other.db, other.ids[0] ?? '').due_on).not.toBeNull()
  })

  it('skips the holidays that OPM publishes', () => {
    const db = freshChain()
    // https://www.opm.gov/policy-data-oversight/pay-leave/federal-holidays/ (2024 to 2027)
    const published = `2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11 2024-11-28 2024-12-25
      2025-01-01 2025-01-20 2025-02-17 2025-05-26 2025-06-19 2025-07-04 2025-09-01 2025-10-13 2025-11-11 2025-11-27 2025-12-25
      2026-01-01 2026-01-19 2026-02-16 2026-05-25 2026-06-19 2026-07-03 2026-09-07 2026-10-12 2026-11-11 2026-11-26 2026-12-25
      2027-01-01 2027-01-18 2027-02-15 2027-05-31 2027-06-18 2027-07-05 2027-09-06 2027-10-11 2027-11-11 2027-11-25 2027-12-24
      2027-12-31`
    const off = all<{ day: string }>(
      db,
      `with recursive days(day) as (select '2024-01-01' union all select date(day, '+1 day') from days where day < '2027-12-31')
       select day from days where strftime('%w', day) not in ('0', '6') and day not in (select day from business_days)`,
    )
    expect(off.map(({ day }) => day)).toEqual(published.split(/\s+/))
  })
})
