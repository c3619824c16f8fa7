import { describe, expect, it, onTestFinished } from 'vitest'
import { type ChainConditions, createChainConditions } from '../../src/chains/watchdog.ts'
import { noteCanaryFailure } from '../../src/ledger/canary.ts'
import { type Db, run } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { ScreeningIndex } from '../../src/pipeline/blocks/screening-index.ts'
import { runCanary } from '../../src/pipeline/canary.ts'
import { startServer } from '../../src/server/server.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { evm } from '../screening/builders.ts'
import { contextOf } from './fixtures.ts'

const start = '2026-01-01T00:00:00.000Z'
const token = 'sixteen-letters-at-least'

interface Served {
  db: Db
  url: string
  conditions: ChainConditions
  /** Moves the clock on. */
  later(minutes: number): void
  get(path: string, bearer?: string): Promise<{ status: number; text: string }>
}

async function serve(
  options: { token?: string; canaryEveryMs?: number; lists?: []; own?: false } = {},
): Promise<Served> {
  const db = freshLedger()
  run(
    db,
    `insert into lists (id, format, category, active_snapshot, checked_at, max_age_seconds, revision)
     values ('ofac', 'ofac-sdn-advanced', 'sanctions', 'ab', ?, 3600, 4)`,
    start,
  )
  if (options.own !== false) {
    await addOwnAddresses(
      db,
      [{ key: evm('a'), address: '0xa', kind: 'hot', reference: 'h', chain: '' }],
      start,
    )
  }
  let now = start
  const conditions = createChainConditions(['ethereum'], () => now)
  const base = contextOf({ server: { ...(options.token && { token: options.token }) } }, { db })
  const settings = {
    ...base.settings,
    ...{ port: 0, lists: options.lists ?? [{ id: 'ofac', maxAgeMs: 3_600_000 }] },
    canary: options.canaryEveryMs ? { everyMs: options.canaryEveryMs, address: null } : undefined,
  }
  const server = await startServer({ ...base, settings, conditions: conditions.all, now: () => now })
  onTestFinished(() => server.close())
  return {
    ...{ db, conditions, url: server.url },
    later: (minutes) => {
      now = new Date(Date.parse(now) + minutes * 60_000).toISOString()
    },
    get: async (path, bearer) => {
      const headers: Record<string, string> =
        bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }
      const answer = await fetch(`${server.url}${path}`, { headers })
      return { status: answer.status, text: await answer.text() }
    },
  }
}

const problemsIn = (text: string): string[] => JSON.parse(text).problems

describe('an answer', () => {
  it('holds no private key, whoever wrote it', async () => {
    const { get, conditions } = await serve()
    const key = 'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW'
    conditions.waiting('ethereum', `the node says ${key}`)
    const { text } = await get('/health')
    expect(text).toContain('the node says (not shown)')
    expect(text).not.toContain(key)
  })
})

