import { randomBytes } from 'node:crypto'
import type { Scope } from '../config/server.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import {
  findToken,
  insertToken,
  isValid,
  readTokens,
  revokeToken,
  type Token,
  tokenHash,
} from '../ledger/tokens.ts'
import { isoMoment } from '../time/moments.ts'
import { checkedAct, checkedWords } from './act.ts'
import { isSamePerson } from './same-person.ts'

export interface NewToken {
  name: string
  scopes: readonly Scope[]
  /** `null`: a service. */
  person: string | null
  /** A day or a moment; from then on the token is refused. */
  expires: string | null
}

/** A token that was just made: the only time it is shown. */
export interface MadeToken {
  name: string
  token: string
  scopes: readonly Scope[]
  /** ISO-8601. */
  expires: string | null
}

/**
 * Makes a token, and stores its SHA-256 alone.
 *
 * @throws ChainscreenError `usage` for a name that is taken, a service that is called like a person (what they do would look alike),
 * an expiry that has passed, no scope, and words that must not be stored.
 */
export function addToken(db: Db, { name, scopes, person, expires }: NewToken, by: Act): MadeToken {
  const act = checkedAct(by)
  const words = checkedName('name', name)
  const who = person === null ? null : checkedName('person', person)
  if (scopes.length === 0) throw usage('No scope was given: the token could do nothing.')
  const expiresAt = expires === null ? null : momentAfter(expires, act.at)
  const token = `chainscreen_${randomBytes(32).toString('base64url')}`
  return inTransaction(db, () => {
    refuseTaken(db, words, who)
    const unique = [...new Set(scopes)]
    const row = { name: words, scopes: unique, person: who, createdAt: act.at, expiresAt }
    insertToken(db, { ...row, hash: tokenHash(token) })
    writeAudit(db, act, 'token.added', words, { scopes: unique, person: who, expiresAt })
    return { name: words, token, scopes: unique, expires: expiresAt }
  })
}

/** Revokes the token of a name: it is refused from now on. @throws ChainscreenError `usage` where there is none. */
export function revoke(db: Db, name: string, by: Act): void {
  const act = checkedAct(by)
  inTransaction(db, () => {
    if (!revokeToken(db, name.trim(), act.at))
      throw usage('No token of that name is valid: `chainscreen tokens list` shows all.')
    writeAudit(db, act, 'token.revoked', name.trim())
  })
}

/**
 * The person whose token this is.
 *
 * @throws ChainscreenError `usage` for one that is not known, has expired or was revoked, or belongs to a service. It is not repeated.
 */
export function personOfToken(db: Db, token: string, at: string): string {
  const known = findToken(db, tokenHash(token.trim()))
  if (known === undefined || !isValid(known, at))
    throw usage(
      'CHAINSCREEN_TOKEN holds no valid token (not shown): it is not known here, has expired or was revoked.',
    )
  if (known.person === null)
    throw usage(`CHAINSCREEN_TOKEN belongs to the service ${known.name}; expected the token of a person.`)
  return known.person
}

/** Names are the actors of the record: none may stand for two. */
function refuseTaken(db: Db, name: string, person: string | null): void {
  const tokens = readTokens(db)
  if (tokens.some((token) => token.name === name && token.revokedAt === null))
    throw usage(`There is a token named ${name}: choose another name, or revoke that one first.`)
  const service = person === null ? name : null
  const clash = tokens.find(
    (token) => isSame(service, token.person) || (token.person === null && isSame(token.name, person)),
  )
  if (clash === undefined) return
  throw usage(
    person === null
      ? `${name} is a person of token ${clash.name}: a service needs another name, or what both do would look alike.`
      : `${person} is the name of a service: what both do would look alike.`,
  )
}

function isSame(one: Token['person'], other: Token['person']): boolean {
  return one !== null && other !== null && isSamePerson(one, other)
}

function checkedName(field: 'name' | 'person', text: string): string {
  const words = checkedWords(field, text)
  if (/^[\p{L}\p{N}][\p{L}\p{N} ._@+-]*$/u.test(words)) return words
  throw usage(`--${field} is no name; expected letters, digits, spaces and . _ @ + -`)
}

function momentAfter(text: string, at: string): string {
  const moment = isoMoment(text)
  if (moment === null) throw usage(`--expires ${text} is no date; expected one such as 2027-01-31.`)
  if (moment > at) return moment
  throw usage(`--expires ${text} has passed.`)
}

const usage = (message: string) => new ChainscreenError('usage', message)
