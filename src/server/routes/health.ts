import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isLoopback } from '../../config/server.ts'
import { one } from '../../ledger/database.ts'
import { demandScope } from '../callers.ts'
import type { App, ServerContext } from '../context.ts'
import { readHealth } from '../health.ts'
import { renderMetrics } from '../metrics.ts'
import { ProblemError } from '../problem.ts'
import { answers, type Routes } from './answers.ts'

const alive = z.object({ status: z.literal('alive') })
const ready = z.object({ status: z.literal('ready') })
const health = z
  .looseObject({ healthy: z.boolean(), problems: z.array(z.string()).optional() })
  .describe('Without a token of scope `read`: `healthy` alone.')

/** `/livez`, `/readyz`, `/health`, `/metrics`. */
export const healthRoutes: Routes = (app, context) => {
  app.get(
    '/livez',
    { config: { scope: 'public' }, schema: { summary: 'Alive', security: [], response: { 200: alive } } },
    async () => ({ status: 'alive' as const }),
  )
  app.get(
    '/readyz',
    {
      config: { scope: 'public' },
      schema: { summary: 'Able to answer', security: [], response: answers(ready, ['not-ready']) },
    },
    async () => {
      if (!context.isStarted()) throw notReady('The lists are not loaded yet.')
      if (!canRead(context)) throw notReady('The database can not be read.')
      return { status: 'ready' as const }
    },
  )
  app.get(
    '/health',
    {
      config: { scope: 'bare' },
      schema: { summary: 'What is wrong', response: { 200: health, 503: health } },
    },
    async (request, reply) => {
      const found = healthOf(context)
      reply.code(found.healthy ? 200 : 503)
      return mayRead(context, request) ? { ...found } : { healthy: found.healthy }
    },
  )
  addMetrics(app, context)
}

function addMetrics(app: App, context: ServerContext): void {
  app.get(
    '/metrics',
    {
      config: { scope: 'bare' },
      schema: {
        summary: 'Numbers for Prometheus',
        response: answers({ 'text/plain': z.string() }, ['token-required', 'scope-missing']),
      },
    },
    async (request, reply) => {
      if (!mayRead(context, request)) demandScope(request.caller, 'read')
      const text = await renderMetrics(context.db, healthOf(context))
      return reply.type('text/plain; version=0.0.4; charset=utf-8').serializer(String).send(text)
    },
  )
}

function healthOf({ db, settings, conditions, now }: ServerContext) {
  return readHealth(db, settings, conditions(), now())
}

/** Without a token, where only this machine can ask and the config has none: as version 0.1 did. */
function mayRead({ settings }: ServerContext, { caller }: FastifyRequest): boolean {
  const { host, tokenHash, sso } = settings
  return caller?.scopes.has('read') ?? (isLoopback(host) && tokenHash === null && sso === null)
}

function canRead({ db }: ServerContext): boolean {
  try {
    one(db, 'select 1 from meta limit 1')
    return true
  } catch {
    return false
  }
}

const notReady = (detail: string) =>
  new ProblemError('not-ready', detail, { headers: { 'retry-after': '1' } })