describe('/health', () => {
  it('answers 200 while nothing is wrong, with the age of every list', async () => {
    const { get, later } = await serve()
    later(30)
    const { status, text } = await get('/health')
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({
      healthy: true,
      problems: [],
      lists: [{ id: 'ofac', state: 'fresh', ageSeconds: 1800, maxAgeSeconds: 3600 }],
      chains: [{ chain: 'ethereum', state: 'following', cursorHeight: null }],
      canary: null,
    })
  })

  it('answers 503 once a list is older than it may be', async () => {
    const { get, later } = await serve()
    later(61)
    const { status, text } = await get('/health')
    expect(status).toBe(503)
    expect(problemsIn(text)).toEqual(['list ofac is 61 minutes old, and may be 60 minutes at most'])
  })

  it('is patient with a node for a minute, and not longer; and well again when it answers', async () => {
    const { get, later, conditions } = await serve()
    conditions.waiting('ethereum', 'it is away')
    later(0.5)
    conditions.waiting('ethereum', 'it is still away')
    expect((await get('/health')).status).toBe(200)
    later(1)
    const { status, text } = await get('/health')
    expect(status).toBe(503)
    expect(problemsIn(text)).toEqual([`chain ethereum has been waiting since ${start}: it is still away`])
    conditions.fine('ethereum')
    expect((await get('/health')).status).toBe(200)
  })

  it('says since when a chain is screened without the call traces that its node should serve', async () => {
    const { get, db } = await serve()
    run(
      db,
      `insert into chains (id, caip2, genesis_hash, updated_at, traces_away_since, traces_away_height, traces_away_reason)
       values ('ethereum', 'eip155:1', '0x', ?, ?, 7, 'no state is left')`,
      ...[start, start],
    )
    const { status, text } = await get('/health')
    expect(status).toBe(503)
    expect(problemsIn(text)).toEqual([
      `chain ethereum is screened without call traces since ${start} (block 7): no state is left`,
    ])
    expect(JSON.parse(text).chains).toMatchObject([{ tracesAway: { since: start, height: 7 } }])
    const metrics = (await get('/metrics')).text
    expect(metrics).toContain('chainscreen_chain_traces_away{chain="ethereum"} 1')
    expect(metrics).toContain(
      `chainscreen_chain_traces_away_since_timestamp_seconds{chain="ethereum"} ${Date.parse(start) / 1000}`,
    )
    run(db, 'update chains set traces_away_since = null')
    expect((await get('/health')).status).toBe(200)
    expect((await get('/metrics')).text).toContain('chainscreen_chain_traces_away{chain="ethereum"} 0')
  })

  it('never takes a halted chain for a well one', async () => {
    const { get, conditions } = await serve()
    conditions.halted('ethereum', 'a reorg below a final block')
    conditions.fine('ethereum')
    expect(problemsIn((await get('/health')).text)).toEqual([
      `chain ethereum halted at ${start}: a reorg below a final block`,
    ])
  })

  it('is not well without a list: nothing is found then', async () => {
    const { get } = await serve({ lists: [], canaryEveryMs: 600_000 })
    const { status, text } = await get('/health')
    expect(status).toBe(503)
    expect(problemsIn(text)).toEqual(['no list is configured: nothing will be found'])
  })

  it('is not well without own addresses: there is nothing to look for', async () => {
    const { get } = await serve({ own: false })
    const { status, text } = await get('/health')
    expect(status).toBe(503)
    expect(problemsIn(text)).toEqual([
      'no own address is registered: no deposit and no withdrawal will be found',
    ])
  })

  it('tells of a canary that failed, and of one that is late', async () => {
    const { db, get, later } = await serve({ canaryEveryMs: 600_000 })
    expect((await get('/health')).status).toBe(200)
    run(db, `insert into meta (key, value) values ('canary_passed_at', ?)`, start)
    later(21)
    expect(problemsIn((await get('/health')).text)).toEqual([`the canary last passed at ${start}`])
    run(db, `insert into meta (key, value) values ('canary_failed_at', '2026-01-01T00:10:00.000Z')`)
    expect(problemsIn((await get('/health')).text)).toEqual([
      `the canary failed at 2026-01-01T00:10:00.000Z, last passed ${start}`,
    ])
  })

  it('tells of a canary that failed after the clock was set back, until it passes again', async () => {
    const { db, get } = await serve({ canaryEveryMs: 600_000 })
    const index = new ScreeningIndex(db)
    const canary = { everyMs: 600_000, address: null }
    await runCanary(db, index, canary, '2099-01-01T00:00:00.000Z')
    expect(problemsIn((await get('/health')).text)).toEqual([
      'the canary passed at 2099-01-01T00:00:00.000Z, which is in the future: the clock was or is wrong',
    ])
    noteCanaryFailure(db, start)
    expect(problemsIn((await get('/health')).text)).toEqual([
      `the canary failed at ${start}, last passed 2099-01-01T00:00:00.000Z`,
    ])
    await runCanary(db, index, canary, start)
    expect((await get('/health')).status).toBe(200)
  })
})

