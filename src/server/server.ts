import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { createApp } from './app.ts'
import type { ServerContext } from './context.ts'

/** A server that listens. */
export interface ApiServer {
  /** Such as `http://127.0.0.1:8790`. */
  readonly url: string
  /** Ends streams and connections, and answers what was asked already. */
  close(): Promise<void>
}

/**
 * Serves the API, health and metrics in this thread.
 *
 * @throws ChainscreenError `failure` where the port is taken, or the address is not this machine's.
 */
export async function startServer(context: ServerContext): Promise<ApiServer> {
  const { host, port, limits } = context.settings
  const app = await createApp(context)
  app.server.maxConnections = limits.connections
  try {
    return { url: await app.listen({ host, port }), close: () => app.close() }
  } catch (cause) {
    await app.close()
    throw new ChainscreenError(
      'failure',
      `The server can't listen at ${host}:${port} (${messageOf(cause)}): change \`server.listen\`, or end what listens there.`,
      { cause },
    )
  }
}
