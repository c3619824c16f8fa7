import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, refusal } from './parse.ts'

const hour = 3_600_000

function list(keys: string): string {
  return `lists:\n  - { id: l, ${keys} }`
}

describe('lists', () => {
  it('are none where the config names none', () => {
    expect(parse('database: x.db').lists).toEqual([])
  })

  it('expire after 72 hours where a publisher renews them', () => {
    expect(parse(list('format: ofac-sdn-advanced, file: sdn.zip')).lists).toEqual([
      {
        id: 'l',
        format: 'ofac-sdn-advanced',
        file: '/etc/cs/sdn.zip',
        maxAgeMs: 72 * hour,
        guard: { maxRemoved: 0.05 },
      },
    ])
  })

  it('do not expire where nobody renews them, unless the config says so', () => {
    expect(parse(list('format: csv, file: /x.csv')).lists[0]?.maxAgeMs).toBeNull()
    expect(parse(list('file: bundled')).lists[0]?.maxAgeMs).toBeNull()
    expect(parse(list('file: bundled, maxAge: 2d')).lists[0]?.maxAgeMs).toBe(48 * hour)
  })

  it.each(['file: bundled', 'file: bundled, format: bundled', 'file: bundled, format: ofac-sdn-advanced'])(
    'take the bundled addresses with %s',
    (keys) => {
      expect(parse(list(keys)).lists[0]).toMatchObject({ file: 'bundled', format: 'bundled' })
    },
  )

  it('find files from the home of the user', () => {
    expect(parse(list('format: csv, file: ~/x.csv')).lists[0]?.file).toBe(join(homedir(), 'x.csv'))
  })

  it.each([
    ['guard: { maxRemoved: 12.5% }', 0.125],
    ['guard: { maxRemoved: 0% }', 0],
    ['guard: { maxRemoved: 100% }', 1],
    ['guard: {}', 0.05],
  ])('take %s', (keys, share) => {
    expect(parse(list(`format: csv, file: x, ${keys}`)).lists[0]?.guard).toEqual({ maxRemoved: share })
  })

  it.each([
    ['format: csv', 'file'],
    ['file: x.csv', 'format'],
    ['format: bundled, file: x.csv', 'format'],
    ['format: csv, file: bundled', 'format'],
    ['format: xlsx, file: x', 'format'],
    ['format: csv, file: ""', 'file'],
    ['format: csv, file: "https://u:p@host/key"', 'file'],
    ['format: csv, file: x, maxAge: 72', 'maxAge'],
    ['format: csv, file: x, maxAge: 0s', 'maxAge'],
    ['format: csv, file: x, maxAge: 1w', 'maxAge'],
    ['format: csv, file: x, guard: { maxRemoved: 5 }', 'guard.maxRemoved'],
    ['format: csv, file: x, guard: { maxRemoved: 101% }', 'guard.maxRemoved'],
    ['format: csv, file: x, guard: { maxAdded: 5% }', 'guard.maxAdded'],
    ['format: csv, file: x, guard: off', 'guard'],
  ])('refuse %s', (keys, key) => {
    const { code, lines } = refusal(list(keys))
    expect(code).toBe('config')
    expect(lines).toEqual([expect.stringContaining(`c.yaml:2 lists[0].${key}: found `)])
    expect(lines.join()).not.toMatch(/u:p|key$/)
  })

  it('refuse two of one id', () => {
    const text = 'lists:\n  - { id: a, file: bundled }\n  - { id: a, format: csv, file: x }'
    expect(refusal(text).lines).toEqual([
      'c.yaml:3 lists[1].id: found "a", expected an id that no other list has',
    ])
  })
})
