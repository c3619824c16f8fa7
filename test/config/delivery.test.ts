import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pauseDelays } from '../../src/delivery/deliver.ts'
import { tempDir } from '../temp.ts'
import { parse, refusal } from './parse.ts'

const creds = `-----BEGIN NATS USER JWT-----
eyJ0eXAi.eyJqdGki.c2lnbmF0
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
SUAOTHERNOBODYKNOWS
------END USER NKEY SEED------
`
const nats = (keys: string) => `delivery: [{ id: bus, type: nats, servers: [nats://127.0.0.1:4222]${keys} }]`

describe('a sink of type nats', () => {
  it('needs a server, and has a stream and a window', () => {
    expect(parse(nats('')).delivery).toEqual([
      {
        ...{ id: 'bus', type: 'nats', events: ['*'], from: 'now', servers: ['nats://127.0.0.1:4222'] },
        ...{ stream: 'CHAINSCREEN', duplicateWindowMs: 3_600_000, replicas: 1 },
      },
    ])
  })

  it('knows ids for longer than the pauses after which an event is sent again', () => {
    const pauses = pauseDelays.reduce((sum, ms) => sum + ms, 0)
    const [sink] = parse(nats('')).delivery
    expect(sink?.type === 'nats' && sink.duplicateWindowMs).toBeGreaterThan(pauses)
  })

  it('takes its credentials from files and the environment', () => {
    const file = join(tempDir(), 'daemon.creds')
    writeFileSync(file, creds)
    expect(parse(nats(`, credsFile: ${file}`)).delivery).toMatchObject([{ creds: creds.trimEnd() }])
    expect(parse(nats(`, creds: "\${C}"`), { C: creds }).delivery).toMatchObject([{ creds }])
    writeFileSync(file, 'secret-9d1f\n')
    const login = parse(nats(`, user: daemon, passwordFile: ${file}`)).delivery
    expect(login).toMatchObject([{ user: 'daemon', password: 'secret-9d1f' }])
    expect(parse(nats(`, tokenFile: ${file}`)).delivery).toMatchObject([{ token: 'secret-9d1f' }])
  })

  it('has the files of TLS beside the config', () => {
    expect(parse(nats(', tls: { caFile: ca.pem }')).delivery).toMatchObject([
      { tls: { caFile: '/etc/cs/ca.pem' } },
    ])
  })

  it.each([
    ['http://127.0.0.1:4222', 'nats://HOST:PORT'],
    ['nats://daemon:pass-9d1f@127.0.0.1:4222', 'without a login'],
    ['nats://127.0.0.1:4222/path', 'nats://HOST:PORT'],
    ['127.0.0.1:4222', 'nats://HOST:PORT'],
  ])('refuses the server %s', (server, expected) => {
    const { message } = refusal(`delivery: [{ id: bus, type: nats, servers: ["${server}"] }]`)
    expect(message).toContain('delivery[0].servers[0]')
    expect(message).toContain(expected)
    expect(message).not.toContain('9d1f')
  })

  it.each([
    [', user: daemon', 'both user and password'],
    [', user: daemon, password: a-9d1f, token: b-9d1f', 'one of user, token and creds'],
    [', creds: "SUA-9d1f"', 'the text of a .creds file'],
    [', stream: a.b', 'the name of a stream'],
    [', tls: { certFile: a.pem }', 'certFile and keyFile, or neither'],
    [', duplicateWindow: 0s', 'a duration from 1s'],
    [', credsFile: /no/such', "the file /no/such can't be read (ENOENT)"],
  ])('refuses %s', (keys, expected) => {
    const { message, lines } = refusal(nats(keys))
    expect(message).toContain(expected)
    expect(lines).toHaveLength(1)
    expect(message).not.toContain('9d1f')
  })
})

describe('a sink of type postgres', () => {
  it('needs a URL, and has a schema', () => {
    const url = 'postgres://daemon:pass-9d1f@127.0.0.1/compliance'
    const sink = { id: 'queue', type: 'postgres', events: ['*'], from: 'now', url, schema: 'chainscreen' }
    expect(parse(`delivery: [{ id: queue, type: postgres, url: "${url}" }]`).delivery).toEqual([sink])
    const file = join(tempDir(), 'url')
    writeFileSync(file, `${url}\n`)
    const text = `delivery: [{ id: queue, type: postgres, urlFile: ${file}, schema: screening_2 }]`
    expect(parse(text).delivery).toEqual([{ ...sink, schema: 'screening_2' }])
  })

  it.each([
    ['url: "mysql://daemon:pass-9d1f@127.0.0.1/x"', 'a postgres:// URL'],
    ['url: "postgres://127.0.0.1/x", schema: \'a"; drop\'', 'the name of a schema'],
    ['url: "postgres://127.0.0.1/x", schema: A', 'the name of a schema'],
  ])('refuses %s', (keys, expected) => {
    const { message, lines } = refusal(`delivery: [{ id: queue, type: postgres, ${keys} }]`)
    expect(message).toContain(expected)
    expect(lines).toHaveLength(1)
    expect(message).not.toContain('9d1f')
  })
})

it('a sink of a type that there is none of is refused, with the types that there are', () => {
  const { code, lines } = refusal('delivery: [{ id: bus, type: kafka }]')
  expect(code).toBe('config')
  expect(lines).toEqual([expect.stringContaining('jsonl, stdout, webhook, nats or postgres')])
})
