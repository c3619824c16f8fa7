import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { type Scope, scopes } from '../../src/config/server.ts'
import { appOf, bearer, contextOf, tokenOf } from './fixtures.ts'

/** What each route needs. A route that is not here fails the first test. */
const needed: Readonly<Record<string, Scope | 'public' | 'bare'>> = {
  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /health': 'bare',
  'GET /metrics': 'bare',
  'GET /v1/events': 'read',
  'GET /v1/events/stream': 'read',
  'POST /v1/screenings': 'screen',
  'GET /v1/screenings': 'read',
  'GET /v1/transactions': 'screen',
  'GET /v1/transfers': 'read',
  'GET /v1/alerts': 'read',
  'GET /v1/alerts/{id}': 'read',
  'POST /v1/alerts/{id}/decisions': 'decide',
  'POST /v1/decisions': 'decide',
  'POST /v1/alerts/{id}/assignment': 'decide',
  'GET /v1/own-addresses': 'own',
  'POST /v1/own-addresses': 'own',
  'DELETE /v1/own-addresses/{key}': 'own',
  'GET /v1/coverage/{chain}': 'read',
  'GET /api/v1/address/{address}': 'screen',
  'POST /public/v1/sanctions/screening': 'screen',
  'GET /v1/lists': 'read',
  'GET /v1/lists/{id}/versions': 'read',
  'GET /v1/lists/{id}/versions/{version}/diff': 'read',
  'POST /v1/lists/{id}/versions/{version}/approve': 'admin',
}

type Description = { paths: Record<string, Record<string, { summary?: string; responses: object }>> }

const described = ({ paths }: Description) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )

describe('the description of the API', () => {
  it('is valid OpenAPI 3.1, and has every route with a summary and its problems', async () => {
    const app = await appOf(contextOf())
    const answer = await app.inject('/openapi.json')
    const validator = new Validator()
    const result = await validator.validate(answer.json())
    expect(result).toMatchObject({ valid: true })
    expect(validator.version).toBe('3.1')
    const description = answer.json<Description>()
    expect(described(description).sort()).toEqual(Object.keys(needed).sort())
    for (const [path, methods] of Object.entries(description.paths))
      for (const [method, { summary, responses }] of Object.entries(methods)) {
        const route = `${method.toUpperCase()} ${path}`
        expect({ route, summary }).toEqual({ route, summary: expect.any(String) })
        if (needed[route] !== 'public' && needed[route] !== 'bare')
          expect({ route, responses }).toMatchObject({
            responses: { 400: {}, 401: {}, 403: {}, 429: {}, 500: {} },
          })
      }
  })
})

describe('a scope', () => {
  it.each(Object.entries(needed))('%s: %s, and no other', async (route, scope) => {
    const context = contextOf({ server: { token: 'sixteen-letters-at-least' } })
    const app = await appOf(context)
    const [method = '', path = ''] = route.split(' ')
    const url = path.replace('{version}', '0'.repeat(64)).replace(/\{\w+\}/g, 'x')
    const ask = async (headers: Record<string, string>) =>
      (
        await app.inject({
          method: method as 'GET',
          url,
          // A stream that begins does not end: this cursor is refused.
          headers: { ...headers, 'last-event-id': '0:0' },
          ...(method === 'GET' ? {} : { payload: {} }),
        })
      ).statusCode
    if (scope === 'public' || scope === 'bare') {
      const open = route === 'GET /metrics' ? 401 : 200
      // Without a list, nothing is found.
      expect(await ask({})).toBe(route === 'GET /health' ? 503 : open)
      return
    }
    expect(await ask({})).toBe(401)
    expect(await ask(bearer('chainscreen_wrong'))).toBe(401)
    for (const one of scopes) {
      const status = await ask(bearer(tokenOf(context.db, [one])))
      expect({ one, status }).toEqual({ one, status: one === scope ? expect.not.toBeOneOf([401, 403]) : 403 })
    }
  })

  it('is missing where a route forgets it: such a server does not start', async () => {
    const app = await appOf(contextOf())
    expect(() => app.get('/forgotten', async () => 'x')).toThrow()
  })
})
