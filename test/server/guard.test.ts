import { connect } from 'node:net'
import { dirname } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ChainscreenError, type ErrorCode, exitCodes } from '../../src/diagnostics/errors.ts'
import { all, run } from '../../src/ledger/database.ts'
import { revoke } from '../../src/operations/tokens.ts'
import { startServer } from '../../src/server/server.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { evm } from '../screening/builders.ts'
import { appOf, bearer, contextOf, servedContext, start, tokenOf } from './fixtures.ts'

const url = '/v1/lists'
const root = { actor: 'root', note: null, at: start }

describe('a token', () => {
  it('is refused once it was revoked or has expired, and never repeated', async () => {
    let now = start
    const context = contextOf({}, { now: () => now })
    const app = await appOf(context)
    const token = tokenOf(context.db, ['read'], { name: 'a', expires: '2026-01-02' })
    const other = tokenOf(context.db, ['read'], { name: 'b' })
    const get = async (of: string) => (await app.inject({ url, headers: bearer(of) })).statusCode
    expect([await get(token), await get(other)]).toEqual([200, 200])
    now = '2026-01-02T00:00:00.000Z'
    expect(await get(token)).toBe(401)
    revoke(context.db, 'b', root)
    expect(await get(other)).toBe(401)
    const both = await app.inject({ url, headers: { ...bearer(other), 'x-api-key': other } })
    expect(both.statusCode).toBe(401)
    expect(JSON.stringify([both.json(), context.lines])).not.toContain(other)
    expect(JSON.stringify(context.db.prepare('select * from tokens').all())).not.toContain(other)
  })

  it('may ask so often, and who has none not for long', async () => {
    const limits = { requestsPerSecond: 3, refusalsPerMinute: 2 }
    const context = contextOf({ server: { limits } })
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['read']))
    const statuses = []
    for (let count = 0; count < 4; count++) statuses.push((await app.inject({ url, headers })).statusCode)
    expect(statuses).toEqual([200, 200, 200, 429])
    const strangers = []
    for (let count = 0; count < 3; count++) strangers.push((await app.inject({ url })).statusCode)
    expect(strangers).toEqual([401, 401, 429])
  })

  it('that lacks a scope may not ask for it without end either', async () => {
    const context = contextOf({ server: { limits: { requestsPerSecond: 3 } } })
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['screen']))
    const statuses = []
    for (let count = 0; count < 5; count++) statuses.push((await app.inject({ url, headers })).statusCode)
    expect(statuses).toEqual([403, 403, 403, 429, 429])
  })

  it('stays revoked, whoever writes to the table', () => {
    const { db } = contextOf()
    tokenOf(db, ['read'], { name: 'a' })
    revoke(db, 'a', root)
    for (const value of ['null', "'2099-01-01T00:00:00.000Z'"])
      expect(() => run(db, `update tokens set revoked_at = ${value}`)).toThrow('stays revoked')
    expect(() => run(db, 'update tokens set id = 7')).toThrow('a token is revoked')
    expect(db.prepare('select revoked_at from tokens').pluck().all()).toEqual([start])
  })
})

