import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { UrlListConfig } from '../../src/config/lists.ts'
import type { Db } from '../../src/ledger/database.ts'
import type { DownloadPolicy } from '../../src/lists/fetch/types.ts'
import { type UpdateOutcome, updateList } from '../../src/lists/update-list.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'

/** What the server does with one request. */
export type Reply = (response: ServerResponse, request: IncomingMessage) => void

export interface ListServer {
  /** `http://127.0.0.1:PORT`. */
  origin: string
  host: string
  /** Of every request so far. */
  requests: { path: string; headers: IncomingHttpHeaders }[]
  /** What the next requests get, in order; the last one stays. */
  reply(...replies: Reply[]): void
}

/** A server of lists on loopback, which does as it is told. It ends with the test. */
export async function listServer(...replies: Reply[]): Promise<ListServer> {
  let queue = replies
  const requests: ListServer['requests'] = []
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    const next = queue.length > 1 ? queue.shift() : queue[0]
    next?.(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    origin: `http://${host}`,
    host,
    requests,
    reply: (...next) => {
      queue = next
    },
  }
}

/** An answer that is whole. */
export function answer(
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
  status = 200,
): Reply {
  return (response) => {
    response.writeHead(status, { 'content-length': String(Buffer.byteLength(body)), ...headers })
    response.end(body)
  }
}

/** An answer that ends before its time. */
export function cutShort(
  body: string | Buffer,
  at: number,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return (response) => {
    response.writeHead(200, { 'content-length': String(Buffer.byteLength(body)), ...headers })
    response.write(Buffer.from(body).subarray(0, at), () => response.socket?.end())
  }
}

/** The rest of a body, as asked for. */
export function rest(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Reply {
  return (response, request) => {
    const whole = Buffer.from(body)
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1])
    response.writeHead(206, {
      'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}`,
      'content-length': String(whole.length - from),
      ...headers,
    })
    response.end(whole.subarray(from))
  }
}

export const redirectTo =
  (location: string, status = 302): Reply =>
  (response) => {
    response.writeHead(status, { location }).end()
  }

/** Tests wait for nothing: what would take minutes takes moments. */
export const impatient: DownloadPolicy = { idleMs: 300, attempts: 3, firstMs: 1, longestMs: 1_000 }

/** A csv list of this many EVM addresses. */
export function csvList(count: number, subject = 'Party'): string {
  const rows = Array.from(
    { length: count },
    (_, index) => `0x${String(index + 1).padStart(40, '0')},${subject}`,
  )
  return ['address,subject', ...rows, ''].join('\n')
}

export function urlList(url: string, fields: Partial<UrlListConfig> = {}): UrlListConfig {
  return {
    ...{ id: 'l', format: 'csv', url, everyMs: 3_600_000, redirectHosts: [], maxBytes: 1_000_000 },
    ...{ timeoutMs: 10_000, maxAgeMs: 72 * 3_600_000, maxIssueAgeMs: null, guard: { maxRemoved: 0.05 } },
    ...fields,
  }
}

export interface Updating {
  db: Db
  folder: string
  list: UrlListConfig
  /** Updates the list at a moment of its own, each an hour after the one before. */
  update(fields?: Partial<UrlListConfig>, policy?: Partial<DownloadPolicy>): Promise<UpdateOutcome>
}

/** A database beside a server, with the server's list in its config. */
export function updating(server: ListServer, fields: Partial<UrlListConfig> = {}): Updating {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  const list = urlList(`${server.origin}/list`, fields)
  let hours = 0
  const update: Updating['update'] = (more = {}, policy = {}) => {
    const now = new Date(Date.UTC(2026, 0, 1, ++hours)).toISOString()
    return updateList(db, { ...list, ...more }, { now: () => now, policy: { ...impatient, ...policy } })
  }
  return { db, folder: join(dir, 'ledger.db.snapshots'), list, update }
}
