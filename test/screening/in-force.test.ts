import { describe, expect, it } from 'vitest'
import { alertsAt, inForceAt, listedAtTransfer } from '../../src/screening/in-force.ts'
import type { Entry, ListedAtTransfer } from '../../src/screening/types.ts'
import { entry, listed } from './builders.ts'

/** Noon of a date. */
const noonOf = (date: string) => `${date}T12:00:00Z`

describe('an interval', () => {
  const twice = [
    { from: '2020-01-10', to: '2020-02-10' },
    { from: '2020-03-10', to: null },
  ]

  it.each([
    ['2020-01-09', false],
    ['2020-01-10', true],
    ['2020-02-09', true],
    ['2020-02-10', false],
    ['2020-03-09', false],
    ['2020-03-10', true],
    ['2999-01-01', true],
  ])('holds its first day and not its last: %s is %s', (date, holds) => {
    expect(inForceAt(twice, noonOf(date))).toBe(holds)
  })
})

describe('whether an entry alerts', () => {
  const removed = entry(listed, { intervals: [{ from: '2020-01-01', to: '2022-01-01' }] })
  const again = entry(listed, {
    intervals: [
      { from: '2020-01-01', to: '2022-01-01' },
      { from: '2024-01-01', to: null },
    ],
  })

  it.each<[string, Entry, string, boolean]>([
    ['in force now, long before it was listed', entry(listed), '2015-01-01', true],
    ['in force now, after it was listed', entry(listed), '2023-01-01', true],
    ['removed, for a transfer at the time', removed, '2021-06-01', true],
    ['removed, for a transfer on the last day', removed, '2021-12-31', true],
    ['removed, for a transfer on the day of the removal', removed, '2022-01-01', false],
    ['removed, for a transfer after', removed, '2023-01-01', false],
    ['removed, for a transfer before it was listed', removed, '2019-01-01', false],
    ['listed again, for a transfer in the gap', again, '2023-01-01', true],
    ['in no interval at all', entry(listed, { intervals: [] }), '2021-01-01', false],
  ])('%s', (_name, subject, date, alerts) => {
    expect(alertsAt(subject, noonOf(date))).toBe(alerts)
  })
})

describe('whether the address was listed at the time of the transfer', () => {
  /** A bank listed in 2017 whose address a snapshot of 2025 was the first to have. */
  const late = entry(listed, { listedOn: '2017-08-01', firstSeen: '2025-11-19' })
  const undated = entry(listed, { listedOn: null, firstSeen: '2025-11-19' })
  /** A list of one's own: published on the day it was listed. */
  const csv = entry(listed, { listedOn: '2024-05-01', firstSeen: '2024-05-01' })
  const again = entry(listed, {
    listedOn: '2020-01-01',
    firstSeen: '2020-01-01',
    intervals: [
      { from: '2020-01-01', to: '2022-01-01' },
      { from: '2024-01-01', to: null },
    ],
  })
  /** The source moved the listing date past the day our snapshots first had the address. */
  const relisted = entry(listed, { listedOn: '2024-01-01', firstSeen: '2020-01-01' })

  it.each<[ListedAtTransfer, string, Entry, string]>([
    ['no', 'before the party was listed', late, '2017-07-31'],
    ['same-day', 'on the day the party was listed', late, '2017-08-01'],
    ['unknown', 'between the listing and the first snapshot with the address', late, '2017-08-02'],
    ['unknown', 'on the eve of the first snapshot', late, '2025-11-18'],
    ['same-day', 'on the day of the first snapshot', late, '2025-11-19'],
    ['yes', 'after the first snapshot', late, '2025-11-20'],
    ['unknown', 'without a listing date, before the first snapshot', undated, '2010-01-01'],
    ['same-day', 'without a listing date, on the day of the first snapshot', undated, '2025-11-19'],
    ['yes', 'without a listing date, after the first snapshot', undated, '2026-01-01'],
    ['no', 'csv, the day before', csv, '2024-04-30'],
    ['same-day', 'csv, the day itself', csv, '2024-05-01'],
    ['yes', 'csv, the day after', csv, '2024-05-02'],
    ['yes', 'listed again: the first time', again, '2021-01-01'],
    ['no', 'listed again: from the day of the removal', again, '2022-01-01'],
    ['no', 'listed again: in the gap', again, '2023-01-01'],
    ['yes', 'listed again: the second time', again, '2024-01-02'],
    ['no', 'a listing date after the first snapshot wins', relisted, '2023-12-31'],
  ])('%s: %s', (answer, _name, subject, date) => {
    expect(listedAtTransfer(subject, noonOf(date))).toBe(answer)
  })
})

describe('an entry that is exact to the block', () => {
  /** Frozen, let go, and frozen again on the same day. */
  const frozen = entry(listed, {
    category: 'issuer-freeze',
    listedOn: '2024-05-29',
    firstSeen: '2024-05-29',
    intervals: [
      { from: '2024-05-29T10:00:00Z', to: '2024-05-29T11:00:00Z' },
      { from: '2024-05-29T12:00:00Z', to: null },
    ],
  })

  it.each<[ListedAtTransfer, string, string]>([
    ['no', 'the day before', '2024-05-28T10:00:00Z'],
    ['no', 'a second before the block that froze it', '2024-05-29T09:59:59Z'],
    ['same-day', 'in the block that froze it', '2024-05-29T10:00:00Z'],
    ['yes', 'a second after', '2024-05-29T10:00:01Z'],
    ['yes', 'in the block that let it go', '2024-05-29T11:00:00Z'],
    ['no', 'between', '2024-05-29T11:30:00Z'],
    ['same-day', 'in the block that froze it again', '2024-05-29T12:00:00Z'],
    ['yes', 'after', '2024-05-29T12:00:01Z'],
  ])('%s: %s', (answer, _name, time) => {
    expect(listedAtTransfer(frozen, time)).toBe(answer)
  })

  it('alerts, once it was let go, in its blocks and those between, the last one included', () => {
    const past = { ...frozen, intervals: frozen.intervals.slice(0, 1) }
    const times = ['09:59:59', '10:00:00', '10:30:00', '11:00:00', '11:00:01']
    expect(times.map((time) => alertsAt(past, `2024-05-29T${time}Z`))).toEqual([
      false,
      true,
      true,
      true,
      false,
    ])
  })
})
