import { Socket } from 'node:net'
import pg from 'pg'
import { pause } from '../lifecycle/loop.ts'
import { Redactor } from '../privacy/redactor.ts'
import { postgresError } from './errors.ts'

/** A connection to PostgreSQL. Values come as text, as PostgreSQL writes them; a row is an array in the order of its columns. */
export interface Postgres {
  /** Scheme, host and database, safe to print. */
  readonly place: string
  /** @throws ChainscreenError `postgres-unreachable`, `postgres-refused`; `aborted` on the signal. */
  query(text: string, values?: readonly (string | null)[]): Promise<PostgresRows>
  /** Whether the connection is known to have ended: the server, or a pooler, ends one that idles. */
  isClosed(): boolean
  /** Never throws, and takes two seconds at most. */
  close(): Promise<void>
}

export interface PostgresRows {
  columns: readonly string[]
  rows: (string | null)[][]
}

export interface ConnectOptions {
  signal?: AbortSignal | undefined
  /** How long connecting may take. Default 10 s. */
  connectMs?: number
  /** How long one statement may take, on both sides. Default 5 minutes. */
  statementMs?: number
  /** How long the server may take to part. Default 2 s. */
  closeMs?: number
}

/**
 * Connects. An answer that does not come ends with an error in any case: of a connection that is dead nobody else tells.
 *
 * @param url `postgres://…`, with a login. It stands in no error.
 * @throws ChainscreenError as {@link Postgres.query}.
 */
export async function connectPostgres(url: string, options: ConnectOptions = {}): Promise<Postgres> {
  const { signal, connectMs = 10_000, statementMs = 300_000, closeMs = 2_000 } = options
  const redactor = redactorOf(url)
  const place = placeOf(url)
  const failed = (error: unknown) =>
    postgresError(error, { place, redactor, isAborted: signal?.aborted === true })
  // A socket that is destroyed before it connects comes to life again when it does.
  if (signal?.aborted) throw failed(signal.reason)
  const socket = new Socket()
  let client: pg.Client
  try {
    client = new pg.Client({
      connectionString: url,
      application_name: 'chainscreen',
      connectionTimeoutMillis: connectMs,
      statement_timeout: statementMs,
      query_timeout: statementMs + 10_000,
      keepAlive: true,
      stream: () => socket,
      types: { getTypeParser: () => (value: unknown) => value },
    })
  } catch (error) {
    throw failed(error)
  }
  let isClosed = false
  const noteClosed = () => {
    isClosed = true
  }
  // Without a listener, a connection that breaks between two queries would end the process. The next query fails.
  client.on('error', noteClosed)
  client.on('end', noteClosed)
  let abort = () => {}
  const interrupted = new Promise<never>((_, reject) => {
    abort = () => {
      socket.destroy()
      reject(new Error('interrupted'))
    }
  })
  interrupted.catch(() => {})
  signal?.addEventListener('abort', abort, { once: true })
  const close = async () => {
    signal?.removeEventListener('abort', abort)
    // A server that is gone says no goodbye.
    const parted = new AbortController()
    const ended = client.end().catch(() => {})
    await Promise.race([ended, interrupted.catch(() => {}), pause(closeMs, parted.signal)])
    parted.abort()
    socket.destroy()
  }
  try {
    await Promise.race([client.connect(), interrupted])
  } catch (error) {
    socket.destroy()
    await close()
    throw failed(error)
  }
  return {
    place,
    isClosed: () => isClosed,
    close,
    async query(text, values = []) {
      try {
        const answered = await client.query<(string | null)[]>({
          ...{ text, values: [...values], rowMode: 'array' },
        })
        // Of several statements, which take no values, each has an answer.
        const { fields, rows } = (Array.isArray(answered) ? answered.at(-1) : answered) as typeof answered
        return { columns: fields.map(({ name }) => name), rows }
      } catch (error) {
        throw failed(error)
      }
    },
  }
}

/** `postgres://127.0.0.1:5432/exchange`: what tells two databases apart, without the login and without parameters. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `postgres://${host}${pathname}`
}

/** Knows the login, also where it is given as a parameter. The name of a database is no secret. */
function redactorOf(url: string): Redactor {
  const redactor = new Redactor('node')
  const { username, password, searchParams } = new URL(url)
  const logins = [
    [username, password],
    [searchParams.get('user') ?? '', searchParams.get('password') ?? ''],
  ] as const
  for (const [user, secret] of logins) if (user + secret !== '') redactor.addLogin(user, secret)
  return redactor
}
