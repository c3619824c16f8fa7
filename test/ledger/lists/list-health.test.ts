import { describe, expect, it } from 'vitest'
import { type Db, run } from '../../../src/ledger/database.ts'
import { bundledAlone, listHealth } from '../../../src/ledger/lists/list-health.ts'
import { freshLedger } from '../fixtures.ts'

const checked = '2026-01-01T00:00:00.000Z'
const hours = (count: number) => new Date(Date.parse(checked) + count * 3_600_000).toISOString()

function ledger(fields: Record<string, string | number | null> = {}): Db {
  const db = freshLedger()
  const row: Record<string, string | number | null> = {
    ...{ id: 'ofac', format: 'ofac-sdn-advanced', category: 'sanctions', active_snapshot: 'ab' },
    ...{ issued_on: '2025-11-19', activated_at: checked, checked_at: checked, max_age_seconds: 72 * 3600 },
    ...fields,
  }
  const names = Object.keys(row)
  run(db, `insert into lists (${names}) values (${names.map(() => '?')})`, ...Object.values(row))
  return db
}

const healthAt = (db: Db, at: string) => listHealth(db, null, at)[0]

describe('the health of a list', () => {
  it('is fresh up to its greatest age since the last successful check, and stale beyond', () => {
    const db = ledger()
    expect(healthAt(db, hours(72))).toEqual({
      ...{ id: 'ofac', state: 'fresh', ageSeconds: 259_200, maxAgeSeconds: 259_200, problem: null },
      ...{ issuedOn: '2025-11-19', issueAgeSeconds: 46 * 86_400, maxIssueAgeSeconds: null, warning: null },
    })
    expect(healthAt(db, hours(73))).toMatchObject({
      state: 'stale',
      problem: 'list ofac is 73 hours old, and may be 72 hours at most',
    })
  })

  it('counts what has passed whole, as every other age is counted', () => {
    const db = ledger({ format: 'bundled', max_age_seconds: 10 * 86_400 })
    expect(healthAt(db, hours(23))?.problem).toBe('list ofac is 43 days old, and may be 10 days at most')
  })

  it('has the greatest age that the config says, also where the list was not loaded since', () => {
    const health = (maxAgeMs: number | null) =>
      listHealth(ledger(), [{ id: 'ofac', maxAgeMs }], hours(73))[0]?.state
    expect([health(74 * 3_600_000), health(null), health(72 * 3_600_000)]).toEqual([
      'fresh',
      'fresh',
      'stale',
    ])
    const [longer] = listHealth(ledger(), [{ id: 'ofac', maxAgeMs: 1_500 }], hours(1))
    expect(longer).toMatchObject({ state: 'stale', maxAgeSeconds: 1.5 })
  })

  it('is stale where it was checked at a time that is still to come: the clock was set back', () => {
    expect(healthAt(ledger(), hours(-0.05))).toMatchObject({ state: 'fresh' })
    expect(healthAt(ledger(), hours(-0.1))).toMatchObject({
      state: 'stale',
      problem: `list ofac was checked at ${checked}, which is in the future: the clock was or is wrong`,
    })
    const bundled = ledger({ format: 'bundled', max_age_seconds: 10 * 86_400 })
    expect(healthAt(bundled, '2025-01-01T00:00:00.000Z')).toMatchObject({
      state: 'stale',
      problem: 'list ofac was issued on 2025-11-19, which is in the future: the clock was or is wrong',
    })
  })

  it('does not age where nothing limits it', () => {
    expect(healthAt(ledger({ max_age_seconds: null }), hours(99_999))).toMatchObject({ state: 'fresh' })
  })

  it('counts from the date of issue for the list that ships with chainscreen', () => {
    const db = ledger({ format: 'bundled', max_age_seconds: 10 * 86_400 })
    expect(healthAt(db, checked)).toMatchObject({
      state: 'stale',
      problem: 'list ofac is 43 days old, and may be 10 days at most',
    })
  })

  it('is missing where nothing was ever activated, known to the ledger or not', () => {
    const db = ledger({ active_snapshot: null })
    const [known, unknown] = listHealth(db, [{ id: 'ofac' }, { id: 'house' }], checked)
    expect(known).toMatchObject({ state: 'missing', problem: 'list ofac was never loaded' })
    expect(unknown).toMatchObject({ id: 'house', state: 'missing', problem: 'list house was never loaded' })
  })

  it('is stale where it has a limit and was never checked', () => {
    expect(healthAt(ledger({ checked_at: null }), checked)).toMatchObject({
      state: 'stale',
      ageSeconds: null,
    })
  })
})

