import { describe, expect, it } from 'vitest'
import { alertsOn, inForceOn, listedAtTransfer, utcDate } from '../../src/screening/in-force.ts'
import type { Entry, ListedAtTransfer } from '../../src/screening/types.ts'
import { entry, listed } from './builders.ts'

describe('the date of a block', () => {
  it('is the UTC date of its time, to the last second', () => {
    expect(utcDate(Date.parse('2024-02-29T23:59:59Z') / 1000)).toBe('2024-02-29')
    expect(utcDate(Date.parse('2024-03-01T00:00:00Z') / 1000)).toBe('2024-03-01')
    expect(utcDate(1231006505)).toBe('2009-01-03')
  })
})

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
    expect(inForceOn(twice, date)).toBe(holds)
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
    expect(alertsOn(subject, date)).toBe(alerts)
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
    expect(listedAtTransfer(subject, date)).toBe(answer)
  })
})
