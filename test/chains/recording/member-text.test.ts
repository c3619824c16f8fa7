import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memberText } from '../../../src/chains/recording/member-text.ts'

describe('memberText', () => {
  it('gives a member as it was written', () => {
    expect(memberText('{"result":0.10,"error":null,"id":1}', 'result')).toBe('0.10')
    expect(memberText(' { "id" : 1 , "result" : { "a" : [ 1, "}\\"" ] } }\n', 'result')).toBe(
      '{ "a" : [ 1, "}\\"" ] }',
    )
    expect(memberText('{"id":1,"nested":{"result":1}}', 'result')).toBeUndefined()
    expect(memberText('[1]', 'result')).toBeUndefined()
    expect(memberText('{}', 'result')).toBeUndefined()
  })

  it('finds every member of every object', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (object, indent) => {
          const text = JSON.stringify(object, null, indent)
          for (const [name, value] of Object.entries(JSON.parse(text) as object))
            expect(JSON.parse(memberText(text, name) ?? 'missing')).toEqual(value)
        },
      ),
    )
  })
})
