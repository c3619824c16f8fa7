import { Writable } from 'node:stream'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { SinkConfig } from '../../src/config/delivery.ts'
import { createStdoutSink } from '../../src/delivery/line-sinks.ts'
import type { Outcome, Sink } from '../../src/delivery/sink.ts'
import * as sinkFactory from '../../src/delivery/sinks.ts'
import { startDelivery } from '../../src/delivery/start-delivery.ts'
import type { Envelope } from '../../src/events/shapes.ts'
import { type Db, inTransaction } from '../../src/ledger/database.ts'
import { readSink, registerSink } from '../../src/ledger/delivery/sinks.ts'
import * as outbox from '../../src/ledger/events/outbox.ts'
import { writeOutbox } from '../../src/ledger/events/outbox.ts'
import { skipEvents } from '../../src/operations/deliveries.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { at, freshLedger } from '../ledger/fixtures.ts'
import { rememberingLog } from '../lists/remembering-log.ts'

const limits = { graceMs: 20, finishMs: 600_000, againMs: 10 }
const hook: SinkConfig = { id: 'hook', type: 'stdout', events: ['*'], from: 'start' }

const happen = (db: Db) => inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))

/** Delivery to a sink that answers as a test says, under a clock that the test moves. */
function delivering(deliver: Sink['deliver']) {
  const db = freshLedger()
  registerSink(db, 'hook', 'start')
  const close = vi.fn(async () => {})
  const made = vi.spyOn(sinkFactory, 'createSink').mockReturnValue({ batch: 10, deliver, close })
  onTestFinished(() => made.mockRestore())
  const { log, lines } = rememberingLog()
  const clock = { nowMs: Date.parse(at) }
  const delivery = startDelivery(db, [hook], { log, limits, now: () => clock.nowMs, random: () => 0 })
  onTestFinished(() => delivery.stop({ finish: false }))
  const line = (text: string, times = 1) =>
    waitFor(`"${text}"`, () =>
      lines.filter((each) => each.includes(text)).length >= times ? true : undefined,
    )
  return { db, lines, line, clock, delivery, close }
}

const answers = (outcome: Outcome) => async (events: readonly Envelope[]) => events.map(() => outcome)

describe('delivery', () => {
  it('says at once, and once, that a sink refuses events, and when it takes them again', async () => {
    let outcome: Outcome = { kind: 'refused', why: 'HTTP 401' }
    const { db, lines, line, clock } = delivering((events) => answers(outcome)(events))
    happen(db)
    await line('hook refuses events: HTTP 401')
    happen(db)
    await waitFor('both', () => (readSink(db, 'hook')?.cursor === 2 ? true : undefined))
    outcome = { kind: 'sent' }
    clock.nowMs += 3_600_000
    await line('hook takes events again')
    expect(lines).toEqual([
      'warn hook refuses events: HTTP 401; `chainscreen deliveries list hook` shows them',
      'info hook takes events again',
    ])
  })

  it('has many requests under one signal without a warning of Node', async () => {
    const warnings = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    onTestFinished(() => warnings.mockRestore())
    const { db } = delivering(async (events, signal) => {
      const end = () => {}
      for (let request = 0; request < 30; request++) signal.addEventListener('abort', end.bind(null))
      return events.map(() => ({ kind: 'sent' }))
    })
    happen(db)
    await waitFor('the event', () => (readSink(db, 'hook')?.cursor === 1 ? true : undefined))
    expect(warnings).not.toHaveBeenCalled()
  })

  it('says so where a person gives the last refused event up', async () => {
    const { db, lines, line } = delivering(answers({ kind: 'refused', why: 'HTTP 404' }))
    happen(db)
    await line('refuses')
    skipEvents(db, 'hook', 'all', { actor: 'ann', note: null, at })
    await line('takes events again')
    expect(lines).toHaveLength(2)
  })

  it.each(['deliverRound', 'untilDue'])('goes on where the database fails in %s', async (where) => {
    const real = outbox.lastSequence
    let hasFailed = false
    const failing = vi.spyOn(outbox, 'lastSequence').mockImplementation((db) => {
      if (hasFailed || !new Error().stack?.includes(where)) return real(db)
      hasFailed = true
      throw new Error('disk I/O error')
    })
    onTestFinished(() => failing.mockRestore())
    const got: number[] = []
    const { db, line } = delivering(async (events) => {
      got.push(...events.map(({ sequence }) => sequence))
      return events.map(() => ({ kind: 'sent' }))
    })
    await line(`error hook: events can't be delivered for now: disk I/O error`)
    happen(db)
    await waitFor('the event', () => (got.length > 0 ? true : undefined))
    expect(got).toEqual([1])
  })

  it('ends within its bounds where a sink hangs, and leaves its events for the next start', async () => {
    let isAsked = false
    const { db, delivery, close } = delivering(() => {
      isAsked = true
      return new Promise(() => {})
    })
    happen(db)
    await waitFor('the sink', () => (isAsked ? true : undefined))
    await delivery.stop({ finish: false })
    expect([readSink(db, 'hook')?.cursor, close.mock.calls.length]).toEqual([0, 1])
  })

  it('that is to deliver all that is left ends at the signal, too', async () => {
    let isAsked = false
    const { db, delivery } = delivering(() => {
      isAsked = true
      return new Promise(() => {})
    })
    happen(db)
    await waitFor('the sink', () => (isAsked ? true : undefined))
    const interrupted = new AbortController()
    const stopped = delivery.stop({ finish: true, signal: interrupted.signal })
    interrupted.abort()
    await stopped
    expect(readSink(db, 'hook')?.cursor).toBe(0)
  })
})

