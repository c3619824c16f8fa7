import { request as httpRequest, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Envelope } from '../../src/events/shapes.ts'
import { type Db, inTransaction, run } from '../../src/ledger/database.ts'
import { readEpoch, renewEpoch } from '../../src/ledger/events/epoch.ts'
import { writeOutbox } from '../../src/ledger/events/outbox.ts'
import type { ServerContext } from '../../src/server/context.ts'
import { streamPace } from '../../src/server/routes/event-stream.ts'
import { at } from '../ledger/fixtures.ts'
import { appOf, bearer, contextOf, tokenOf } from './fixtures.ts'

const pace = { ...streamPace }
afterEach(() => void Object.assign(streamPace, pace))

function happen(db: Db, count: number, type: 'list.stale' | 'canary.failed' = 'list.stale', fill = ''): void {
  inTransaction(db, () => {
    for (let each = 0; each < count; each++)
      writeOutbox(db, { type, at, data: { list: `l${each}`, since: at, reason: `old${fill}` } })
  })
}

async function listening(context: ServerContext): Promise<number> {
  const app = await appOf(context)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as AddressInfo).port
}

interface Stream {
  status: number
  events: Envelope[]
  /** The id of the last message, with or without data. */
  lastId: () => string
  comments: () => number
  isOver: () => boolean
  response: IncomingMessage
  leave: () => void
}

/** Reads a stream as an EventSource does. */
function reading(
  port: number,
  token: string,
  headers: Record<string, string> = {},
  query = '',
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path: `/v1/events/stream${query}`,
        headers: { ...bearer(token), ...headers },
      },
      (response) => {
        const events: Envelope[] = []
        let [text, lastId, comments, over] = ['', '', 0, false]
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
          const messages = text.split('\n\n')
          text = messages.pop() ?? ''
          for (const line of messages.flatMap((message) => message.split('\n'))) {
            if (line.startsWith('id: ')) lastId = line.slice(4)
            if (line.startsWith('data: ')) events.push(JSON.parse(line.slice(6)) as Envelope)
            if (line.startsWith(':')) comments++
          }
        })
        for (const end of ['end', 'close', 'error']) response.on(end, () => (over = true))
        resolve({
          ...{ status: response.statusCode ?? 0, events, response, lastId: () => lastId },
          ...{ comments: () => comments, isOver: () => over, leave: () => request.destroy() },
        })
      },
    )
    request.on('error', reject)
    onTestFinished(() => void request.destroy())
    request.end()
  })
}

const sequences = (events: readonly Envelope[]) => events.map(({ sequence }) => sequence)

describe('GET /v1/events', () => {
  it('answers with everything after a sequence, in order, and where to go on', async () => {
    const context = contextOf()
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['read']))
    happen(context.db, 5)
    const ask = async (query: string) => (await app.inject({ url: `/v1/events${query}`, headers })).json()
    const first = await ask('?limit=3')
    expect(sequences(first.data)).toEqual([1, 2, 3])
    expect(first).toMatchObject({ next: '3', cursor: { after: 3, epoch: readEpoch(context.db) } })
    const rest = await ask(`?after=3&epoch=${first.cursor.epoch}`)
    expect(sequences(rest.data)).toEqual([4, 5])
    expect(rest).toMatchObject({ next: null, cursor: { after: 5 } })
    expect(await ask('?after=5')).toMatchObject({ data: [], next: null, cursor: { after: 5 } })
  })

  it('leaves out types that nobody asked for, and goes on behind them', async () => {
    const context = contextOf()
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['read']))
    happen(context.db, 2)
    happen(context.db, 1, 'canary.failed')
    happen(context.db, 1)
    const ask = async (query: string) => (await app.inject({ url: `/v1/events${query}`, headers })).json()
    expect(sequences((await ask('?types=canary.*')).data)).toEqual([3])
    expect((await ask('?types=alert.*')).cursor.after).toBe(4)
    expect((await ask('?types=alarm.*')).status).toBe(400)
  })

  it('refuses a cursor of another epoch, or of what never happened here: 410', async () => {
    const context = contextOf()
    const app = await appOf(context)
    const headers = bearer(tokenOf(context.db, ['read']))
    happen(context.db, 2)
    const epoch = readEpoch(context.db)
    renewEpoch(context.db)
    for (const query of [`?after=1&epoch=${epoch}`, '?after=3']) {
      const answer = await app.inject({ url: `/v1/events${query}`, headers })
      expect([answer.statusCode, answer.json().type]).toEqual([410, 'urn:chainscreen:problem:epoch-changed'])
    }
    const stream = await app.inject({
      url: '/v1/events/stream',
      headers: { ...headers, 'last-event-id': `${epoch}:1` },
    })
    expect(stream.statusCode).toBe(410)
  })
})

