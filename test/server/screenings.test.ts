import { describe, expect, it } from 'vitest'
import { all, run } from '../../src/ledger/database.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { evm } from '../screening/builders.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

const listed = `0x${'1'.repeat(40)}`
const clean = `0x${'2'.repeat(40)}`

async function served(fields: Parameters<typeof servedContext>[0] = {}) {
  const context = servedContext(fields)
  const ask = await askerOf(context)
  const token = tokenOf(context.db, ['screen', 'read'], { name: 'gate' })
  return { context, ask, token }
}

describe('POST /v1/screenings', () => {
  it('answers in order, is on record, and opens a case for a listed one with a reference', async () => {
    const { ask, token, context } = await served()
    const body = {
      subjects: [{ address: listed, reference: 'w-1' }, { address: clean }, { address: 'nobody' }],
    }
    const { status, body: answer } = await ask('POST /v1/screenings', { token, body })
    expect(status).toBe(200)
    expect(answer).toMatchObject({
      results: [
        { verdict: 'listed', matches: [{ list: 'ofac-sdn', subject: 'House Rule', match: 'exact' }] },
        { verdict: 'clear', matches: [], reason: null },
        { verdict: 'unknown', key: null, reason: expect.stringMatching(/./) },
      ],
      lists: [{ id: 'ofac-sdn', revision: 1, fresh: true, issuedOn: '2025-12-01' }],
    })
    const record = await ask(`GET /v1/screenings?request=${answer.id}`, { token })
    expect(record.body.data.map(({ actor, verdict }: Record<string, string>) => [actor, verdict])).toEqual([
      ['gate', 'unknown'],
      ['gate', 'clear'],
      ['gate', 'listed'],
    ])
    const [alert] = answer.results[0].alerts
    expect((await ask(`GET /v1/alerts/${alert}`, { token })).body.alert).toMatchObject({
      status: 'attempted',
      ownReference: 'w-1',
    })
    expect(context.lines).toEqual([])
  })

  it('fails closed: without a list, before the start is finished, and on a chain that nobody knows', async () => {
    const starting = await served({ isStarted: () => false })
    const asked = { token: starting.token, body: { subjects: [{ address: clean }, { address: listed }] } }
    expect((await starting.ask('POST /v1/screenings', asked)).body.results).toMatchObject([
      { verdict: 'unknown', reason: expect.stringContaining('start is not finished') },
      { verdict: 'listed' },
    ])
    const context = servedContext()
    const bare = { ...context, settings: { ...context.settings, lists: [{ id: 'absent' }] } }
    const ask = await askerOf(bare)
    const token = tokenOf(context.db, ['screen'])
    const body = { subjects: [{ address: clean }] }
    expect((await ask('POST /v1/screenings', { token, body })).body.results).toMatchObject([
      { verdict: 'unknown' },
    ])
    const other = { subjects: [{ address: clean, chain: 'nowhere' }] }
    expect((await ask('POST /v1/screenings', { token, body: other })).status).toBe(400)
  })

  it('gives the first answer again for the same key, and none that lists have overtaken', async () => {
    const { ask, token, context } = await served()
    const headers = { 'idempotency-key': 'w-7' }
    const body = { subjects: [{ address: clean }] }
    const first = await ask('POST /v1/screenings', { token, body, headers })
    const second = await ask('POST /v1/screenings', { token, body, headers })
    expect(second.body).toEqual(first.body)
    expect(second.headers['idempotent-replayed']).toBe('true')
    expect(all(context.db, 'select * from screening_rows')).toHaveLength(1)
    const other = { subjects: [{ address: listed }] }
    expect(await ask('POST /v1/screenings', { token, body: other, headers })).toMatchObject({
      status: 422,
      body: { type: 'urn:chainscreen:problem:key-reused' },
    })
    // Another actor has keys of its own.
    const mine = tokenOf(context.db, ['screen'], { name: 'other' })
    expect((await ask('POST /v1/screenings', { token: mine, body: other, headers })).status).toBe(200)
    activateList(context.db, [evm('1'), evm('2')], 'ofac-sdn', '2025-12-02')
    expect(await ask('POST /v1/screenings', { token, body, headers })).toMatchObject({
      status: 409,
      body: { type: 'urn:chainscreen:problem:answer-outdated' },
    })
    // A day later the key is free.
    run(context.db, `update idempotency_keys set at = '2025-12-30T00:00:00.000Z'`)
    expect((await ask('POST /v1/screenings', { token, body, headers })).body.results[0].verdict).toBe(
      'listed',
    )
  })

  it('answers nothing where the record can not be written', async () => {
    const { ask, token, context } = await served()
    context.db.exec(
      `create trigger full before insert on screening_rows begin select raise(abort, 'no space'); end`,
    )
    const answer = await ask('POST /v1/screenings', { token, body: { subjects: [{ address: clean }] } })
    expect(answer).toMatchObject({ status: 500, body: { type: 'urn:chainscreen:problem:internal' } })
    expect(answer.text).not.toContain('no space')
  })

  it.each([
    [{ subjects: [] }],
    [{ subjects: [{}] }],
    [{ subjects: [{ address: clean, nationality: 'x' }] }],
    [{ subjects: Array.from({ length: 1_001 }, () => ({ address: clean })) }],
    ['{"subjects":[{"address":"a"}],"__proto__":{"x":1}}'],
    ['{"subjects":'],
  ])('refuses %j', async (body) => {
    const { ask, token } = await served()
    const headers = { 'content-type': 'application/json' }
    expect((await ask('POST /v1/screenings', { token, body, headers })).status).toBe(400)
  })
})

