import { isUtf8 } from 'node:buffer'
import { timingSafeEqual } from 'node:crypto'
import proxyAddress from '@fastify/proxy-addr'
import type { FastifyRequest } from 'fastify'
import type { Scope } from '../config/server.ts'
import { tokenHash } from '../ledger/tokens.ts'
import type { Caller } from './callers.ts'
import type { ServerSettings } from './context.ts'

/** Carries what only the proxy and this server know. */
const secretHeader = 'x-chainscreen-proxy-secret'

export type SsoReader = (request: FastifyRequest) => Caller | null

/**
 * Reads whom a company's single sign-on names. The headers count only from the proxy's address, and with its secret; they are
 * taken out of every request, whoever sent it.
 */
export function ssoReader(sso: ServerSettings['sso']): SsoReader {
  if (sso === null) return () => null
  const isTrusted = proxyAddress.compile([...sso.trustedProxies])
  const secret = Buffer.from(sso.secretHash)
  return ({ headers, socket }) => {
    const [given, user, groups] = [secretHeader, sso.userHeader, sso.groupsHeader ?? ''].map((name) => {
      const value = headers[name]
      delete headers[name]
      return typeof value === 'string' ? textOf(value).trim() : ''
    }) as [string, string, string]
    if (user === '' || !isTrusted(socket.remoteAddress ?? '', 0)) return null
    if (!timingSafeEqual(Buffer.from(tokenHash(given)), secret)) return null
    const scopes = new Set<Scope>([
      ...scopesOf(sso.users, user),
      ...groups.split(',').flatMap((group) => scopesOf(sso.groups, group.trim())),
    ])
    return { actor: user, isService: false, scopes, by: 'sso', tokenHash: null }
  }
}

/** Node reads headers as Latin-1, and proxies write names in UTF-8: one person would have two names. */
function textOf(header: string): string {
  const bytes = Buffer.from(header, 'latin1')
  return isUtf8(bytes) ? bytes.toString('utf8') : header
}

function scopesOf(known: Readonly<Record<string, readonly Scope[]>>, name: string): readonly Scope[] {
  return Object.hasOwn(known, name) ? (known[name] ?? []) : []
}