describe('/metrics', () => {
  it('says the age and state of lists, how far chains are, and what was found, in numbers', async () => {
    const { db, get, later, conditions } = await serve()
    run(
      db,
      `insert into chains (id, caip2, genesis_hash, cursor_height, cursor_hash, cursor_time, head_height, updated_at)
       values ('ethereum', 'eip155:1', '0x00', 7, '0x07', 0, 9, ?)`,
      start,
    )
    run(
      db,
      `insert into unscreened (chain, from_height, to_height, what, reason) values ('ethereum', 3, 5, 'traces', 'none')`,
    )
    conditions.waiting('ethereum', 'it is away')
    later(90)
    const { status, text } = await get('/metrics')
    expect(status).toBe(200)
    const lines = text.split('\n')
    expect(lines).toEqual(
      expect.arrayContaining([
        'chainscreen_list_age_seconds{list="ofac"} 5400',
        'chainscreen_list_max_age_seconds{list="ofac"} 3600',
        'chainscreen_list_fresh{list="ofac"} 0',
        'chainscreen_list_held{list="ofac"} 0',
        'chainscreen_list_revision{list="ofac"} 4',
        'chainscreen_chain_cursor_height{chain="ethereum"} 7',
        'chainscreen_chain_head_height{chain="ethereum"} 9',
        'chainscreen_chain_waiting{chain="ethereum"} 1',
        'chainscreen_chain_halted{chain="ethereum"} 0',
        'chainscreen_unscreened_blocks{chain="ethereum",what="traces"} 3',
        'chainscreen_rescreens_pending 0',
        'chainscreen_replays_pending 0',
        'chainscreen_healthy 0',
      ]),
    )
    expect(text).not.toContain('chain_final_height{')
  })

  it('tells of the last look at each mempool, and of one that can not be read', async () => {
    const { get, db } = await serve()
    const insert = (...values: unknown[]) =>
      run(
        db,
        'insert into mempools (chain, polled_at, transactions, unread, failure) values (?, ?, ?, ?, ?)',
        ...values,
      )
    for (const chain of ['btc', 'ethereum'])
      run(db, 'insert into chains (id, caip2, genesis_hash, updated_at) values (?1, ?1, ?1, ?1)', chain)
    insert('btc', start, 1234, 5, null)
    insert('ethereum', start, null, null, 'The node does not serve its pool.')
    const lines = (await get('/metrics')).text.split('\n')
    expect(lines.filter((line) => line.startsWith('chainscreen_mempool_'))).toEqual([
      'chainscreen_mempool_readable{chain="btc"} 1',
      'chainscreen_mempool_readable{chain="ethereum"} 0',
      'chainscreen_mempool_transactions{chain="btc"} 1234',
      'chainscreen_mempool_unread{chain="btc"} 5',
    ])
  })

  it('says nothing of what is not there, rather than 0', async () => {
    const { get, db } = await serve({ canaryEveryMs: 600_000 })
    await runCanary(db, new ScreeningIndex(db), { everyMs: 600_000, address: null }, start)
    const { text } = await get('/metrics')
    expect(text).toContain('chainscreen_canary_passed_timestamp_seconds')
    for (const absent of ['mempool', 'canary_failed', 'unscreened_blocks', 'alerts'])
      expect(text).not.toContain(`chainscreen_${absent}`)
  })

  it('counts alerts by status, those of the canary apart', async () => {
    const { db, get } = await serve()
    const put = (id: string, chain: string, status: string, category = 'sanctions') =>
      run(
        db,
        `insert into alerts (id, chain, status, level, tags, own_address, role, match, list_id, category,
           entry_address, programs, list_revision, created_at)
         values (?, ?, ?, 'high', '[]', 'x', 'source', 'exact', 'ofac', ?, 'x', '[]', 1, '')`,
        ...[id, chain, status, category],
      )
    put('a', 'ethereum', 'final')
    put('b', 'ethereum', 'final')
    put('c', 'ethereum', 'orphaned')
    put('d', 'canary', 'final', 'canary')
    // A real transfer from the test entry: an alert that people are not shown either.
    put('e', 'ethereum', 'final', 'canary')
    const { text } = await get('/metrics')
    expect(text.split('\n').filter((line) => line.startsWith('chainscreen_alerts{'))).toEqual([
      'chainscreen_alerts{chain="ethereum",status="final"} 2',
      'chainscreen_alerts{chain="ethereum",status="orphaned"} 1',
    ])
  })
})

describe('the server', () => {
  it('with a token tells strangers whether it is well, and nothing more', async () => {
    const { get, later } = await serve({ token })
    later(61)
    expect(await get('/health')).toEqual({ status: 503, text: '{"healthy":false}' })
    expect((await get('/health', 'wrong')).text).toBe('{"healthy":false}')
    expect((await get('/metrics')).status).toBe(401)
    expect((await get('/metrics', `${token}x`)).status).toBe(401)
    expect((await get('/metrics', token)).status).toBe(200)
    expect(problemsIn((await get('/health', token)).text)).toHaveLength(1)
  })

  it('serves nothing else', async () => {
    const { get, url } = await serve()
    expect((await get('/')).status).toBe(404)
    expect((await get('/alerts')).status).toBe(404)
    expect((await fetch(`${url}/health`, { method: 'POST' })).status).toBe(404)
  })

  it('says what to change where its port is taken', async () => {
    const { url, db, conditions } = await serve()
    const base = contextOf({}, { db, conditions: conditions.all })
    const settings = { ...base.settings, port: Number(new URL(url).port) }
    const second = startServer({ ...base, settings })
    await expect(second).rejects.toMatchObject({
      code: 'failure',
      message: expect.stringContaining('change `server.listen`'),
    })
  })
})
