import { onTestFinished } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import type { Scope } from '../../src/config/server.ts'
import type { Db } from '../../src/ledger/database.ts'
import { addToken } from '../../src/operations/tokens.ts'
import { createApp } from '../../src/server/app.ts'
import { type App, type ServerContext, serverSettings } from '../../src/server/context.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { rememberingLog } from '../lists/remembering-log.ts'

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
    ...{ db, settings, lines, log, conditions: () => [], isStarted: () => true, now: () => start },
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
