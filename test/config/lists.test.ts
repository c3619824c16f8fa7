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
        maxIssueAgeMs: 45 * 24 * hour,
        guard: { maxRemoved: 0.05 },
      },
    ])
  })

  it('are fetched every hour where they have a url, unless the config says otherwise', () => {
    const url = 'https://host/list?token=t'
    const usual = {
      ...{ id: 'l', format: 'csv', url, everyMs: hour, redirectHosts: [], maxBytes: 2 ** 31 },
      ...{ timeoutMs: hour / 4, maxAgeMs: null, maxIssueAgeMs: null, guard: { maxRemoved: 0.05 } },
    }
    expect(parse(list(`format: csv, url: "${url}"`)).lists).toEqual([usual])
    const more = 'every: 6h, redirectHosts: [files.example.org, "127.0.0.1:8080"], maxBytes: 5, timeout: 1m'
    expect(parse(list(`format: csv, url: "${url}", ${more}`)).lists).toEqual([
      {
        ...{ ...usual, everyMs: 6 * hour, redirectHosts: ['files.example.org', '127.0.0.1:8080'] },
        ...{ maxBytes: 5, timeoutMs: 60_000 },
      },
    ])
  })

  it.each([
    ['ofac-sdn-advanced', undefined, 45],
    ['ofac-sdn', undefined, 45],
    ['uk-sanctions-list', undefined, 45],
    ['eu-fsf', undefined, 45],
    ['opensanctions', undefined, 45],
    ['tagpack', undefined, null],
    ['csv', undefined, null],
    ['tagpack', '10d', 10],
    ['eu-fsf', 'off', null],
    ['csv', 'off', null],
  ])('of the format %s with maxIssueAge %s may be issued so many days ago: %s', (format, said, days) => {
    const keys = `format: ${format}, file: x${said === undefined ? '' : `, maxIssueAge: ${said}`}`
    expect(parse(list(keys)).lists).toMatchObject([
      { maxIssueAgeMs: days === null ? null : days * 24 * hour },
    ])
  })

  it.each([
    ['format: csv, file: x, maxIssueAge: 5d', /off, or nothing: a csv has no date of issue/],
    ['format: eu-fsf, file: x, maxIssueAge: never', /a duration such as 45d, or off/],
    ['format: token-blacklist, chain: c, maxIssueAge: 5d', /format token-blacklist is read from a chain/],
  ])('with { %s } are refused', (keys, why) => {
    expect(refusal(list(keys)).lines.join()).toMatch(why)
  })

  it('take the key of a url from the environment', () => {
    const text = list(`format: csv, url: "https://host/list?token=\${TOKEN}"`)
    expect(parse(text, { TOKEN: 'abc' }).lists[0]).toMatchObject({ url: 'https://host/list?token=abc' })
  })

  it.each([
    ['ofac-sdn', 72],
    ['uk-sanctions-list', 72],
    ['eu-fsf', 72],
    ['opensanctions', 72],
    ['tagpack', null],
  ])('may be of the format %s', (format, hours) => {
    const maxAgeMs = hours === null ? null : hours * hour
    expect(parse(list(`format: ${format}, file: x`)).lists).toMatchObject([{ format, maxAgeMs }])
    expect(refusal(list(`format: ${format}, file: bundled`)).lines).toHaveLength(1)
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
    expect(parse(list('format: csv, file: ~/x.csv')).lists[0]).toMatchObject({
      file: join(homedir(), 'x.csv'),
    })
  })

  it.each([
    ['guard: { maxRemoved: 12.5% }', 0.125],
    ['guard: { maxRemoved: 0.7% }', 0.007],
    ['guard: { maxRemoved: 0% }', 0],
    ['guard: { maxRemoved: 100% }', 1],
    ['guard: {}', 0.05],
  ])('take %s', (keys, share) => {
    expect(parse(list(`format: csv, file: x, ${keys}`)).lists).toMatchObject([
      { guard: { maxRemoved: share } },
    ])
  })

  it.each([
    ['format: csv', 'file'],
    ['file: x.csv', 'format'],
    ['format: bundled, file: x.csv', 'format'],
    ['format: csv, file: bundled', 'format'],
    ['format: xlsx, file: x', 'format'],
    ['format: csv, file: ""', 'file'],
    ['format: csv, file: "https://u:p@host/key"', 'file'],
    ['format: csv, file: x, url: "https://u:p@host/key"', 'file'],
    ['format: csv, file: x, every: 1h', 'every'],
    ['format: csv, file: x, redirectHosts: []', 'redirectHosts'],
    ['format: csv, file: x, maxBytes: 5', 'maxBytes'],
    ['format: csv, file: x, timeout: 5m', 'timeout'],
    ['url: "https://u:p@host/key"', 'format'],
    ['url: "https://u:p@host/key", format: bundled', 'format'],
    ['format: csv, url: "ftp://u:p@host/key"', 'url'],
    ['format: csv, url: bundled', 'url'],
    ['format: csv, url: "https://u:p%@host/key"', 'url'],
    ['format: csv, url: "https://u%ff:p@host/key"', 'url'],
    ['format: csv, url: "https://x", every: 59s', 'every'],
    ['format: csv, url: "https://x", every: 31d', 'every'],
    ['format: csv, url: "https://x", timeout: 999ms', 'timeout'],
    ['format: csv, url: "https://x", maxBytes: 0', 'maxBytes'],
    ['format: csv, url: "https://x", redirectHosts: x', 'redirectHosts'],
    ['format: csv, url: "https://x", redirectHosts: ["https://x"]', 'redirectHosts[0]'],
    ['format: csv, url: "https://x", redirectHosts: [X.org]', 'redirectHosts[0]'],
    ['format: csv, url: "https://x", redirectHosts: ["*.x.org"]', 'redirectHosts[0]'],
    ['format: csv, url: "https://x", redirectHosts: ["u@x.org"]', 'redirectHosts[0]'],
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

describe('the layout of a csv list', () => {
  it('is taken from the config', () => {
    const keys =
      'format: csv, file: x.csv, header: false, columns: { address: 2, subject: Name }, onBadRow: report'
    expect(parse(list(keys)).lists).toMatchObject([
      { options: { header: false, columns: { address: 2, subject: 'Name' }, onBadRow: 'report' } },
    ])
    expect(parse(list('format: csv, file: x.csv')).lists[0]).not.toHaveProperty('csv')
  })

  it.each([
    ['another format', 'format: tagpack, file: x, header: false', /header.*format csv/],
    [
      'a column on nationality',
      'format: csv, file: x, columns: { address: a, subject: Nationality }',
      /no such column is read/,
    ],
    ['no address', 'format: csv, file: x, columns: { subject: a }', /columns\.address/],
    ['a column that no list has', 'format: csv, file: x, columns: { address: a, colour: b }', /colour/],
    ['number nought', 'format: csv, file: x, columns: { address: 0 }', /number from 1/],
  ])('is refused with %s', (_, keys, message) => {
    expect(refusal(list(keys)).lines.join('\n')).toMatch(message)
  })
})