describe('the compatible shapes', () => {
  // A client of the published description of each: it knows no more than that.
  it('GET /api/v1/address: clear, listed, no address, stale; without 0x and with doubled slashes', async () => {
    const { ask, context } = await served()
    const key = tokenOf(context.db, ['screen'], { name: 'a' })
    const get = (address: string) => ask(`GET //api/v1/address/${address}`, { headers: { 'x-api-key': key } })
    expect(await get(clean)).toMatchObject({ status: 200, body: { identifications: [] } })
    expect(await get(listed.slice(2))).toMatchObject({
      status: 200,
      body: { identifications: [{ category: 'sanctions', name: 'SANCTIONS: House Rule' }] },
    })
    expect((await get('nobody')).status).toBe(400)
    const stale = await askerOf({ ...context, isStarted: () => false })
    const answer = await stale(`GET /api/v1/address/${clean}`, { headers: { 'x-api-key': key } })
    expect(answer.status).toBe(503)
    expect(answer.text).not.toContain('identifications')
  })

  it('POST /public/v1/sanctions/screening: 201 with Basic; unknown is never an empty answer', async () => {
    const { ask, context } = await served()
    const token = tokenOf(context.db, ['screen'], { name: 'a' })
    const headers = { authorization: `Basic ${Buffer.from(`${token}:${token}`).toString('base64')}` }
    const post = (asker: typeof ask, address: string) =>
      asker('POST /public/v1/sanctions/screening', { headers, body: [{ address }, { address: clean }] })
    expect(await post(ask, listed)).toMatchObject({
      status: 201,
      body: [
        { address: listed, isSanctioned: true },
        { address: clean, isSanctioned: false },
      ],
    })
    expect((await post(ask, 'nobody')).status).toBe(400)
    expect((await post(await askerOf({ ...context, isStarted: () => false }), clean)).status).toBe(503)
  })

  it.each([
    ['none of its lists is of sanctions', `update lists set category = 'own-list'`, ['sanctions']],
    [
      'the list of sanctions has no version in force',
      'update lists set active_snapshot = null',
      ['sanctions'],
    ],
    ['it answers from a category that no list has', '', ['sanctions', 'issuer-freeze']],
  ])('are 503, and on record as unknown, where %s', async (_, sql, categories) => {
    const { context } = await served()
    if (sql !== '') run(context.db, sql)
    const settings = { ...context.settings, compat: { categories: categories as ['sanctions'] } }
    const ask = await askerOf({ ...context, settings })
    const token = tokenOf(context.db, ['screen'], { name: 'a' })
    expect((await ask(`GET /api/v1/address/${clean}`, { token })).status).toBe(503)
    const body = [{ address: clean }]
    expect((await ask('POST /public/v1/sanctions/screening', { token, body })).status).toBe(503)
    expect(all(context.db, 'select verdict from screenings')).toEqual([
      { verdict: 'unknown' },
      { verdict: 'unknown' },
    ])
  })

  it('that can not answer are in the log once, and not with each request', async () => {
    const { context } = await served()
    const ask = await askerOf({ ...context, isStarted: () => false })
    const token = tokenOf(context.db, ['screen'], { name: 'a' })
    for (let count = 0; count < 5; count++)
      expect((await ask(`GET /api/v1/address/${clean}`, { token })).status).toBe(503)
    expect(context.lines).toHaveLength(1)
    expect(context.lines[0]).toContain('The lists can not answer now')
  })
})
