import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyDelta, planDelta } from '../../../../src/lists/formats/opensanctions/deltas.ts'
import { randomRuns } from '../../../long.ts'
import { refusal } from '../../refusal.ts'
import { chunks } from '../chunks.ts'

const line = (id: string, value = '') => `{"id":"${id}","schema":"Person","caption":"${value}"}\n`
const change = (op: string, id: string, value = '') => `{"op":"${op}","entity":${line(id, value).trim()}}\n`

async function apply(state: string, delta: string): Promise<string> {
  let out = ''
  for await (const text of applyDelta(chunks(state), chunks(delta))) out += text
  return out
}

describe('a delta', () => {
  it('changes, deletes and adds entities, and leaves the others as they are', async () => {
    const state = line('a') + line('b', 'é') + line('c')
    const delta = `${change('MOD', 'a', 'new')}{"op":"DEL","entity":{"id":"c"}}\n${change('ADD', 'd')}`
    expect(await apply(state, delta)).toBe(line('a', 'new') + line('b', 'é') + line('d'))
  })

  it('leads from any version to any other', async () => {
    const version = fc.dictionary(fc.constantFrom(...'abcdefgh'), fc.constantFrom('x', 'y'), {
      noNullPrototype: true,
    })
    const textOf = (entities: Record<string, string>) =>
      Object.entries(entities).map(([id, value]) => line(id, value))
    await fc.assert(
      fc.asyncProperty(version, version, async (from, to) => {
        const changes = [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((id) => {
          const [before, after] = [from[id], to[id]]
          if (before === after) return []
          if (after === undefined) return [`{"op":"DEL","entity":{"id":"${id}"}}\n`]
          return [change(before === undefined ? 'ADD' : 'MOD', id, after)]
        })
        fc.pre(changes.length > 0)
        const result = await apply(textOf(from).join(''), changes.join(''))
        expect(result.split('\n').filter(Boolean).sort()).toEqual(
          textOf(to)
            .map((each) => each.trim())
            .sort(),
        )
      }),
      { numRuns: randomRuns(50) },
    )
  })

  it.each([
    ['adds what is there', change('ADD', 'a'), /adds an entity that is there already\): load the whole file/],
    [
      'changes what is not there',
      change('MOD', 'z'),
      /changes an entity that is not there\): load the whole file/,
    ],
    [
      'deletes what is not there',
      change('DEL', 'z'),
      /deletes an entity that is not there\): load the whole file/,
    ],
    [
      'changes one entity twice',
      change('MOD', 'a') + change('DEL', 'a'),
      /Line 2 changes an entity a second time/,
    ],
    ['knows another word', change('PUT', 'a'), /Line 1 is no change of OpenSanctions/],
    ['has no entity', '{"op":"DEL"}\n', /Line 1 is no change/],
    ['has no id', '{"op":"DEL","entity":{}}\n', /no "id"/],
    ['is cut', change('MOD', 'a').slice(0, -9), /Line 1 is no JSON object/],
    ['is empty', '', /delta is empty/],
  ])('is refused where it %s', async (_, delta, message) => {
    const error = await refusal(apply(line('a') + line('b'), delta))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })
})

describe('the index of deltas', () => {
  const versions = ['20240527134702-zbn', '20240528074703-npf', '20240527194702-wnk']
  const index = JSON.stringify({
    versions: Object.fromEntries(versions.map((each) => [each, `https://example.org/${each}`])),
  })

  it('leads from a version that it knows to the newest, in order of time', () => {
    expect(planDelta(index, '20240527134702-zbn')).toEqual({
      kind: 'deltas',
      steps: [
        { version: '20240527194702-wnk', url: 'https://example.org/20240527194702-wnk' },
        { version: '20240528074703-npf', url: 'https://example.org/20240528074703-npf' },
      ],
    })
    expect(planDelta(index, '20240528074703-npf')).toEqual({ kind: 'current' })
  })

  it.each([
    [
      'an older version than its oldest',
      '20240101000000-abc',
      /older than the oldest delta \(20240527134702-zbn\)/,
    ],
    ['a version that it skips', '20240527150000-abc', /none of those/],
    ['a version that is newer', '20250101000000-abc', /none of those/],
    ['no version', null, /no version is loaded/],
  ])('asks for the whole file from %s', (_, active, why) => {
    expect(planDelta(index, active)).toEqual({ kind: 'full', why: expect.stringMatching(why) })
    expect(planDelta('{"versions":{}}', '20240527134702-zbn')).toMatchObject({ kind: 'full' })
  })

  it.each(['', '{}', '{"versions":{"latest":"https://x"}}', '{"versions":{"20240528074703-npf":"no url"}}'])(
    'is none: %j',
    async (text) => {
      expect((await refusal((async () => planDelta(text, null))())).code).toBe('bad-file')
    },
  )
})
