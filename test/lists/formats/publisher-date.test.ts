import { describe, expect, it } from 'vitest'
import { dayFirst, earliest, isoDay, monthFirst } from '../../../src/lists/formats/dates.ts'

describe("publishers' dates", () => {
  it.each([
    ['29/06/2012', '2012-06-29'],
    ['1/2/2024', '2024-02-01'],
    [' 02-Oct-2026 ', '2026-10-02'],
    ['29/02/2024', '2024-02-29'],
    ['29/02/2023', null],
    ['06/29/2012', null],
    ['02-Okt-2026', null],
    ['02-Oct-26', null],
    ['', null],
  ])('of the United Kingdom: %j is %j', (text, date) => {
    expect(dayFirst(text)).toBe(date)
  })

  it.each([
    ['09/23/2026', '2026-09-23'],
    ['23/09/2026', null],
    ['2026-09-23', null],
  ])('of OFAC: %j is %j', (text, date) => {
    expect(monthFirst(text)).toBe(date)
  })

  it.each([
    ['2026-09-22T23:47:04.449+02:00', '2026-09-22'],
    ['2026-09-22', '2026-09-22'],
    ['2026-09-31', null],
    ['2026-09-22x', null],
    ['', null],
  ])('of the European Union: %j is %j', (text, date) => {
    expect(isoDay(text)).toBe(date)
  })

  it('compare as text, and no date is none', () => {
    expect(earliest([null, '2024-01-02', '2023-12-31', null])).toBe('2023-12-31')
    expect(earliest([null])).toBeNull()
    expect(earliest([])).toBeNull()
  })
})
