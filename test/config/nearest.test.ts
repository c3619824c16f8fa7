import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/config/mistakes.ts'

const keys = ['database', 'lists', 'chains', 'chainId', 'log']

describe('nearest', () => {
  it.each([
    ['databse', 'database'],
    ['list', 'lists'],
    ['chainid', 'chainId'],
    ['hcains', 'chains'],
    ['Log', 'log'],
    ['dtaabase', 'database'],
  ])('takes %s for %s', (word, key) => {
    expect(nearest(word, keys)).toBe(key)
  })

  it.each(['server', 'x', '', 'lo gin'])('takes %j for nothing', (word) => {
    expect(nearest(word, keys)).toBeUndefined()
  })

  it('has nothing to choose from an empty list', () => {
    expect(nearest('log', [])).toBeUndefined()
  })
})
