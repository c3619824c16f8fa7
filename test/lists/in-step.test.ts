import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inStep } from '../../src/lists/in-step.ts'

it('gives each key of two orders once, in order, with what either side has of it', () => {
  const keys = fc.uniqueArray(fc.string({ maxLength: 2 })).map((all) => all.sort())
  fc.assert(
    fc.property(keys, keys, (before, after) => {
      const union = [...new Set([...before, ...after])].sort()
      expect([...inStep(before, after, (key) => key)]).toEqual(
        union.map((key) => [before.find((each) => each === key), after.find((each) => each === key)]),
      )
    }),
  )
})
