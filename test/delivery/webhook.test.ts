import { getEventListeners } from 'node:events'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Delivery, deliverRound, pauseDelays, retryDelays } from '../../src/delivery/deliver.ts'
import { createWebhookSink } from '../../src/delivery/webhook-sink.ts'
import type { Envelope } from '../../src/events/shapes.ts'
import { all, type Db, inTransaction } from '../../src/ledger/database.ts'
import {
  dueSql,
  editSink,
  nextDueSql,
  readCondition,
  readParked,
  readSink,
  readSkipped,
  registerSink,
  sinkStates,
} from '../../src/ledger/delivery/sinks.ts'
import { writeOutbox } from '../../src/ledger/events/outbox.ts'
import { decide } from '../../src/operations/decide.ts'
import { retrySink, skipEvents } from '../../src/operations/deliveries.ts'
import { readHealth } from '../../src/server/health.ts'
import { renderMetrics } from '../../src/server/metrics.ts'
import { at, commit, freshChain, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { type Answer, receiver } from './receiver.ts'

const secrets = [1, 2].map((byte) => `whsec_${Buffer.alloc(32, byte).toString('base64')}`)
const hour = 3_600_000
const ann = { actor: 'ann', note: null, at }

/** A ledger, a webhook that it delivers to, and a clock that moves only when a test says so. */
async function delivering(answer: (event: Envelope, count: number) => Answer | Promise<Answer>) {
  const db = freshChain()
  registerSink(db, 'hook', 'now')
  const hook = await receiver(answer)
  let nowMs = Date.parse(at)
  const sink = createWebhookSink({ url: hook.url, secrets, allowPrivate: true })
  const delivery: Delivery = { db, id: 'hook', sink, events: ['*'], now: () => nowMs, random: () => 0 }
  const signal = new AbortController().signal
  /** Rounds until there is nothing more for now. @returns milliseconds until there is. */
  const deliver = async (): Promise<number | null> => {
    for (let round = 0; round < 1_000; round++) {
      const { waitMs } = await deliverRound(delivery, signal)
      if (waitMs !== 0) return waitMs
    }
    throw new Error('it never ends')
  }
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { db, hook, deliver, pass, delivery, elapsed: () => nowMs - Date.parse(at) }
}

function alerts(db: Db, ...ids: string[]): void {
  const height = 7 + all(db, 'select 1 from blocks').length
  commit(db, [screened(ref(height), ids.map(listedDeposit))])
}

const txOf = ({ data }: Envelope) => (data.alert as { txHash?: string } | undefined)?.txHash ?? ''
const types = (got: readonly { event: Envelope }[]) => got.map(({ event }) => `${event.type} ${txOf(event)}`)
const stale = (db: Db) => inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))
const decided = (db: Db, ...txs: string[]) =>
  decide(db, { ids: txs.flatMap((tx) => idsOf(db, tx)), decision: 'acknowledged' }, ann)
const idsOf = (db: Db, tx: string) =>
  all<{ id: string }>(db, 'select id from alerts where tx_hash = ?', tx).map(({ id }) => id)
const ok: Answer = { status: 204 }

function sinkOf(db: Db) {
  const sink = readSink(db, 'hook')
  if (sink === undefined) throw new Error('there is no sink')
  return sink
}

