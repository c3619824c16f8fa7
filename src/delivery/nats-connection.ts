import { AsyncLocalStorage } from 'node:async_hooks'
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { resolve } from 'node:path'
import {
  AuthorizationError,
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  type NatsConnection,
  TimeoutError,
} from '@nats-io/transport-node'
import { messageOf } from '../diagnostics/errors.ts'
import { describeTransportError, transportCode } from '../network/transport-errors.ts'
import { Redactor } from '../privacy/redactor.ts'

/** Where NATS is, and as whom it is asked. */
export interface NatsPlace {
  /** `nats://HOST:PORT`, or `tls://HOST:PORT`, without a login. */
  servers: readonly string[]
  user?: string | undefined
  password?: string | undefined
  token?: string | undefined
  /** The text of a `.creds` file. */
  creds?: string | undefined
  /** Present: TLS, or no connection. Absolute paths, read again for each connection. */
  tls?:
    | { caFile?: string | undefined; certFile?: string | undefined; keyFile?: string | undefined }
    | undefined
}

export interface NatsLink {
  connection: NatsConnection
  /** Ends the connection at once, with all that waits for an answer. */
  cut(): void
}

const connectMs = 10_000
/** A connection that is dead is found out within two of these. */
const pingMs = 20_000

/** Of the connection that is worked for; `undefined` until there is a first one, so that a program without NATS is left as it is. */
let installed: AsyncLocalStorage<Socket[]> | undefined

/**
 * The sockets of a connection. The client leaves one open where a server accepts it and says nothing, and no signal ends it sooner:
 * so they are noted as they are made (https://nodejs.org/docs/latest-v20.x/api/diagnostics_channel.html#net), and destroyed here.
 *
 * The client prints what is no NATS, as the server wrote it, to standard output, where events may be read as lines. What it prints is
 * known by the connection that it is printed for.
 */
function install(): AsyncLocalStorage<Socket[]> {
  const socketsOf = new AsyncLocalStorage<Socket[]>()
  subscribe('net.client.socket', (message) =>
    socketsOf.getStore()?.push((message as { socket: Socket }).socket),
  )
  const print = console.log
  console.log = (...words: unknown[]) => {
    if (socketsOf.getStore() === undefined) print(...words)
  }
  return socketsOf
}

/**
 * Connects to the first server that answers. It connects once: who sends again, and when, is decided by the round of delivery.
 *
 * @throws Error with the reason of each server, without a secret.
 */
export async function connectNats(place: NatsPlace, signal: AbortSignal): Promise<NatsLink> {
  const failures: string[] = []
  for (const server of place.servers) {
    if (signal.aborted) break
    try {
      return await connectTo(server, place, signal)
    } catch (error) {
      failures.push(`${server} ${natsProblem(error, place)}`)
    }
  }
  throw new Error(failures.join('; '))
}

async function connectTo(server: string, place: NatsPlace, signal: AbortSignal): Promise<NatsLink> {
  const sockets: Socket[] = []
  const destroy = () => {
    for (const socket of sockets) socket.destroy()
  }
  signal.addEventListener('abort', destroy, { once: true })
  installed ??= install()
  try {
    const connection = await installed.run(sockets, () => connect(optionsOf(server, place)))
    const cut = () => {
      signal.removeEventListener('abort', destroy)
      connection.close().catch(() => {})
      destroy()
    }
    // There was no socket to destroy yet, such as during the look-up of the name.
    if (signal.aborted) {
      cut()
      throw new Error('was stopped while it connected')
    }
    return { connection, cut }
  } catch (error) {
    signal.removeEventListener('abort', destroy)
    destroy()
    throw error
  }
}

/** What the client passes on to `tls.connect`. */
type TlsOptions = NonNullable<ConnectionOptions['tls']> & { host: string }

function optionsOf(server: string, { user, password, token, creds, tls }: NatsPlace): ConnectionOptions {
  const { protocol, hostname } = new URL(server)
  // Without the host, the certificate of a server that is named by its IP address would have to be for "localhost".
  const tlsOptions: TlsOptions = { host: hostname.replace(/^\[|\]$/g, ''), ...given(tls ?? {}) }
  return {
    ...{ servers: [server], name: 'chainscreen', timeout: connectMs, pingInterval: pingMs },
    ...{ reconnect: false, ignoreClusterUpdates: true, noAsyncTraces: true },
    ...(user !== undefined && password !== undefined && { user, pass: password }),
    ...(token !== undefined && { token }),
    ...(creds !== undefined && { authenticator: credsAuthenticator(Buffer.from(`${creds}\n`)) }),
    ...((tls !== undefined || protocol === 'tls:') && { tls: tlsOptions }),
  }
}

function given(files: NonNullable<NatsPlace['tls']>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** What went wrong with NATS, to follow the name of who was asked, without a secret and without a path of the machine. */
export function natsProblem(error: unknown, place: NatsPlace): string {
  if (error instanceof TimeoutError) return 'did not answer in time'
  if (error instanceof AuthorizationError) return 'refuses the credentials'
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (transportCode(cause) !== '') return describeTransportError(cause)
  // What the client says of a connection that was closed before there was a word: it has no code.
  if (/undefined error$/.test(messageOf(error))) return 'closed the connection'
  return `fails: ${redactorOf(place).quote(withoutPaths(messageOf(error), place))}`
}

/** Files of TLS by their keys. The longest path first: another may be its beginning. */
function withoutPaths(text: string, { tls }: NatsPlace): string {
  return Object.entries(given(tls ?? {}))
    .map(([key, file]) => [key, resolve(file)] as const)
    .sort(([, one], [, other]) => other.length - one.length)
    .reduce((rest, [key, path]) => rest.replaceAll(path, key), text)
}

function redactorOf({ user = '', password, token, creds }: NatsPlace): Redactor {
  const redactor = new Redactor('node')
  if (password !== undefined) redactor.addLogin(user, password)
  if (token !== undefined) redactor.addLogin('', token)
  for (const line of creds?.split('\n') ?? [])
    if (/^[\w.-]{20,}$/.test(line.trim())) redactor.addLogin('', line.trim())
  return redactor
}
