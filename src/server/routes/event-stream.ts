import { once } from 'node:events'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { readEpoch } from '../../ledger/events/epoch.ts'
import { lastSequence } from '../../ledger/events/outbox.ts'
import { startLoop, withDeadline } from '../../lifecycle/loop.ts'
import { callerOfHash } from '../callers.ts'
import { cleaned } from '../cleaned.ts'
import type { ServerContext } from '../context.ts'
import { ProblemError } from '../problem.ts'
import { nextEvents } from './events.ts'

/** How a stream paces itself. Tests shorten it. */
export const streamPace = {
  /** Between two looks at the ledger, in milliseconds. */
  pollMs: 100,
  /** A comment after so long without an event: who sits between ends connections that say nothing. */
  heartbeatMs: 15_000,
  /** A reader that takes nothing for so long is cut off: it comes back with its cursor. */
  stalledMs: 60_000,
  /** Events that are read at once: what a stream has in memory. */
  batch: 100,
  /** At the same time. */
  most: 100,
}

const open = new WeakMap<ServerContext, number>()

/**
 * Sends events as they happen until the reader leaves, its token is revoked or expires, the epoch changes or the server closes
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). A batch is read when the one before it was taken, so that a slow
 * reader makes nothing grow.
 *
 * @throws ProblemError `busy` where too many are open.
 */
export async function streamEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  context: ServerContext,
  { closing, ...from }: { after: number; types: readonly string[] | undefined; closing: AbortSignal },
): Promise<void> {
  const streams = open.get(context) ?? 0
  if (streams >= streamPace.most)
    throw new ProblemError('busy', 'Too many streams are open.', { headers: { 'retry-after': '10' } })
  open.set(context, streams + 1)
  const { raw } = reply
  reply.hijack()
  const gone = new AbortController()
  for (const event of ['close', 'error']) raw.on(event, () => gone.abort())
  const signal = AbortSignal.any([gone.signal, closing])
  try {
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      connection: 'close',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    })
    await send(raw, request, context, from, signal)
    raw.end()
  } catch (error) {
    if (!signal.aborted) context.log.warn({ requestId: request.id, err: error }, 'a stream of events ended')
    raw.destroy()
  } finally {
    open.set(context, (open.get(context) ?? 1) - 1)
  }
}

type Raw = FastifyReply['raw']

async function send(
  raw: Raw,
  request: FastifyRequest,
  context: ServerContext,
  from: { after: number; types: readonly string[] | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { db } = context
  const epoch = readEpoch(db)
  let { after } = from
  // Also a reader that is cut off before its first event comes back to this place.
  await write(raw, `retry: 2000\nid: ${epoch}:${after}\n\n`, signal)
  let sentAt = performance.now()
  let checkedAt = performance.now()
  const round = async (): Promise<number | null> => {
    if (readEpoch(db) !== epoch) return null
    if (performance.now() - checkedAt >= 1_000) {
      checkedAt = performance.now()
      if (!mayStillRead(request, context)) return null
    }
    if (lastSequence(db) > after) {
      if (!mayStillRead(request, context)) return null
      const { events, after: to } = await nextEvents(db, after, streamPace.batch, from.types)
      const text = events.map(
        (event) => `id: ${epoch}:${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`,
      )
      // Those that nobody asked for are passed over for good.
      const passed = events.at(-1)?.sequence === to ? '' : `id: ${epoch}:${to}\n\n`
      await write(raw, cleaned(db, text.join('')) + passed, signal)
      after = to
      sentAt = performance.now()
      return 0
    }
    if (performance.now() - sentAt >= streamPace.heartbeatMs) {
      await write(raw, ': alive\n\n', signal)
      sentAt = performance.now()
    }
    return streamPace.pollMs
  }
  await startLoop(round, { signal, ref: false }).ended
}

/** A token may be revoked, or expire, while its stream is open. */
function mayStillRead({ caller }: FastifyRequest, context: ServerContext): boolean {
  if (caller === null) return false
  if (caller.tokenHash === null) return true
  return callerOfHash(context, caller.tokenHash)?.scopes.has('read') === true
}

/** Writes, and waits until the reader took it. @throws Error where it takes nothing for too long. */
async function write(raw: Raw, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || raw.write(text)) return
  await withDeadline(streamPace.stalledMs, signal, (within) => once(raw, 'drain', { signal: within }))
}
