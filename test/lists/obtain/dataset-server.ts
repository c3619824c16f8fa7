import { createHash } from 'node:crypto'
import type { UrlListConfig } from '../../../src/config/lists.ts'
import { updateList } from '../../../src/lists/update-list.ts'
import { freshLedger } from '../../ledger/fixtures.ts'
import { tempDir } from '../../temp.ts'
import { answer, impatient, type ListServer, listServer, type Reply, urlList } from '../list-server.ts'

/** A wallet of a dataset, as a line of its file. */
export function wallet(number: number, fields: Readonly<Record<string, unknown>> = {}): string {
  const id = String(number).padStart(4, '0')
  const properties = { publicKey: [`0x${id.padStart(40, '0')}`], topics: ['sanction'] }
  const entity = { id: `w-${id}`, caption: `Wallet ${id}`, schema: 'CryptoWallet', properties, ...fields }
  return JSON.stringify(entity)
}

/** Lines of wallets with these numbers, as a file. */
export function dataset(numbers: readonly number[]): string {
  return numbers.map((number) => `${wallet(number)}\n`).join('')
}

export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

export const change = (op: string, line: string) => `{"op":"${op}","entity":${line}}\n`

/** What a publisher has online. */
export interface Online {
  version: string
  entities: string
  /** By version, the newest last. */
  deltas: Readonly<Record<string, string>>
  /** In place of what is true. */
  index?: Readonly<Record<string, unknown>>
  /** In place of what is there, by path. */
  replies?: Readonly<Record<string, Reply>>
}

/** A publisher on loopback, with a ledger that follows its dataset. */
export async function publisher() {
  const server: ListServer = await listServer((response, request) => {
    const path = request.url ?? ''
    const reply = online.replies?.[path] ?? replies(server.origin, online)[path] ?? answer('none', {}, 404)
    reply(response, request)
  })
  let online: Online = { version: '20260101000000-aaa', entities: dataset(upTo(30)), deltas: {} }
  const db = freshLedger(`${tempDir()}/ledger.db`)
  const notes: string[] = []
  let hours = 0
  return {
    server,
    db,
    notes,
    /** The paths that were asked for since this was last called. */
    asked: () => server.requests.splice(0).map(({ path }) => path.slice(1)),
    publish: (next: Online) => {
      online = next
    },
    update: (fields: Partial<UrlListConfig> = {}) => {
      const now = new Date(Date.UTC(2026, 0, 2, ++hours)).toISOString()
      const list = urlList(`${server.origin}/entities.ftm.json`, { format: 'opensanctions', ...fields })
      return updateList(db, list, { now: () => now, policy: impatient, onNote: (text) => notes.push(text) })
    },
  }
}

export type Publisher = Awaited<ReturnType<typeof publisher>>

function replies(origin: string, { version, entities, deltas, index }: Online): Record<string, Reply> {
  const file = {
    name: 'entities.ftm.json',
    url: `${origin}/entities.ftm.json`,
    checksum: createHash('sha1').update(entities).digest('hex'),
    size: Buffer.byteLength(entities),
  }
  const text = JSON.stringify({ version, delta_url: `${origin}/delta.json`, resources: [file], ...index })
  const versions = Object.fromEntries(
    Object.keys(deltas).map((each) => [each, `${origin}/${each}/entities.delta.json`]),
  )
  return {
    '/index.json': conditional(text),
    '/entities.ftm.json': conditional(entities),
    '/delta.json': answer(JSON.stringify({ versions })),
    ...Object.fromEntries(
      Object.entries(deltas).map(([each, delta]) => [`/${each}/entities.delta.json`, answer(delta)]),
    ),
  }
}

/** An answer that is 304 to whoever has it. */
function conditional(text: string): Reply {
  const etag = `"${createHash('sha1').update(text).digest('hex')}"`
  return (response, request) => {
    const reply =
      request.headers['if-none-match'] === etag ? answer('', { etag }, 304) : answer(text, { etag })
    reply(response, request)
  }
}
