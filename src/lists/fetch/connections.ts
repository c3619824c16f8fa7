import { type Dispatcher, EnvHttpProxyAgent } from 'undici'
import type { Patience } from './types.ts'

/** Connections for one update of one list, through the proxy that the environment names (HTTPS_PROXY, HTTP_PROXY, NO_PROXY). */
export function openConnections({ idleMs }: Patience): Dispatcher {
  return new EnvHttpProxyAgent({
    connect: { timeout: idleMs },
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
  })
}