describe('standard output', () => {
  const signal = new AbortController().signal
  const event = (sequence: number): Envelope => ({
    ...{ id: `e${sequence}`, type: 'list.stale', timestamp: at, sequence, epoch: 'e', data: {} },
  })

  /** A pipe that is read when a test says so. */
  function pipe() {
    const chunks: string[] = []
    let done: (() => void) | undefined
    let isRead = false
    const output = new Writable({
      write(chunk, _encoding, written) {
        chunks.push(String(chunk))
        if (isRead) written()
        else done = written
      },
    })
    const read = () => {
      isRead = true
      done?.()
    }
    return { chunks, output, read }
  }

  it('has whole lines behind one that was cut off', async () => {
    const chunks: string[] = []
    let isFull = true
    const output = {
      write(text: string, written: (error?: Error) => void) {
        chunks.push(isFull ? text.slice(0, 10) : text)
        written(isFull ? new Error('ENOSPC') : undefined)
      },
    }
    const sink = createStdoutSink(output as unknown as Writable)
    expect(await sink.deliver([event(1)], signal)).toEqual([{ kind: 'later', why: 'ENOSPC' }])
    isFull = false
    expect(await sink.deliver([event(1)], signal)).toEqual([{ kind: 'sent' }])
    expect(await sink.deliver([event(2)], signal)).toEqual([{ kind: 'sent' }])
    const lines = chunks.join('').split('\n').slice(1, -1)
    expect(lines.map((line) => (JSON.parse(line) as Envelope).sequence)).toEqual([1, 2])
  })

  it('that nobody reads fails in time, and gets nothing behind what is not read', async () => {
    const { chunks, output, read } = pipe()
    const sink = createStdoutSink(output, 10)
    const later = { kind: 'later', why: 'nobody reads it for 0.01 seconds' }
    expect(await sink.deliver([event(1)], signal)).toEqual([later])
    expect(await sink.deliver([event(1)], signal)).toEqual([later])
    expect(chunks).toHaveLength(1)
    read()
    expect(await createStdoutSink(output).deliver([event(1)], signal)).toEqual([{ kind: 'sent' }])
    expect(await sink.deliver([event(2)], signal)).toEqual([{ kind: 'sent' }])
    expect(chunks).toHaveLength(3)
  })
})
