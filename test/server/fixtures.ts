import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { onTestFinished } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import type { Scope } from '../../src/config/server.ts'
import type { Db } from '../../src/ledger/database.ts'
import { createGroupCommit } from '../../src/ledger/group-commit.ts'
import { addToken } from '../../src/operations/tokens.ts'
import { createApp } from '../../src/server/app.ts'
import { type App, type ServerContext, serverSettings } from '../../src/server/context.ts'
import { freshChain, freshLedger } from '../ledger/fixtures.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { evm } from '../screening/builders.ts'

export const start = '2026-01-01T00:00:00.000Z'

/** What routes work with: over a new database, with a config as a person writes it. */
export function contextOf(
  config: Record<string, unknown> = {},
  fields: Partial<ServerContext> = {},
): ServerContext & { lines: string[] } {
  const { log, lines } = rememberingLog()
  const db = fields.db ?? freshLedger()
  const settings = serverSettings(configSchema.parse({ database: 'unused.db', server: {}, ...config }))
  return {
    ...{
      db,
      group: createGroupCommit(db),
      settings,
      lines,
      log,
      conditions: () => [],
      isStarted: () => true,
      now: () => start,
    },
    ...fields,
  }
}

/** The API over a context. It is closed when the test ends. */
export async function appOf(context: ServerContext): Promise<App> {
  const app = await createApp(context)
  onTestFinished(() => app.close())
  return app
}

/** A token of a person, or of a service where none is named. */
export function tokenOf(
  db: Db,
  scopes: readonly Scope[],
  {
    person = null,
    name = `token-${scopes.join('-')}-${person ?? 'service'}`,
    expires = null,
  }: { person?: string | null; name?: string; expires?: string | null } = {},
): string {
  return addToken(db, { name, scopes, person, expires }, { actor: 'root', note: null, at: start }).token
}

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** A chain of the config, and a fresh list in force that names `evm('1')`; whatever follows `ethereum` may be committed. */
export function servedContext(fields: Partial<ServerContext> = {}, config: Record<string, unknown> = {}) {
  const db = fields.db ?? freshChain()
  activateList(db, [evm('1')], 'ofac-sdn', '2025-12-01', 'House Rule')
  const context = contextOf(
    {
      chains: [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
      ...config,
    },
    { ...fields, db },
  )
  return { ...context, settings: { ...context.settings, lists: [{ id: 'ofac-sdn' }] } }
}

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: whatever the route answers; each test says what it expects
  body: any
  text: string
  headers: Record<string, unknown>
}

export type Ask = (
  route: string,
  options?: { token?: string; body?: unknown; headers?: Record<string, string> },
) => Promise<Answer>

/** Asks the API, and holds every answer against its description: a status or a member that it does not name fails. */
export async function askerOf(context: ServerContext): Promise<Ask> {
  const app = await appOf(context)
  const validator = new Validator()
  await validator.validate(app.swagger() as Record<string, unknown>)
  const description = validator.resolveRefs() as {
    paths: Record<
      string,
      Record<string, { responses: Record<string, { content?: Record<string, { schema: object }> }> }>
    >
  }
  const ajv = new Ajv2020({ strict: false })
  return async (route, { token, body, headers = {} } = {}) => {
    const [method = '', url = ''] = route.split(' ')
    const answer = await app.inject({
      ...{ method: method as 'GET', url, headers: { ...headers, ...(token && bearer(token)) } },
      ...(body === undefined ? {} : { payload: body as object }),
    })
    const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? ''
    const json = /json$/.test(type) ? answer.json() : null
    const operation = operationOf(description.paths, method, url)
    const schema = operation?.responses[answer.statusCode]?.content?.[type]?.schema
    if (operation !== undefined) {
      if (schema === undefined)
        throw new Error(
          `${route} answered ${answer.statusCode} ${type}, which its description lacks: ${answer.body}`,
        )
      if (json !== null && !ajv.validate(schema, json))
        throw new Error(`${route}: ${ajv.errorsText()} in ${answer.body}`)
    }
    return { status: answer.statusCode, body: json, text: answer.body, headers: answer.headers }
  }
}

function operationOf<T>(
  paths: Record<string, Record<string, T>>,
  method: string,
  url: string,
): T | undefined {
  const path = (url.split('?')[0] ?? '').replace(/\/{2,}/g, '/')
  const found = Object.entries(paths).find(([template]) =>
    new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  )
  return found?.[1][method.toLowerCase()]
}