describe('GET /v1/events/stream', () => {
  it('loses nothing and repeats nothing over reconnects', async () => {
    Object.assign(streamPace, { pollMs: 5, batch: 3 })
    const context = contextOf()
    const port = await listening(context)
    const token = tokenOf(context.db, ['read'])
    const seen: number[] = []
    let lastId: string | undefined
    for (let round = 0; round < 6; round++) {
      const stream = await reading(port, token, lastId === undefined ? {} : { 'last-event-id': lastId })
      expect(stream.status).toBe(200)
      await vi.waitFor(() => expect(stream.lastId()).not.toBe(''))
      happen(context.db, 4)
      await vi.waitFor(() => expect(stream.events.length).toBeGreaterThanOrEqual(round === 0 ? 4 : 7))
      stream.leave()
      seen.push(...sequences(stream.events))
      lastId = stream.lastId()
      // While nobody reads.
      happen(context.db, 3)
    }
    const last = await reading(port, token, { 'last-event-id': lastId ?? '' })
    await vi.waitFor(() => expect(last.events).toHaveLength(3))
    expect([...seen, ...sequences(last.events)]).toEqual(Array.from({ length: 42 }, (_, index) => index + 1))
  })

  it('says that it lives, and skips what was not asked for', async () => {
    Object.assign(streamPace, { pollMs: 5, heartbeatMs: 20 })
    const context = contextOf()
    const port = await listening(context)
    happen(context.db, 2)
    const stream = await reading(port, tokenOf(context.db, ['read']), {}, '?after=0&types=canary.*')
    await vi.waitFor(() => expect(stream.comments()).toBeGreaterThan(1))
    expect([stream.events, stream.lastId()]).toEqual([[], `${readEpoch(context.db)}:2`])
  })

  it.each(['revoked', 'expired'])('ends when its token is %s', async (how) => {
    Object.assign(streamPace, { pollMs: 5 })
    let now = at
    const context = contextOf({}, { now: () => now })
    const port = await listening(context)
    const token = tokenOf(context.db, ['read'], { expires: '2026-06-01T00:00:00.000Z' })
    const stream = await reading(port, token)
    if (how === 'expired') now = '2026-07-01T00:00:00.000Z'
    else run(context.db, `update tokens set revoked_at = ?`, at)
    happen(context.db, 1)
    await vi.waitFor(() => expect(stream.isOver()).toBe(true))
    expect(stream.events).toEqual([])
  })

  it('ends with the epoch, and with the server', async () => {
    Object.assign(streamPace, { pollMs: 5 })
    const context = contextOf()
    const app = await appOf(context)
    await app.listen({ host: '127.0.0.1', port: 0 })
    const { port } = app.server.address() as AddressInfo
    const token = tokenOf(context.db, ['read'])
    const first = await reading(port, token)
    renewEpoch(context.db)
    await vi.waitFor(() => expect(first.isOver()).toBe(true))
    const second = await reading(port, token)
    await app.close()
    await vi.waitFor(() => expect(second.isOver()).toBe(true))
  })

  it('reads no further than a slow reader takes, and cuts off one that takes nothing', async () => {
    Object.assign(streamPace, { pollMs: 5, batch: 10, stalledMs: 200 })
    const context = contextOf()
    const port = await listening(context)
    const stream = await reading(port, tokenOf(context.db, ['read']), {}, '?after=0')
    stream.response.pause()
    stream.response.socket.pause()
    // 40 MB, far more than sockets hold.
    happen(context.db, 400, 'list.stale', 'x'.repeat(100_000))
    await vi.waitFor(
      () => expect(stream.response.socket.destroyed || context.lines.length > 0).toBe(true),
      5_000,
    )
    expect(context.lines.join('\n')).toContain('a stream of events ended')
    expect(stream.events.length).toBeLessThan(400)
  })
})
