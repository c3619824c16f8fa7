import { createHash, timingSafeEqual } from 'node:crypto'
import fastify, { type FastifyRequest } from 'fastify'
import { withoutPrivateKeys } from '../address/secret.ts'
import type { ChainConditions } from '../chains/watchdog.ts'
import type { Config, ServerConfig } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { Db } from '../ledger/database.ts'
import { readHealth } from './health.ts'
import { renderMetrics } from './metrics.ts'

/** A server that listens. */
export interface HealthServer {
  /** Such as `http://127.0.0.1:8790`. */
  readonly url: string
  close(): Promise<void>
}

/** What the server tells of. */
export interface Told {
  db: Db
  config: Pick<Config, 'lists' | 'chains' | 'canary'>
  conditions: ChainConditions
  /** Now, ISO-8601. */
  now: () => string
}

/**
 * Serves `/health` (JSON; 200, or 503 with what is wrong) and `/metrics` (Prometheus), and nothing else. With a token
 * all but the bare status of `/health` wants it.
 *
 * @throws ChainscreenError `failure` where the port is taken, or the address is not this machine's.
 */
export async function startServer(config: ServerConfig, told: Told): Promise<HealthServer> {
  const { db, conditions, now } = told
  const server = fastify({ bodyLimit: 1_024, forceCloseConnections: true, requestTimeout: 10_000 })
  const may = (request: FastifyRequest) => config.token === null || bears(request, config.token)

  server.addHook('onSend', async (_request, _reply, payload) =>
    typeof payload === 'string' ? withoutPrivateKeys(payload) : payload,
  )

  server.get('/health', (request, reply) => {
    const health = readHealth(db, told.config, conditions.all(), now())
    const answer = may(request) ? health : { healthy: health.healthy }
    return reply.code(health.healthy ? 200 : 503).send(answer)
  })
  server.get('/metrics', async (request, reply) => {
    if (!may(request))
      return reply.code(401).header('www-authenticate', 'Bearer').send('a token is required\n')
    const text = await renderMetrics(db, readHealth(db, told.config, conditions.all(), now()))
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text)
  })

  try {
    return {
      url: await server.listen({ host: config.host, port: config.port }),
      close: () => server.close(),
    }
  } catch (cause) {
    throw new ChainscreenError(
      'failure',
      `The server can't listen at ${config.host}:${config.port} (${messageOf(cause)}): change \`server.listen\`, or end what listens there.`,
      { cause },
    )
  }
}

/** Compared by hash, so that the time it takes tells nothing. */
function bears({ headers }: FastifyRequest, token: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(headers.authorization ?? ''), hash(`Bearer ${token}`))
}