describe('a webhook', () => {
  it('posts each event once, signed with every secret', async () => {
    const { db, hook, deliver } = await delivering(() => ok)
    alerts(db, '0xa', '0xb')
    stale(db)
    expect(await deliver()).toBeNull()
    expect(types(hook.got).sort()).toEqual(['alert.created 0xa', 'alert.created 0xb', 'list.stale '])
    const other = `whsec_${Buffer.alloc(32, 3).toString('base64')}`
    for (const { headers, body, event } of hook.got) {
      expect(headers['webhook-id']).toBe(event.id)
      const signed = headers as Record<string, string>
      for (const secret of secrets) expect(new Webhook(secret).verify(body, signed)).toEqual(event)
      expect(() => new Webhook(other).verify(body, signed)).toThrow()
    }
    await deliver()
    expect(hook.got).toHaveLength(3)
  })

  it('gets what it asked for, and by default nothing of what happened before it was there', async () => {
    const { db, hook, deliver, delivery } = await delivering(() => ok)
    stale(db)
    alerts(db, '0xa')
    registerSink(db, 'late', 'now')
    registerSink(db, 'whole', 'start')
    expect([readSink(db, 'late')?.cursor, readSink(db, 'whole')?.cursor]).toEqual([2, 0])
    Object.assign(delivery, { events: ['alert.*'] })
    await deliver()
    expect(types(hook.got)).toEqual(['alert.created 0xa'])
    expect(readSink(db, 'hook')?.cursor).toBe(2)
  })

  it.each([500, 503, 429])('that answers %i is left alone, and loses nothing', async (status) => {
    let isUp = false
    const { db, hook, deliver, pass } = await delivering(() => (isUp ? ok : { status }))
    alerts(db, '0xa')
    const waits: (number | null)[] = []
    for (let attempt = 0; attempt < 5; attempt++) {
      waits.push(await deliver())
      pass(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual([...pauseDelays, pauseDelays[2], pauseDelays[2]])
    expect(sinkStates(db)).toMatchObject([
      { attempts: 5, problem: `HTTP ${status}`, depth: 1, dead: 0, waiting: 0, oldestAt: at },
    ])
    isUp = true
    expect(await deliver()).toBeNull()
    expect(new Set(hook.got.map(({ event }) => event.id)).size).toBe(1)
    expect(sinkStates(db)).toMatchObject([{ attempts: 0, problem: null, depth: 0, oldestAt: null }])
  })

  it('that is down for a day gets every event half an hour later, in order for each alert', async () => {
    const { db, hook, deliver, pass, delivery, elapsed } = await delivering(() => ok)
    await hook.close()
    let made = 0
    alerts(db, '0x0')
    while (elapsed() < 24 * hour) {
      pass((await deliver()) ?? 0)
      alerts(db, `0x${++made}`)
      decided(db, `0x${made}`)
    }
    expect(made).toBeGreaterThan(40)
    expect(sinkStates(db)).toMatchObject([
      { dead: 0, waiting: 0, problem: expect.stringMatching(/ECONNREFUSED/) },
    ])
    const again = await receiver(() => ok)
    Object.assign(delivery, { sink: createWebhookSink({ url: again.url, secrets, allowPrivate: true }) })
    pass(pauseDelays[2] ?? 0)
    expect(await deliver()).toBeNull()
    const ids = all<{ id: string }>(db, 'select lower(hex(event_id)) as id from alert_events').map(
      ({ id }) => id,
    )
    expect(again.got.map(({ event }) => event.id).sort()).toEqual(ids.sort())
    const last = new Map<unknown, number>()
    for (const { event } of again.got) {
      expect(event.sequence).toBeGreaterThan(last.get(event.data.alertId) ?? 0)
      last.set(event.data.alertId, event.sequence)
    }
  })

  it('is asked again no sooner than it says', async () => {
    const { db, deliver } = await delivering(() => ({ status: 503, headers: { 'retry-after': '7200' } }))
    alerts(db, '0xa')
    expect(await deliver()).toBe(2 * hour)
  })

  it('that refuses an event gets the others, and later ones of that alert behind it', async () => {
    let refuse = true
    const { db, hook, deliver, pass } = await delivering((event) =>
      refuse && txOf(event) === '0xa' ? { status: 400 } : ok,
    )
    alerts(db, '0xa', '0xb')
    await deliver()
    decided(db, '0xa', '0xb')
    const wait = await deliver()
    expect(wait).toBe(retryDelays[0])
    expect(readParked(db, 'hook').map(({ state }) => state)).toEqual(['retry', 'behind'])
    expect(types(hook.got)).toEqual(['alert.created 0xa', 'alert.created 0xb', 'alert.decided 0xb'])
    refuse = false
    pass(wait ?? 0)
    expect(await deliver()).toBeNull()
    expect(types(hook.got).slice(3)).toEqual(['alert.created 0xa', 'alert.decided 0xa'])
    expect(readParked(db, 'hook')).toEqual([])
  })

  it('gets the events of one alert in their order where what was given up is tried again', async () => {
    let refuses: (event: Envelope) => boolean = () => true
    const { db, hook, deliver, pass } = await delivering((event) => (refuses(event) ? { status: 400 } : ok))
    alerts(db, '0xa')
    await deliver()
    while (readParked(db, 'hook')[0]?.state !== 'dead') {
      pass(24 * hour)
      await deliver()
    }
    decided(db, '0xa')
    await deliver()
    decided(db, '0xa')
    await deliver()
    expect(readParked(db, 'hook').map(({ state }) => state)).toEqual(['dead', 'retry', 'behind'])
    const before = hook.got.length
    refuses = ({ type }) => type === 'alert.created'
    editSink(db, 'hook', { retry: { dead: true } }, at)
    expect(readParked(db, 'hook').map(({ state }) => state)).toEqual(['retry', 'behind', 'behind'])
    await deliver()
    expect(types(hook.got).slice(before)).toEqual(['alert.created 0xa'])
    refuses = () => false
    pass(retryDelays[0] ?? 0)
    expect(await deliver()).toBeNull()
    expect(hook.got.slice(before + 1).map(({ event }) => event.sequence)).toEqual([1, 2, 3])
    expect(readParked(db, 'hook')).toEqual([])
  })

  it('shows what it refuses at once: in health, in metrics, and to `deliveries list`', async () => {
    const { db, deliver } = await delivering(() => ({ status: 403 }))
    alerts(db, '0xa', '0xb')
    expect(readCondition(db, sinkOf(db))).toEqual({ state: 'delivers', reason: null })
    await deliver()
    decided(db, '0xa')
    await deliver()
    expect(readCondition(db, sinkOf(db))).toEqual({ state: 'refuses', reason: 'HTTP 403' })
    expect(sinkStates(db)).toMatchObject([{ waiting: 3, refused: 2, refusal: 'HTTP 403', dead: 0 }])
    const settings = { lists: [], chains: [], canary: undefined, sinks: ['hook'], own: [] }
    const health = readHealth(db, settings, [], at)
    expect(health).toMatchObject({ healthy: false })
    expect(health.problems).toContain(
      'sink hook refuses 2 events (HTTP 403): `chainscreen deliveries list hook` shows them',
    )
    expect(await renderMetrics(db, health)).toContain('chainscreen_delivery_refused{sink="hook"} 2')
  })

  it('looks up what is due by an index, however much is set aside', () => {
    const db = freshChain()
    for (const [sql, ...params] of [
      [dueSql, 'hook', at, 64],
      [nextDueSql, 'hook'],
    ] as const) {
      const plan = all<{ detail: string }>(db, `explain query plan ${sql}`, ...params).map(
        ({ detail }) => detail,
      )
      expect(plan).toEqual([expect.stringMatching(/^SEARCH .* INDEX delivery_parked_due \(sink=\?/)])
    }
  })

  it('passes over an event that a person gives up before it is sent', async () => {
    let isUp = false
    const { db, hook, deliver } = await delivering(() => (isUp ? ok : { status: 500 }))
    stale(db)
    alerts(db, '0xa')
    await deliver()
    hook.got.length = 0
    expect(skipEvents(db, 'hook', [1], ann)).toBe(1)
    isUp = true
    retrySink(db, 'hook', { dead: false }, ann)
    expect(await deliver()).toBeNull()
    expect(types(hook.got)).toEqual(['alert.created 0xa'])
    expect([sinkOf(db).cursor, [...readSkipped(db, 'hook')]]).toEqual([2, []])
    retrySink(db, 'hook', { dead: false, from: 0 }, ann)
    await deliver()
    expect(types(hook.got).slice(1).sort()).toEqual(['alert.created 0xa', 'list.stale '])
  })

  it.each([301, 400])('that answers %i to an event for three days: it is given up', async (status) => {
    let refuse = true
    const { db, hook, deliver, pass } = await delivering((event) =>
      refuse && event.type === 'alert.created'
        ? { status, headers: { location: 'http://127.0.0.1:1/' } }
        : ok,
    )
    alerts(db, '0xa')
    decided(db, '0xa')
    const waits: (number | null)[] = []
    for (let attempt = 0; attempt < retryDelays.length; attempt++) {
      waits.push(await deliver())
      pass(waits.at(-1) ?? 0)
    }
    expect(waits).toEqual(retryDelays)
    expect(await deliver()).toBeNull()
    // And the next of its alert goes on.
    expect(types(hook.got)).toEqual([...Array(10).fill('alert.created 0xa'), 'alert.decided 0xa'])
    expect(sinkStates(db)).toMatchObject([{ dead: 1, waiting: 0, depth: 0 }])
    const problem = expect.stringContaining(`HTTP ${status}`)
    expect(readParked(db, 'hook')).toMatchObject([{ state: 'dead', attempts: 10, problem }])
    refuse = false
    editSink(db, 'hook', { retry: { dead: true } }, at)
    expect(await deliver()).toBeNull()
    expect([hook.got.length, readParked(db, 'hook')]).toEqual([12, []])
  })

  it('goes on where a person gives an event up', async () => {
    const { db, hook, deliver } = await delivering((event) =>
      event.type === 'alert.created' ? { status: 400 } : ok,
    )
    alerts(db, '0xa')
    decided(db, '0xa')
    await deliver()
    expect(editSink(db, 'hook', { skip: [1] }, at)).toBe(1)
    expect(await deliver()).toBeNull()
    expect(types(hook.got)).toEqual(['alert.created 0xa', 'alert.decided 0xa'])
  })

  it('that answers 410 is disabled until a person says so', async () => {
    let status = 410
    const { db, hook, deliver, pass } = await delivering(() => ({ status }))
    alerts(db, '0xa')
    expect(await deliver()).toBeNull()
    pass(100 * hour)
    alerts(db, '0xb')
    expect(await deliver()).toBeNull()
    expect(hook.got).toHaveLength(1)
    expect(readSink(db, 'hook')).toMatchObject({ disabled: expect.stringContaining('410'), cursor: 0 })
    status = 200
    editSink(db, 'hook', { retry: { dead: false } }, at)
    expect(await deliver()).toBeNull()
    expect(types(hook.got).sort()).toEqual(['alert.created 0xa', 'alert.created 0xa', 'alert.created 0xb'])
  })

  it('repeats events under the same ids where a person asks for them again', async () => {
    const { db, hook, deliver } = await delivering(() => ok)
    alerts(db, '0xa')
    stale(db)
    await deliver()
    editSink(db, 'hook', { from: 0 }, at)
    await deliver()
    const ids = hook.got.map(({ event }) => event.id)
    expect([ids.length, new Set(ids).size]).toEqual([4, 2])
  })

  it('does not overwrite what a person changes while it delivers', async () => {
    const { db, hook, deliver } = await delivering((_event, count) => {
      if (count === 1) editSink(db, 'hook', { from: 0 }, at)
      return ok
    })
    alerts(db, '0xa')
    await deliver()
    expect(hook.got).toHaveLength(2)
    expect(readSink(db, 'hook')).toMatchObject({ cursor: 1, edits: 1 })
  })

  it('leaves nothing of a request behind, however many there are', async () => {
    const { db, hook, delivery } = await delivering(() => ok)
    const { signal } = new AbortController()
    const any = vi.spyOn(AbortSignal, 'any')
    const timeout = vi.spyOn(AbortSignal, 'timeout')
    onTestFinished(() => {
      for (const spy of [any, timeout]) spy.mockRestore()
    })
    for (let each = 0; each < 20; each++) stale(db)
    await deliverRound(delivery, signal)
    expect(hook.got).toHaveLength(20)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    // These live until their time is over, with all that listens to them.
    expect([any.mock.calls, timeout.mock.calls]).toEqual([[], []])
  })

  it('that cannot be reached tells no key of its address', async () => {
    const url = 'http://user:hunter2pass@127.0.0.1:1/services/T0SECRETKEY?token=abcdef123456'
    const sink = createWebhookSink({ url, secrets, allowPrivate: false })
    const reachable = createWebhookSink({ url, secrets, allowPrivate: true })
    const event = { id: 'a', type: 'list.stale', timestamp: at, sequence: 1, epoch: 'e', data: {} }
    for (const each of [sink, reachable]) {
      const [outcome] = await each.deliver([event], new AbortController().signal)
      expect(outcome).toMatchObject({ kind: 'later' })
      expect(JSON.stringify(outcome)).not.toMatch(/hunter2|SECRETKEY|abcdef123456|whsec_/)
      await each.close()
    }
  })

  it('goes to no address that is not public, unless the config says so', async () => {
    const hook = await receiver(() => ok)
    const signal = new AbortController().signal
    const event = { id: 'a', type: 'list.stale', timestamp: at, sequence: 1, epoch: 'e', data: {} }
    for (const host of [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '10.0.0.1',
      '169.254.169.254',
    ]) {
      const sink = createWebhookSink({ url: `http://${host}:${hook.port}/`, secrets, allowPrivate: false })
      const why = expect.stringContaining('not public')
      expect(await sink.deliver([event], signal), host).toMatchObject([{ kind: 'later', why }])
      await sink.close()
    }
    expect(hook.got).toEqual([])
  })
})
