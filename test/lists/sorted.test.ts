import fc from 'fast-check'
import { expect, it } from 'vitest'
import { atOnce } from '../../src/in-slices.ts'
import { sorted } from '../../src/lists/sorted.ts'

it('distinct texts are sorted like a sort at once, however many runs they make', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 50 }),
      fc.integer({ min: 0, max: 9_000 }),
      (texts, more) => {
        const many = [
          ...texts,
          ...Array.from({ length: more }, (_, index) => `key ${(index * 7919) % 9_001}`),
        ]
        expect(atOnce(sorted(many))).toEqual([...many].sort())
      },
    ),
    { numRuns: 30 },
  )
})
