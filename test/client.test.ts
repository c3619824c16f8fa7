import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, expectTypeOf, it, onTestFinished } from 'vitest'
import { ApiError, type ApiPaths, createClient } from '../src/client.ts'
import { startServer } from '../src/server/server.ts'
import { appOf, contextOf, tokenOf } from './server/fixtures.ts'

/** A script has no types. */
const scriptOf = (name: string) => import(new URL(`../scripts/client-types/${name}`, import.meta.url).href)
const { apiTypes } = (await scriptOf('api-types.mjs')) as { apiTypes: (description: unknown) => string }
const { tsType } = (await scriptOf('ts-type.mjs')) as { tsType: (schema: object, indent: string) => string }

/** A server on loopback, and a client of it. */
async function serve() {
  const context = contextOf()
  const server = await startServer({ ...context, settings: { ...context.settings, port: 0 } })
  onTestFinished(() => server.close())
  return { db: context.db, url: server.url, token: tokenOf(context.db, ['read', 'admin']) }
}

/** What a server that is not ours answers to everything. */
async function answering(status: number, headers: Record<string, string>, body: string) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.writeHead(status, headers).end(body)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => null,
    (error: unknown) => error,
  )

describe('the client', () => {
  it('asks the server, with its types', async () => {
    const { url, token } = await serve()
    const client = createClient({ url, token })
    const lists = await client.get('/v1/lists')
    expect(lists).toEqual({ data: [], next: null })
    expectTypeOf(lists.data).items.toHaveProperty('fresh').toEqualTypeOf<boolean>()
    expectTypeOf(lists.next).toEqualTypeOf<string | null>()
  })

  it('throws what the server refuses, as the problem that it tells', async () => {
    const { url, token, db } = await serve()
    const stranger = await failure(createClient({ url }).get('/v1/lists'))
    expect(stranger).toBeInstanceOf(ApiError)
    expect(stranger).toMatchObject({ status: 401, type: 'urn:chainscreen:problem:token-required' })
    const none = await failure(
      createClient({ url, token }).get('/v1/lists/{id}/versions', { params: { id: 'none/../x' } }),
    )
    expect(none).toMatchObject({ status: 404, requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) })
    const reader = createClient({ url, token: tokenOf(db, ['read'], { name: 'reader' }) })
    const version = '0'.repeat(64)
    const approved = reader.post('/v1/lists/{id}/versions/{version}/approve', {
      ...{ params: { id: 'a', version }, body: { note: 'case 1' } },
    })
    expect(await failure(approved)).toMatchObject({ type: 'urn:chainscreen:problem:scope-missing' })
  })

  it('takes no path, parameter or body that the API does not have', () => {
    const client = createClient({
      url: 'http://127.0.0.1:1',
      fetch: () => Promise.reject(new Error('unreached')),
    })
    const calls = () => [
      // @ts-expect-error no such path
      client.get('/v1/persons'),
      // @ts-expect-error the path has parameters
      client.get('/v1/lists/{id}/versions'),
      // @ts-expect-error another method
      client.post('/v1/lists'),
      client.post('/v1/lists/{id}/versions/{version}/approve', {
        params: { id: 'a', version: 'b' },
        // @ts-expect-error the body lacks its note
        body: {},
      }),
    ]
    expectTypeOf(calls).returns.toBeArray()
    expectTypeOf<ApiPaths['/v1/lists']>().toHaveProperty('get')
  })

  it('keeps a parameter in its segment of the path', async () => {
    const { url, asked } = await answering(200, { 'content-type': 'application/json' }, '{}')
    const client = createClient({ url: `${url}/behind/a/proxy` })
    await client.get('/v1/lists/{id}/versions', { params: { id: 'a/../b?c#d' } })
    expect(asked).toEqual(['GET /behind/a/proxy/v1/lists/a%2F..%2Fb%3Fc%23d/versions'])
    for (const id of ['', '.', '..'])
      expect(await failure(client.get('/v1/lists/{id}/versions', { params: { id } }))).toBeInstanceOf(
        TypeError,
      )
  })

  it('follows no redirect, which would take its token elsewhere', async () => {
    const { url, asked } = await answering(302, { location: 'http://127.0.0.1:1/' }, '')
    expect(await failure(createClient({ url, token: 't' }).get('/v1/lists'))).toBeInstanceOf(TypeError)
    expect(asked).toHaveLength(1)
  })

  it('says so where a proxy answers, and when to come again', async () => {
    const { url } = await answering(503, { 'retry-after': '7' }, '<html>no</html>')
    expect(await failure(createClient({ url }).get('/v1/lists'))).toMatchObject({
      ...{ status: 503, type: 'about:blank', requestId: null, retryAfterSeconds: 7 },
      message: 'The server answers with HTTP 503.',
    })
  })

  it('brings nothing of the server along', () => {
    const source = readFileSync(new URL('../src/client.ts', import.meta.url), 'utf8')
    expect(
      source
        .match(/^(?:import|export) .* from .*$/gm)
        ?.filter((line) => !/^(?:import|export) type /.test(line)),
    ).toEqual([])
    expect(readFileSync(new URL('../src/client/api.ts', import.meta.url), 'utf8')).not.toMatch(/\bimport\b/)
  })
})

describe('the types of the client', () => {
  it('are those of the API (else run scripts/make-client-types.mjs)', async () => {
    const app = await appOf(contextOf())
    const text = apiTypes((await app.inject('/openapi.json')).json())
    expect(readFileSync(new URL('../src/client/api.ts', import.meta.url), 'utf8')).toBe(text)
  })

  it.each([
    [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string | null'],
    [{ type: ['integer', 'null'] }, 'number | null'],
    [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'null' }] } }, '(string | null)[]'],
    [{ type: 'array', items: { $ref: '#/components/schemas/List' } }, 'List[]'],
    [
      { type: 'object', propertyNames: { type: 'string' }, additionalProperties: {} },
      'Record<string, unknown>',
    ],
    [{ type: 'object', additionalProperties: { type: 'number' } }, 'Record<string, number>'],
    [{ type: 'object', properties: { 'a-b': {} }, required: ['a-b'] }, '{\n  "a-b": unknown\n}'],
  ])('of %j are %j', (schema, type) => {
    expect(tsType(schema, '')).toBe(type)
  })

  it('know no schema that they would read as less than it says', () => {
    expect(() => tsType({ not: { type: 'string' } }, '')).toThrow('no type for')
  })
})