describe('single sign-on', () => {
  const secret = 'known-to-the-proxy-alone'
  const sso = {
    ...{ userHeader: 'X-User', groupsHeader: 'X-Groups', trustedProxies: ['10.0.0.1'], secret },
    groups: { compliance: ['read', 'admin'] },
  }
  const headers = { 'x-user': 'ann', 'x-groups': 'staff, compliance', 'x-chainscreen-proxy-secret': secret }

  it('counts from the proxy with its secret alone', async () => {
    const app = await appOf(contextOf({ server: { sso } }))
    const get = async (remoteAddress: string, given: Record<string, string>) =>
      (await app.inject({ url, headers: given, remoteAddress })).statusCode
    expect(await get('10.0.0.1', headers)).toBe(200)
    expect(await get('10.0.0.2', headers)).toBe(401)
    expect(await get('10.0.0.1', { ...headers, 'x-chainscreen-proxy-secret': 'guessed-by-somebody' })).toBe(
      401,
    )
    expect(await get('10.0.0.1', { ...headers, 'x-groups': 'staff' })).toBe(403)
  })

  it('changes something for pages of this server alone', async () => {
    const app = await appOf(contextOf({ server: { sso, hosts: ['cs.example'] } }))
    const post = async (origin?: string) =>
      (
        await app.inject({
          ...{
            method: 'POST',
            url: `/v1/lists/x/versions/${'0'.repeat(64)}/approve`,
            payload: { note: 'n' },
          },
          headers: { ...headers, host: 'cs.example', ...(origin && { origin }) },
          remoteAddress: '10.0.0.1',
        })
      ).statusCode
    expect([await post(), await post('http://evil.example'), await post('http://cs.example')]).toEqual([
      403, 403, 404,
    ])
  })

  it('reads for any page, and has a GET that writes something for pages of this server alone', async () => {
    const users = { ann: ['read', 'screen'] as const }
    const context = servedContext({}, { server: { sso: { ...sso, users }, hosts: ['cs.example'] } })
    const app = await appOf(context)
    const get = async (path: string, more: Record<string, string> = {}) =>
      (
        await app.inject({
          url: path,
          headers: { ...headers, host: 'cs.example', ...more },
          remoteAddress: '10.0.0.1',
        })
      ).statusCode
    const screens = `/api/v1/address/0x${'2'.repeat(40)}`
    expect(await get(url)).toBe(200)
    for (const path of [screens, '/v1/events'])
      expect([
        await get(path),
        await get(path, { 'sec-fetch-site': 'cross-site' }),
        await get(path, { 'sec-fetch-site': 'none' }),
        await get(path, { origin: 'http://evil.example', 'sec-fetch-site': 'same-origin' }),
        await get(path, { 'sec-fetch-site': 'same-origin' }),
        await get(path, { origin: 'http://cs.example' }),
      ]).toEqual([403, 403, 403, 403, 200, 200])
    expect(all(context.db, 'select actor from screenings')).toEqual([{ actor: 'ann' }, { actor: 'ann' }])
    // A token is sent by a program, and not by a browser that was led astray.
    expect(
      (await app.inject({ url: screens, headers: bearer(tokenOf(context.db, ['screen'])) })).statusCode,
    ).toBe(200)
  })
})

describe('a server on loopback', () => {
  const statusesOf = async (server: Record<string, unknown>) => {
    const app = await appOf(servedContext({}, { server }))
    return async (...hosts: string[]) => {
      const answers = hosts.map((host) => app.inject({ url: '/metrics', headers: { host } }))
      return (await Promise.all(answers)).map(({ statusCode }) => statusCode)
    }
  }

  it('answers by names of this machine, and of the config, and not by one that was made to lead here', async () => {
    const ask = await statusesOf({ hosts: ['CS.example'] })
    expect(
      await ask('localhost', 'LOCALHOST:8790', '127.0.0.1:8790', '127.0.0.2', '[::1]:8790', 'cs.example:443'),
    ).toEqual([200, 200, 200, 200, 200, 200])
    expect(
      await ask(
        'evil.example',
        'evil.example:8790',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        '10.0.0.7',
      ),
    ).toEqual([421, 421, 421, 421, 421])
  })

  it('does not believe a page that says which name was asked', async () => {
    const app = await appOf(
      contextOf({
        server: {
          sso: { userHeader: 'X-User', trustedProxies: ['127.0.0.1'], secret: 'known-to-the-proxy-alone' },
        },
      }),
    )
    const headers = { host: 'evil.example', 'x-forwarded-host': 'localhost' }
    const answer = await app.inject({ url: '/livez', headers, remoteAddress: '127.0.0.1' })
    expect(answer.json()).toMatchObject({ status: 421, type: 'urn:chainscreen:problem:wrong-host' })
  })

  it('is another one than a server that others reach by any name: there every answer needs a token', async () => {
    const ask = await statusesOf({ listen: '0.0.0.0:8790', token: 'sixteen-letters-at-least' })
    expect(await ask('cs.example', 'localhost')).toEqual([401, 401])
  })
})

