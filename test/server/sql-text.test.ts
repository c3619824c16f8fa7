import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, it } from 'vitest'
import { scopes } from '../../src/config/server.ts'
import { all } from '../../src/ledger/database.ts'
import { commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { appOf, bearer, servedContext, tokenOf } from './fixtures.ts'

interface Schema {
  type?: string | string[]
  properties?: Record<string, Schema>
  items?: Schema
  anyOf?: Schema[]
  enum?: unknown[]
  const?: unknown
  pattern?: string
  format?: string
  minimum?: number
}

interface Operation {
  parameters?: { in: string; name: string; required?: boolean; schema: Schema }[]
  requestBody?: { content: Record<string, { schema: Schema }> }
}

/** A request as parts of it, of which one is replaced. */
interface Parts {
  path: Record<string, unknown>
  query: Record<string, unknown>
  header: Record<string, unknown>
  body: unknown
}

const attacks = [
  "' or 1=1 --",
  `"; drop table alerts; --`,
  "'; delete from tokens; --",
  "' union select hash from tokens --",
  '%',
  '*',
]

/** Something that a schema takes. */
function example(schema: Schema): unknown {
  const { anyOf, enum: words, items, properties } = schema
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (anyOf?.[0] !== undefined) return example(anyOf[0])
  if ('const' in schema) return schema.const
  if (words !== undefined) return words[0]
  if (type === 'object')
    return Object.fromEntries(Object.entries(properties ?? {}).map(([name, of]) => [name, example(of)]))
  if (type === 'array') return [example(items ?? {})]
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1
  if (type === 'boolean') return true
  if (schema.format === 'date') return '2026-01-01'
  const digits = /\{(32|64)\}/.exec(schema.pattern ?? '')?.[1]
  return digits === undefined ? 'x' : 'a'.repeat(Number(digits))
}

/** Where texts stand in a value. */
function textsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === 'string') return [[...path]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => textsIn(member, [...path, name]))
}

/** A copy with another text at one place. */
function replaced(value: unknown, [name, ...rest]: readonly string[], text: string): unknown {
  if (name === undefined) return text
  const copy = structuredClone(value) as Record<string, unknown>
  copy[name] = replaced(copy[name], rest, text)
  return copy
}

function partsOf({ parameters = [], requestBody }: Operation): Parts {
  const inside = (where: string) =>
    Object.fromEntries(
      parameters.filter((each) => each.in === where).map(({ name, schema }) => [name, example(schema)]),
    )
  const schema = requestBody?.content['application/json']?.schema
  return {
    path: inside('path'),
    query: inside('query'),
    header: inside('header'),
    body: schema && example(schema),
  }
}

it('SQL in any text of any route is a text', async () => {
  const context = servedContext({}, { server: { limits: { requestsPerSecond: 1_000_000 } } })
  const { db } = context
  commit(db, [screened(ref(7), [listedDeposit('0x1'), listedDeposit('0x2')])])
  const app = await appOf(context)
  const headers = bearer(tokenOf(db, scopes, { person: 'ann' }))
  const validator = new Validator()
  await validator.validate(app.swagger() as Record<string, unknown>)
  const { paths } = validator.resolveRefs() as { paths: Record<string, Record<string, Operation>> }
  const tables = () => ({
    schema: all(db, 'select sql from sqlite_master order by name'),
    rows: ['alerts', 'alert_events', 'tokens', 'transfers', 'lists'].map((name) =>
      all(db, `select count(*) as n from ${name}`),
    ),
  })
  const before = tables()
  const tried = new Set<string>()
  for (const [template, methods] of Object.entries(paths)) {
    // A stream does not end; it takes the same as GET /v1/events.
    if (template.endsWith('/stream')) continue
    for (const [method, operation] of Object.entries(methods)) {
      const parts = partsOf(operation)
      for (const place of textsIn(parts)) {
        tried.add(`${method} ${template} ${place.join('.')}`)
        for (const attack of attacks) {
          const asked = replaced(parts, place, attack) as Parts
          // Of a query, that one alone: others would already find nothing.
          const query = place[0] === 'query' ? { [place[1] ?? '']: attack } : {}
          const url = template.replace(/\{(\w+)\}/g, (_, name) =>
            encodeURIComponent(String(asked.path[name])),
          )
          const answer = await app.inject({
            method: method.toUpperCase() as 'GET',
            url: `${url}?${new URLSearchParams(query)}`,
            headers: { ...headers, ...(place[0] === 'header' && { [place[1] ?? '']: attack }) },
            ...(asked.body === undefined ? {} : { payload: asked.body as object }),
          })
          const what = `${method} ${template} ${place.join('.')} ${attack}: ${answer.body}`
          expect(answer.statusCode, what).toBeLessThan(500)
          // A filter with it finds nothing. `*` and `%` are no patterns, but for `types=*`, which is all events.
          if (method === 'get' && place[0] === 'query' && place[1] !== 'types' && answer.statusCode === 200)
            expect(answer.json().data, what).toEqual([])
          expect(answer.body, what).not.toMatch(/sqlite|syntax error|near "/i)
        }
      }
    }
  }
  expect(tables()).toEqual(before)
  expect(tried.size).toBeGreaterThan(40)
  for (const field of ['get /v1/alerts query.q', 'post /v1/screenings body.subjects.0.reference'])
    expect(tried).toContain(field)
})
