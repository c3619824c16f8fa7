import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, refusal } from './parse.ts'

const query = 'select address, kind, reference, seq from wallets where seq > $1'
const postgres = (keys: string) => `own:\n  - { id: exchange, type: postgres, query: "${query}", ${keys} }`

describe('sources of own addresses', () => {
  it('are a file, relative to the config, or a query, with defaults', () => {
    const text = `own:\n  - { id: wallets, type: file, file: own.csv }\n  - { id: exchange, type: postgres, url: "postgres://u:p@h/d", query: "${query}" }`
    expect(parse(text).own).toEqual([
      { id: 'wallets', type: 'file', file: '/etc/cs/own.csv', lookbackMs: 86_400_000 },
      {
        ...{ id: 'exchange', type: 'postgres', url: 'postgres://u:p@h/d', query },
        ...{ everyMs: 30_000, overlap: 10_000, lookbackMs: 86_400_000 },
      },
    ])
    expect(parse('database: x.db').own).toEqual([])
  })

  it('have their URL from the environment or a file', () => {
    const env = { PG_URL: 'postgres://u:p@h/d' }
    expect(parse(postgres(`url: "\${PG_URL}"`), env).own).toMatchObject([{ url: env.PG_URL }])
    const file = join(mkdtempSync(join(tmpdir(), 'chainscreen-url-')), 'url')
    writeFileSync(file, 'postgresql://u:p@h/e\n')
    expect(parse(postgres(`urlFile: ${file}`)).own).toMatchObject([{ url: 'postgresql://u:p@h/e' }])
  })

  it.each([
    [
      'url: "postgres://u:s3cr3tword@h/d", every: 500ms',
      'own[0].every: found "500ms", expected a duration from 1s to 1d',
    ],
    ['url: "mysql://u:s3cr3tword@h/d"', 'own[0].url: found mysql://h, expected a postgres:// URL'],
    ['url: "postgres://u:s3cr3tword@h:x/d"', 'own[0].url: found (not a URL), expected a postgres:// URL'],
    ['url: "postgres://u:s3cr3tword@h/d", file: x', 'own[0].file: found an unknown key'],
    ['urlFile: /nonexistent/url', "own[0].urlFile: the file /nonexistent/url can't be read (ENOENT)"],
  ])('are refused with %j, and the password is not repeated', (keys, line) => {
    const { lines } = refusal(postgres(keys))
    expect(lines).toEqual([expect.stringContaining(`c.yaml:2 ${line}`)])
    expect(lines.join()).not.toContain('s3cr3tword')
  })

  it.each([
    ...['/s3cr3tword', '12/s3cr3tword', '?s3cr3tword', '12?s3cr3tword', '#s3cr3tword', 's3cr3tword/x'],
    ...['s3cr3tword?x', 's3cr3tword#x', 'x@s3cr3tword/x', 's3cr3tword%zz', '/s3cr3tword@x'],
  ])(
    'are refused with the password %j, which is not percent-encoded, and nothing of the URL is shown',
    (password) => {
      const { message, lines } = refusal(postgres(`url: "postgres://exchanger:${password}@db.example.org/d"`))
      expect(lines).toEqual([expect.stringMatching(/^c\.yaml:2 own\[0\]\.url: found .*, expected .*%2F/)])
      expect(`${message}${lines}`).not.toMatch(/s3cr3t|exchanger|12/)
    },
  )

  it('take a password that is percent-encoded, or has an @ alone', () => {
    for (const url of ['postgres://u:%2F%3F%23%40%25@h/d', 'postgres://u:p@ss@h/d'])
      expect(parse(postgres(`url: "${url}"`)).own).toMatchObject([{ url }])
  })

  it('are refused where the query does not use $1, or an id is there twice', () => {
    const whole = postgres('url: "postgres://h/d"').replace(' where seq > $1', '')
    expect(refusal(whole).lines).toEqual([expect.stringContaining('rows after $1')])
    const twice = 'own: [{ id: a, type: file, file: x }, { id: a, type: file, file: y }]'
    expect(refusal(twice).lines).toEqual([expect.stringContaining('an id that no other source has')])
  })
})
