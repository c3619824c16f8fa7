import type { FastifyRequest } from 'fastify'
import type { Scope } from '../config/server.ts'
import type { Act } from '../ledger/audit.ts'
import { findToken, isValid, tokenHash } from '../ledger/tokens.ts'
import type { ServerContext } from './context.ts'
import { ProblemError } from './problem.ts'
import { type SsoReader, ssoReader } from './sso.ts'

/** Who asks. */
export interface Caller {
  /** A person, or the name of a service: who the record says did it. */
  actor: string
  isService: boolean
  scopes: ReadonlySet<Scope>
  /** `token`: sent by a program. `sso`: a browser sends it along, so that writes need an origin of this server. */
  by: 'token' | 'sso'
  /** Of a stored token: streams end when it is revoked or expires. */
  tokenHash: string | null
}

/** Says who sent a request. @returns `null` where it has nothing that says so. @throws ProblemError `token-required` */
export type CallerReader = (request: FastifyRequest, takesBasic: boolean) => Caller | null

const challenge = { headers: { 'www-authenticate': 'Bearer realm="chainscreen"' } }

export function callerReader(context: ServerContext): CallerReader {
  const sso: SsoReader = ssoReader(context.settings.sso)
  return (request, takesBasic) => {
    const person = sso(request)
    const token = tokenIn(request, takesBasic)
    if (token !== null) return callerOfToken(context, token)
    return person
  }
}

/** Who a token belongs to, as long as it is valid. */
export function callerOfHash({ db, settings, now }: ServerContext, hash: string): Caller | null {
  if (settings.tokenHash !== null && hash === settings.tokenHash) {
    const scopes = new Set<Scope>(['read'])
    return { actor: 'server.token', isService: true, scopes, by: 'token', tokenHash: null }
  }
  const token = findToken(db, hash)
  if (token === undefined || !isValid(token, now())) return null
  return {
    actor: token.person ?? token.name,
    isService: token.person === null,
    scopes: new Set(token.scopes),
    by: 'token',
    tokenHash: hash,
  }
}

function callerOfToken(context: ServerContext, token: string): Caller {
  // By hash, so that the time it takes tells nothing of the token.
  const caller = callerOfHash(context, tokenHash(token))
  if (caller !== null) return caller
  throw new ProblemError('token-required', 'The token is not known, has expired or was revoked.', challenge)
}

/** @throws ProblemError for two tokens, or a header of another kind. */
function tokenIn({ headers }: FastifyRequest, takesBasic: boolean): string | null {
  const { authorization } = headers
  const key = headers['x-api-key']
  if (authorization !== undefined && key !== undefined)
    throw new ProblemError(
      'token-required',
      'Expected one of Authorization and X-API-Key, not both.',
      challenge,
    )
  if (typeof key === 'string') return key
  if (authorization === undefined) return null
  const [, scheme = '', value = ''] = /^(\S+) +(\S+) *$/.exec(authorization) ?? []
  if (scheme.toLowerCase() === 'bearer') return value
  if (takesBasic && scheme.toLowerCase() === 'basic') return tokenOfBasic(value)
  throw new ProblemError(
    'token-required',
    'Expected `Authorization: Bearer TOKEN` or `X-API-Key: TOKEN`.',
    challenge,
  )
}

/** The token is user and password. */
function tokenOfBasic(value: string): string {
  const text = Buffer.from(value, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  const [user, password] = [text.slice(0, colon), text.slice(colon + 1)]
  if (colon > 0 && user === password) return user
  throw new ProblemError('token-required', 'Expected the token as user and as password.', challenge)
}

/** @throws ProblemError `token-required` for who says nothing, `scope-missing` for who may not. */
export function demandScope(caller: Caller | null, scope: Scope): Caller {
  if (caller === null)
    throw new ProblemError(
      'token-required',
      'Send a token as `Authorization: Bearer TOKEN`; `chainscreen tokens add` makes one.',
      challenge,
    )
  if (!caller.scopes.has(scope))
    throw new ProblemError('scope-missing', `The scope \`${scope}\` is needed here.`)
  return caller
}

/** What a caller does, for the record. */
export function actOf(
  request: FastifyRequest,
  at: string,
  note: string | null = null,
): Act & { isService: boolean } {
  const { caller } = request
  if (caller === null) throw new ProblemError('token-required', 'A token is required.', challenge)
  return { actor: caller.actor, isService: caller.isService, note, at }
}
