import { describe, expect, it } from 'vitest'
import { isSamePerson } from '../../src/operations/same-person.ts'

describe('a person', () => {
  it.each([
    ['Alice', 'alice'],
    [' alice ', 'ALICE'],
    ['Élodie', 'élodie'],
    ['É'.normalize('NFC'), 'é'.normalize('NFD')],
    ['Ａｌｉｃｅ', 'alice'],
    ['Ann  Lee', 'ann\u00a0lee'],
    ['STRASSE', 'Straße'],
    ['al\u200bice', 'alice'],
  ])('%j is %j', (one, other) => {
    expect(isSamePerson(one, other)).toBe(true)
    expect(isSamePerson(other, one)).toBe(true)
  })

  it.each([
    ['alice', 'bob'],
    ['ann', 'anna'],
    ['Elodie', 'Élodie'],
    ['ann lee', 'annlee'],
  ])('%j is not %j', (one, other) => expect(isSamePerson(one, other)).toBe(false))
})
