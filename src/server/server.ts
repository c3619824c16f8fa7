import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { pause } from '../lifecycle/loop.ts'
import { createApp } from './app.ts'
import type { App, ServerContext } from './context.ts'

/** A server that listens. */
export interface ApiServer {
  /** Such as `http://127.0.0.1:8790`. */
  readonly url: string
  /** Ends streams and connections, and answers what was asked already, within {@link closing}. */
  close(): Promise<void>
}

/** How long answers that are under way have when a server closes, in milliseconds. Tests shorten it. */
export const closing = { longestMs: 5_000 }

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
    return { url: await app.listen({ host, port }), close: () => closeWithin(app, closing.longestMs) }
  } catch (cause) {
    await app.close()
    throw new ChainscreenError(
      'failure',
      `The server can't listen at ${host}:${port} (${messageOf(cause)}): change \`server.listen\`, or end what listens there.`,
      { cause },
    )
  }
}

async function closeWithin(app: App, longestMs: number): Promise<void> {
  const closed = new AbortController()
  const cut = pause(longestMs, closed.signal, { ref: false }).then(() => app.server.closeAllConnections())
  await app.close()
  closed.abort()
  await cut
}
