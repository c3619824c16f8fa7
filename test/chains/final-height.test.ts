import { describe, expect, it } from 'vitest'
import { finalHeight } from '../../src/chains/final-height.ts'

describe('the final height', () => {
  it.each([
    ['depth under the head', 100, null, 6, 94],
    ['a head just at the depth', 6, null, 6, 0],
    ['none, on a chain shorter than the depth', 5, null, 6, null],
    ['the tag, where it is lower', 100, 64, 6, 64],
    ['the depth, where it is lower than the tag', 100, 99, 6, 94],
    ['genesis, where that is the tag', 100, 0, 6, 0],
    ['the head itself, at depth zero', 100, null, 0, 100],
  ])('is %s', (_name, height, finalized, depth, expected) => {
    expect(finalHeight({ height, hash: 'h', finalized }, { depth })).toBe(expected)
  })
})
