import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/load.ts'
import { tempDir } from '../temp.ts'
import { parse, refusal } from './parse.ts'

const token = 'sixteen-letters-at-least'

describe('server', () => {
  it('listens nowhere unless it is there, and on loopback where it says no more', () => {
    expect(parse('database: a.db').server).toBeUndefined()
    expect(parse('server: {}').server).toEqual({
      ...{ host: '127.0.0.1', port: 8790, token: null, sso: null },
      limits: { requestsPerSecond: 1_000, refusalsPerMinute: 60, connections: 1_000 },
      compat: { categories: ['sanctions'] },
      hosts: [],
    })
  })

  it('refuses to answer from no category: to the clients of those routes nothing is clear', () => {
    expect(refusal('server: { compat: { categories: [] } }').lines[0]).toContain('one category at least')
  })

  it.each(['cs.example:443', 'http://cs.example', ''])('refuses %j as a name it is asked by', (name) => {
    expect(refusal(`server: { hosts: ["${name}"] }`).lines[0]).toContain('a name without a port')
  })

  it.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:9000', { host: 'localhost', port: 9000 }],
    ['[::1]:8790', { host: '::1', port: 8790 }],
  ])('takes %s without a token', (listen, place) => {
    expect(parse(`server: { listen: "${listen}" }`).server).toMatchObject(place)
  })

  it.each(['0.0.0.0:8790', '[::]:8790', '10.0.0.7:8790', 'metrics.internal:8790'])(
    'takes an address that others can reach: %s',
    (listen) => {
      expect(parse(`server: { listen: "${listen}", token: ${token} }`).server).toMatchObject({ token })
      expect(parse(`server: { listen: "${listen}" }`).server).toMatchObject({ token: null })
    },
  )

  it.each(['8790', '127.0.0.1', '127.0.0.1:99999', 'http://127.0.0.1:8790', '::1:8790', ':8790'])(
    'refuses %s',
    (listen) => {
      const { code, lines } = refusal(`server: { listen: "${listen}" }`)
      expect(code).toBe('config')
      expect(lines[0]).toContain('expected ADDRESS:PORT, such as 127.0.0.1:8790')
    },
  )

  it('reads the token from a file, and shows no token that is too short', () => {
    const file = join(tempDir(), 'token')
    writeFileSync(file, `${token}\n`)
    expect(parseConfig(`server: { tokenFile: ${file} }`, '/etc/cs/c.yaml', {}).server).toMatchObject({
      token,
    })
    const { message, lines } = refusal('server: { token: hunter2 }')
    expect([message, ...lines].join(' ')).not.toContain('hunter2')
    expect(lines[0]).toContain('text of 16 characters or more')
  })

  it('says of a file that can’t be read only that, and not that the token in it is too short', () => {
    expect(refusal('server: { tokenFile: /nowhere/token }').lines).toEqual([
      expect.stringMatching(/server\.tokenFile: the file \/nowhere\/token can't be read \(ENOENT\)/),
    ])
  })
})
