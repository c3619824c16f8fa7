import { createHash } from 'node:crypto'
import type { Scope } from '../config/server.ts'
import { all, type Db, one, run } from './database.ts'

/** A token of the API, without the token. */
export interface Token {
  id: number
  name: string
  scopes: readonly Scope[]
  /** `null`: a service. */
  person: string | null
  createdAt: string
  /** From then on it is refused, ISO-8601. */
  expiresAt: string | null
  revokedAt: string | null
}

type TokenRow = Omit<Token, 'scopes'> & { scopes: string }

const columns =
  'id, name, scopes, person, created_at as createdAt, expires_at as expiresAt, revoked_at as revokedAt'

const parsed = (row: TokenRow): Token => ({ ...row, scopes: JSON.parse(row.scopes) as Scope[] })

/** What is stored of a token: SHA-256, in hex. A token has 256 random bits, so nobody finds it by trying. */
export function tokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** The token with a hash, whatever became of it. */
export function findToken(db: Db, hash: string): Token | undefined {
  const row = one<TokenRow>(db, `select ${columns} from tokens where hash = ?`, hash)
  return row && parsed(row)
}

/** Whether a token is good now. @param at now, ISO-8601. */
export function isValid({ revokedAt, expiresAt }: Token, at: string): boolean {
  return revokedAt === null && (expiresAt === null || at < expiresAt)
}

/** All tokens, by name; revoked ones too. */
export function readTokens(db: Db): Token[] {
  return all<TokenRow>(db, `select ${columns} from tokens order by name, id`).map(parsed)
}

/** Inside a transaction. */
export function insertToken(db: Db, token: Omit<Token, 'id' | 'revokedAt'> & { hash: string }): void {
  run(
    db,
    'insert into tokens (name, hash, scopes, person, created_at, expires_at) values (?, ?, ?, ?, ?, ?)',
    ...[token.name, token.hash, JSON.stringify(token.scopes), token.person, token.createdAt, token.expiresAt],
  )
}

/** Inside a transaction. @returns whether there was one that was not revoked. */
export function revokeToken(db: Db, name: string, at: string): boolean {
  return (
    run(db, 'update tokens set revoked_at = ? where name = ? and revoked_at is null', at, name).changes > 0
  )
}
