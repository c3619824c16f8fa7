import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pickJson, withObjects } from '../../src/json/pick-json.ts'
import { randomRuns } from '../long.ts'

const tree = { id: 'text', list: 'texts', whole: 'raw', inside: { name: 'text', list: 'texts' } } as const
const pick = (text: string) => Object.fromEntries(pickJson(text, tree))

describe('pickJson', () => {
  it('takes what the tree names, and nothing else', () => {
    const text =
      '{"id":"a\\u00e9\\"","other":{"id":"no","list":["no"]},"list":["x","y"],"inside":{"name":"n","list":[],"born":"no"},"whole":{"a": [1, "]"]}}'
    expect(pick(text)).toEqual({
      id: ['aé"'],
      list: ['x', 'y'],
      'inside.name': ['n'],
      'inside.list': [],
      whole: ['{"a": [1, "]"]}'],
    })
  })

  it('leaves out a member of another type, and says which texts had an object among them', () => {
    expect(pick('{"id":1,"list":"x","inside":[{"name":"n"}]}')).toEqual({})
    expect(pick('{"list":["x",1,null,{"id":"n"},["y"],"z"]}')).toEqual({
      list: ['x', 'z'],
      [withObjects]: ['list'],
    })
    expect(pick('{"list":[{}],"inside":{"list":[ {"name":"n"}]}}')[withObjects]).toEqual([
      'list',
      'inside.list',
    ])
  })

  it('takes no name from the prototype of an object', () => {
    expect(pick('{"constructor":"x","toString":["y"],"__proto__":{"id":"z"}}')).toEqual({})
  })

  it('agrees with JSON.parse on what is an object and what is in it', () => {
    const json = fc.json({ maxDepth: 4 })
    fc.assert(
      fc.property(json, fc.string(), json, (any, id, other) => {
        const text = ` { "other" : ${other}, "id":${JSON.stringify(id)} , "whole":${any}} `
        const picked = pick(text)
        expect(picked.id).toEqual([id])
        expect(JSON.parse(picked.whole?.[0] ?? '')).toEqual(JSON.parse(any))
      }),
    )
  })

  it('gives every member of every object as it was written', () => {
    const indents = fc.constantFrom(undefined, 2, '\t')
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), indents, (object, indent) => {
        const text = JSON.stringify(object, null, indent)
        for (const [name, value] of Object.entries(JSON.parse(text) as object)) {
          const [raw] = pickJson(text, { [name]: 'raw' }).get(name) ?? []
          expect(JSON.parse(raw ?? 'missing')).toEqual(value)
        }
      }),
    )
    expect(pickJson('{"id":1,"result":0.10}', { result: 'raw' }).get('result')).toEqual(['0.10'])
    expect(pickJson('{"id":1,"nested":{"result":1}}', { result: 'raw' }).get('result')).toBeUndefined()
  })

  it('goes past a thousand calls in each other, where it may go so deep', () => {
    const calls = 1_024
    const trace = `${'{"to":"0x","calls":['.repeat(calls)}${']}'.repeat(calls)}`
    const text = `{"id":1,"result":[{"result":${trace}}]}`
    expect(() => pickJson(text, { result: 'raw' })).toThrow('deeper than 100')
    expect(pickJson(text, { result: 'raw' }, 10_000).get('result')).toEqual([`[{"result":${trace}}]`])
  })

  it('refuses exactly what JSON.parse refuses', () => {
    const base = '{"a":[1,-0.5e+3,true,null,{"b":"\\u00e9\\n\\\\"}],"id":"x"}'
    const character = fc.constantFrom(...'{}[]",:\\0123456789.eE+-tfn ux\n\0\u001f')
    fc.assert(
      fc.property(fc.nat(base.length), fc.nat(2), character, (at, remove, insert) => {
        const text = base.slice(0, at) + insert + base.slice(at + remove)
        const accepts = (read: () => unknown) => {
          try {
            read()
            return true
          } catch (error) {
            expect(error).toBeInstanceOf(SyntaxError)
            return false
          }
        }
        const isObject = accepts(() => JSON.parse(text)) && /^\s*\{/.test(text)
        expect([text, accepts(() => pickJson(text, {}))]).toEqual([text, isObject])
      }),
      { numRuns: randomRuns(2000) },
    )
  })

  it.each([
    ['a cut', '{"id":"a', /ends in the middle/],
    ['text behind it', '{"id":"a"}}', /unexpected character at column 11/],
    ['an array', '[]', /unexpected character at column 1/],
    ['depth without end', `${'{"a":'.repeat(200_000)}`, /deeper than 100/],
    ['brackets without end', `{"a":${'['.repeat(200_000)}`, /deeper than 100/],
    ['a wanted member twice', '{"id":"a","id":"b"}', /"id" a second time/],
  ])('refuses %s', (_, text, message) => {
    expect(() => pick(text)).toThrow(SyntaxError)
    expect(() => pick(text)).toThrow(message)
  })
})
