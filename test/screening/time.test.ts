import { expect, it } from 'vitest'
import { isoTime } from '../../src/screening/in-force.ts'

it('the time of a block is UTC, to the second', () => {
  expect(isoTime(Date.parse('2024-02-29T23:59:59Z') / 1000)).toBe('2024-02-29T23:59:59Z')
  expect(isoTime(Date.parse('2024-03-01T00:00:00Z') / 1000)).toBe('2024-03-01T00:00:00Z')
  expect(isoTime(1231006505)).toBe('2009-01-03T18:15:05Z')
})
