import { errors } from 'undici'

const closed = 'closed the connection before its answer was complete'

/** Codes of Node.js (errno) and undici (docs/docs/api/Errors.md) for what goes wrong below HTTP. */
const descriptions: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections',
  ECONNRESET: closed,
  EPIPE: closed,
  UND_ERR_SOCKET: closed,
  ENOTFOUND: 'has a host name that does not resolve',
  EAI_AGAIN: 'has a host name that does not resolve at the moment',
  EHOSTUNREACH: 'is on a host that cannot be reached',
  ENETUNREACH: 'is on a network that cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of its answer',
  UND_ERR_PRX_TLS: 'shows a certificate for another name',
}

/** Of these, what happens before there is a connection. */
const connecting = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
  'UND_ERR_PRX_TLS',
])

/** What happened, to follow the name of who was asked. Says nothing of paths or credentials. */
export function describeTransportError(error: unknown): string {
  if (error instanceof errors.HTTPParserError) return 'sent no valid HTTP'
  const code = transportCode(error)
  return descriptions[code] ?? `could not be asked (${code === '' ? 'unknown error' : code})`
}

/** The connection was closed under a request: a restart, or an idle connection that was dropped as it was taken. */
export function isLostConnection(error: unknown): boolean {
  return descriptions[transportCode(error)] === closed
}

/** There was no connection yet: with a proxy, such an error is about the proxy. */
export function isConnecting(error: unknown): boolean {
  return connecting.has(transportCode(error))
}

/** A certificate that is wrong now is wrong in a minute. */
export function isCertificateError(error: unknown): boolean {
  return /^(CERT_|ERR_TLS|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|UND_ERR_PRX_TLS)/.test(transportCode(error))
}

/** The code of an error of Node.js or undici, such as `ECONNREFUSED`; empty where it has none. */
export function transportCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
