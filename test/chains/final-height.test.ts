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
    expect(finalHeight(height, { height, finalized }, { depth })).toBe(expected)
  })

  it.each([
    ['what was read, where the node says a head above it', 100, 1100, null, 94],
    ['what was read, where the node says a tag above it', 100, 100, 1100, 94],
    ['the head, where the node is behind what was read', 100, 90, null, 84],
    ['none, where nothing was read', null, 1100, 1100, null],
  ])('is counted from %s', (_name, read, height, finalized, expected) => {
    expect(finalHeight(read, { height, finalized }, { depth: 6 })).toBe(expected)
  })
})
