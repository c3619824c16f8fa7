import { describe, expect, it } from 'vitest'
import { checkOwnWords, unquoted } from '../../src/own/own-row.ts'

describe('a reference', () => {
  it.each([
    ['NUL', '\u0000'],
    ['ESC', '\u001b'],
    ['a line feed', '\n'],
    ['a carriage return', '\r'],
    ['a next line', '\u0085'],
    ['a line separator', '\u2028'],
    ['a bidirectional override', '\u202e'],
    ['a bidirectional isolate', '\u2066'],
  ])('is refused with %s in it', (_, mark) => {
    expect(checkOwnWords({ kind: 'deposit', reference: `a${mark}b` }, unquoted)).toBe(
      'reference has a control character, a line break or a bidirectional mark',
    )
    expect(checkOwnWords({ kind: 'deposit', reference: 'a-ü-b 1' }, unquoted)).toBeNull()
  })
})