describe('a request that is no request', () => {
  it.each([
    ['/v1/../v1/lists/..%2f..%2fetc'],
    ['/v1/lists/%2e%2e%2f%2e%2e/versions'],
    ['/v1/lists/x%00/versions'],
    [`/v1/lists/${'a'.repeat(300)}/versions`],
    ['/v1/%zz'],
  ])('%s finds nothing', async (path) => {
    const context = contextOf()
    const app = await appOf(context)
    const answer = await app.inject({ url: path, headers: bearer(tokenOf(context.db, ['read'])) })
    expect(answer.statusCode).toBeOneOf([400, 404, 414])
    expect(answer.headers['content-type']).toContain('application/problem+json')
  })

  it('is refused when it is too large, or no JSON', async () => {
    const context = servedContext()
    const app = await appOf(context)
    const headers = {
      ...bearer(tokenOf(context.db, ['screen', 'decide'])),
      'content-type': 'application/json',
    }
    const post = (payload: string, more = {}) =>
      app.inject({ method: 'POST', url: '/v1/decisions', headers: { ...headers, ...more }, payload })
    expect((await post(`{"note":"${'x'.repeat(200_000)}"}`)).json().type).toBe(
      'urn:chainscreen:problem:too-large',
    )
    expect((await post('a', { 'content-type': 'text/plain' })).statusCode).toBe(415)
    expect((await post('', {})).statusCode).toBe(400)
  })

  it('over a socket is cut off when it is split for too long, and answered when pipelined', async () => {
    const context = servedContext({}, { server: { listen: '127.0.0.1:0', limits: { connections: 5 } } })
    const server = await startServer(context)
    onTestFinished(() => server.close())
    const port = Number(new URL(server.url).port)
    const socket = connect(port, '127.0.0.1')
    const one = 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'
    let text = ''
    socket.setEncoding('utf8').on('data', (data: string) => {
      text += data
    })
    socket.write(one + one + one.slice(0, 10))
    await expect.poll(() => text.match(/200 OK/g)?.length).toBe(2)
    socket.write(one.slice(10))
    await expect.poll(() => text.match(/200 OK/g)?.length).toBe(3)
    socket.destroy()
    // Many connections: those above the limit are closed, unless the operating system keeps them waiting.
    const many = Array.from({ length: 2_000 }, () => connect(port, '127.0.0.1').on('error', () => {}))
    await expect
      .poll(() => many.filter((each) => each.closed || each.destroyed || each.readableEnded).length, {
        timeout: 20_000,
      })
      .toBeGreaterThan(1_000)
    for (const each of many) each.destroy()
    await expect.poll(async () => (await fetch(`${server.url}/livez`).catch(() => null))?.status).toBe(200)
  })
})

describe('an answer', () => {
  it('to a fault of the server does not show it, and the log has its id', async () => {
    const context = servedContext()
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['read']))
    run(context.db, 'alter table unscreened rename to lost')
    const answer = await app.inject({ url: '/v1/coverage/ethereum', headers })
    expect(answer.statusCode).toBe(500)
    expect(answer.body).not.toContain('unscreened')
    expect(context.lines.join()).toMatch(/a request failed/)
    expect(answer.headers['x-request-id']).toBe(answer.json().requestId)
  })

  it('names no file of this machine, whatever went wrong', async () => {
    const context = servedContext()
    const { db } = context
    // A version that is held, and whose archived file is gone.
    activateList(db, [evm('2')], 'ofac-sdn', '2025-12-02')
    const sha256 = db.prepare(`select sha256 from list_snapshots where state = 'superseded'`).pluck().get()
    run(db, `update list_snapshots set state = 'held' where sha256 = ?`, sha256)
    const conditions = () => [
      { chain: 'ethereum', state: 'halted' as const, since: start, reason: `${db.name} can't be used` },
    ]
    const app = await appOf({ ...context, conditions })
    const headers = bearer(tokenOf(db, ['admin', 'read']))
    const approve = `/v1/lists/ofac-sdn/versions/${sha256}/approve`
    const gone = await app.inject({ method: 'POST', url: approve, headers, payload: { note: 'n' } })
    expect(gone.json()).toMatchObject({ status: 500, type: 'urn:chainscreen:problem:internal' })
    expect(context.lines.join()).toContain(db.name)
    const health = await app.inject({ url: '/health', headers })
    expect(health.json().problems.join()).toContain(`ledger.db can't be used`)
    for (const { body } of [gone, health]) expect(body).not.toContain(dirname(db.name))
  })

  it('has the text of an error only where that is for who asks', async () => {
    let code: ErrorCode = 'failure'
    const failing = {
      write: () => Promise.reject(new ChainscreenError(code, 'at /srv/cs/a.db', { details: ['/srv/b'] })),
    }
    const context = servedContext({ group: failing })
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['screen']))
    const payload = { subjects: [{ address: `0x${'2'.repeat(40)}` }] }
    for (code of Object.keys(exitCodes) as ErrorCode[]) {
      const answer = await app.inject({ method: 'POST', url: '/v1/screenings', headers, payload })
      const told = ['usage', 'alert-changed', 'needs-other-person', 'needs-person'].includes(code)
      expect({ code, told: answer.body.includes('/srv/') }).toEqual({ code, told })
      expect({ code, isFault: answer.statusCode >= 500 }).toEqual({ code, isFault: !told })
    }
  })
})
