/** Codes of Node.js (errno) and undici (docs/docs/api/Errors.md) for what can go wrong below HTTP. */
const descriptions: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses connections: it does not run, or this is not its RPC port',
  ENOTFOUND: 'has a host name that does not resolve',
  EAI_AGAIN: 'has a host name that does not resolve at the moment',
  EHOSTUNREACH: 'is on a host that cannot be reached',
  ENETUNREACH: 'is on a network that cannot be reached',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not accept a connection in time',
  UND_ERR_HEADERS_TIMEOUT: 'did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'stopped in the middle of an answer',
}

const lostCodes = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])

/** The connection was closed under a request: the node was restarted, or dropped an idle connection as we took it. */
export function isLostConnection(error: unknown): boolean {
  return lostCodes.has(codeOf(error))
}

/** What happened, to follow "The node at …". Says nothing of paths or credentials. */
export function describeTransportError(error: unknown): string {
  const code = codeOf(error)
  if (lostCodes.has(code)) return 'closed the connection before its answer was complete'
  return descriptions[code] ?? `could not be asked (${code === '' ? 'unknown error' : code})`
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}