describe('the content of a file', () => {
  const file = (fields = {}) => ledger({ origin: 'file', content_since: checked, ...fields })

  it('ages from when it last changed, however often it is read', () => {
    const db = file({ checked_at: hours(100) })
    expect(healthAt(db, hours(72))).toMatchObject({ state: 'fresh', ageSeconds: 72 * 3600 })
    expect(healthAt(db, hours(100))).toMatchObject({
      state: 'stale',
      problem: 'list ofac is a file whose content is 100 hours old, and may be 72 hours at most',
    })
  })

  it('gets no younger where the config has a url for it, or has one and was fetched before', () => {
    const asked = (db: Db, source: { file?: string; url?: string }) =>
      listHealth(db, [{ id: 'ofac', ...source }], hours(100))[0]?.state
    expect(asked(file({ checked_at: hours(99) }), { url: 'https://host/list' })).toBe('stale')
    const fetched = ledger({ checked_at: hours(99), content_since: checked })
    expect([asked(fetched, { url: 'https://host/list' }), asked(fetched, { file: 'x' })]).toEqual([
      'fresh',
      'stale',
    ])
  })
})

describe('the date of issue of a list', () => {
  const limits = { max_issue_age_seconds: 45 * 86_400, issued_on: '2025-12-01', max_age_seconds: null }
  const day = (text: string) => `${text}T00:00:00.000Z`

  it.each(['file', 'bundled'])(
    'is judged beside the age: a %s that was issued too long ago is stale',
    (kind) => {
      const fields =
        kind === 'file' ? { origin: 'file', content_since: day('2026-01-15') } : { format: 'bundled' }
      const db = ledger({ ...limits, ...fields })
      expect(healthAt(db, day('2026-01-15'))).toMatchObject({ state: 'fresh', issueAgeSeconds: 45 * 86_400 })
      expect(healthAt(db, day('2026-01-16'))).toMatchObject({
        state: 'stale',
        problem:
          'list ofac was issued on 2025-12-01, 46 days ago, and may be 45 days old at most (`maxIssueAge`)',
      })
    },
  )

  it('is a warning where the publisher was asked within `maxAge`, and none beyond', () => {
    const db = ledger({ ...limits, max_age_seconds: 72 * 3600, checked_at: day('2026-01-16') })
    expect(healthAt(db, day('2026-01-17'))).toMatchObject({
      ...{ state: 'fresh', problem: null },
      warning:
        'list ofac was issued on 2025-12-01, 47 days ago, and may be 45 days old at most (`maxIssueAge`); its publisher was last asked at 2026-01-16T00:00:00.000Z',
    })
    expect(healthAt(db, day('2026-01-20'))).toMatchObject({
      ...{ state: 'stale', warning: null, problem: 'list ofac is 96 hours old, and may be 72 hours at most' },
    })
  })

  it('has no limit where the config says off, or knows none', () => {
    const health = (maxIssueAgeMs: number | null) =>
      listHealth(ledger({ ...limits, origin: 'file' }), [{ id: 'ofac', maxIssueAgeMs }], day('2027-01-01'))[0]
    expect([health(null)?.state, health(86_400_000)?.state]).toEqual(['fresh', 'stale'])
    expect(healthAt(ledger({ ...limits, max_issue_age_seconds: null }), day('2027-01-01'))?.state).toBe(
      'fresh',
    )
  })

  it('is no age where it is still to come, but for tomorrow, or is not known', () => {
    const issued = (issued_on: string | null) =>
      healthAt(ledger({ ...limits, origin: 'file', issued_on }), day('2026-01-01'))
    expect(issued('2026-01-02')).toMatchObject({ state: 'fresh', issueAgeSeconds: 0 })
    expect(issued('2026-01-03')).toMatchObject({
      ...{ state: 'stale', issueAgeSeconds: null },
      problem: 'list ofac has a date of issue, 2026-01-03, in the future',
    })
    expect(issued(null)).toMatchObject({
      ...{ state: 'stale', problem: 'list ofac has no date of issue, and `maxIssueAge` limits it' },
    })
  })
})

describe('an answer that rests on the bundled list alone', () => {
  const bundled = { id: 'bundled', format: 'bundled', max_age_seconds: null, issued_on: '2025-12-31' }
  const add = (db: Db, fields: Record<string, string | number | null>) =>
    run(
      db,
      `insert into lists (id, format, category, active_snapshot, issued_on, checked_at, max_age_seconds)
       values (?, ?, ?, 'ab', null, ?, ?)`,
      ...[fields.id, fields.format, fields.category, checked, fields.max_age_seconds],
    )

  it('is warned of once that list is older than a fetched one may be', () => {
    const db = ledger(bundled)
    expect(bundledAlone(db, null, hours(48))).toBeNull()
    expect(bundledAlone(db, null, hours(49))).toBe(
      'only list bundled, which ships with chainscreen, answers for sanctions: it was issued on 2025-12-31 and is 73 hours old, and has no later listings',
    )
  })

  it('is so beside lists of one’s own, and beside a published one that is stale or not in the config', () => {
    const db = ledger(bundled)
    add(db, { id: 'house', format: 'csv', category: 'own-list', max_age_seconds: null })
    expect(bundledAlone(db, null, hours(99))).toContain('only list bundled')
    add(db, { id: 'uk', format: 'uk-sanctions-list', category: 'sanctions', max_age_seconds: 100 * 3_600 })
    expect(bundledAlone(db, null, hours(99))).toBeNull()
    expect(bundledAlone(db, null, hours(101))).toContain('only list bundled')
    expect(bundledAlone(db, [{ id: 'bundled' }, { id: 'house' }], hours(99))).toContain('only list bundled')
  })
})
