import { randomUUID } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import fastify, { type FastifyRequest } from 'fastify'
import { validatorCompiler } from 'fastify-type-provider-zod'
import { isLoopback, type Scope } from '../config/server.ts'
import { type Caller, callerReader, demandScope } from './callers.ts'
import { cleaned } from './cleaned.ts'
import type { App, ServerContext } from './context.ts'
import { errorHandler } from './errors.ts'
import { describeApi } from './openapi.ts'
import { ProblemError, sendProblem } from './problem.ts'
import { routes } from './routes/routes.ts'
import { refuseUnreadable } from './unreadable.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller needs. `public`: nothing. `bare`: nothing, and the route says more to who has `read`. */
    scope?: Scope | 'public' | 'bare'
    /** Whether the token may come as user and password. */
    takesBasic?: boolean
    /** Of a GET: it writes something all the same. */
    writes?: boolean
  }
  interface FastifyRequest {
    /** Who asks; `null` where nobody said. */
    caller: Caller | null
  }
}

/** In bytes; routes that take more say so. */
const bodyLimit = 64 * 1024

/**
 * The API: all its routes, with who may ask and how much. It listens nowhere yet: `inject` asks it, `startServer` serves it.
 *
 * @throws Error for a route that does not say which scope it needs.
 */
export async function createApp(context: ServerContext): Promise<App> {
  const { settings } = context
  const app: App = fastify({
    bodyLimit,
    // Who is being answered is heard to the end: see `startServer`.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    requestTimeout: 15_000,
    keepAliveTimeout: 30_000,
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 },
    clientErrorHandler: refuseUnreadable,
    genReqId: () => randomUUID(),
    trustProxy: settings.sso === null ? false : [...settings.sso.trustedProxies],
    exposeHeadRoutes: false,
    // What is refused before a route is looked for: a path that can't be read.
    frameworkErrors: (_error, request, reply) =>
      void sendProblem(
        request,
        reply,
        new ProblemError('not-found', 'There is no such route: /openapi.json has all.'),
      ),
    routerOptions: { maxParamLength: 200, ignoreDuplicateSlashes: true },
  }).withTypeProvider()
  app.removeContentTypeParser('text/plain')
  app.setValidatorCompiler(validatorCompiler)
  // What is sent is made of known columns; tests hold it against the schemas.
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(errorHandler(context.log))
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      request,
      reply,
      new ProblemError('not-found', 'There is no such route: /openapi.json has all.'),
    ),
  )
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.scope === undefined) throw new Error(`the route ${url} does not say which scope it needs`)
  })
  app.decorateRequest('caller', null)
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  app.addHook('onSend', async (request, reply, payload) => {
    reply.headers({ 'x-request-id': request.id, 'x-content-type-options': 'nosniff' })
    // One that is kept open would hold up the end.
    if (isClosing) reply.header('connection', 'close')
    return typeof payload === 'string' ? cleaned(context.db, payload) : payload
  })
  await app.register(rateLimit, { global: false })
  guard(app, context)
  await describeApi(app)
  for (const add of routes) add(app, context)
  await app.ready()
  return app
}

/** Decides for every request whether it may go on: who asks, how often, with which scope, from which site. */
function guard(app: App, context: ServerContext): void {
  const { limits } = context.settings
  const read = callerReader(context)
  const asked = app.createRateLimit({
    max: limits.requestsPerSecond,
    timeWindow: 1_000,
    keyGenerator: (request) => request.caller?.tokenHash ?? request.caller?.actor ?? request.ip,
  })
  const refused = app.createRateLimit({ max: limits.refusalsPerMinute, timeWindow: 60_000 })
  app.addHook('onRequest', async (request) => {
    demandHost(request, context)
    const { scope = 'public', takesBasic = false, writes = false } = request.routeOptions.config
    if (scope === 'public') return
    try {
      request.caller = read(request, takesBasic)
      if (scope !== 'bare') demandScope(request.caller, scope)
    } catch (error) {
      // What is refused counts too: for who has no token by address, else as any other request of the token.
      await count(request.caller === null ? refused : asked, request)
      if (scope !== 'bare') throw error
    }
    await count(asked, request)
    if (request.caller?.by === 'sso' && (request.method !== 'GET' || writes)) demandOwnOrigin(request)
  })
}

async function count(limit: ReturnType<App['createRateLimit']>, request: FastifyRequest): Promise<void> {
  const result = await limit(request)
  if (result.isAllowed || !result.isExceeded) return
  const seconds = String(Math.max(1, Math.ceil(result.ttl / 1000)))
  throw new ProblemError('too-many-requests', `Too many requests: try again in ${seconds} s.`, {
    headers: { 'retry-after': seconds },
  })
}

/** Names of this machine, for a server that nobody else can reach. */
const ownNames = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i

/**
 * A page of another site can have its own name lead to this machine (DNS rebinding), and then read what is answered here without a
 * token. Its browser says the name: what says none is no browser.
 *
 * @throws ProblemError `wrong-host`
 */
function demandHost({ headers }: FastifyRequest, { settings }: ServerContext): void {
  // Not `request.host`: any page may send `X-Forwarded-Host`.
  const { host } = headers
  if (host === undefined || !isLoopback(settings.host) || ownNames.test(host)) return
  const name = host.replace(/:\d{1,5}$/, '').toLowerCase()
  if (settings.hosts.includes(name)) return
  throw new ProblemError(
    'wrong-host',
    'This server listens on loopback, and does not know this name of it: `server.hosts` has those it is asked by.',
  )
}

/**
 * A browser sends what signs a person in along with requests of other sites. It says which site with every request that changes
 * something, and with a GET whether the site is the same.
 *
 * @throws ProblemError `cross-origin`
 */
function demandOwnOrigin({ headers, host, protocol, method }: FastifyRequest): void {
  if (headers.origin === `${protocol}://${host}`) return
  if (method === 'GET' && headers.origin === undefined && headers['sec-fetch-site'] === 'same-origin') return
  throw new ProblemError(
    'cross-origin',
    'After single sign-on, a request that changes something needs an `Origin` of this server.',
  )
}
