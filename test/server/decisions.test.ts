import { describe, expect, it } from 'vitest'
import { rollBack } from '../../src/ledger/blocks/roll-back.ts'
import { all } from '../../src/ledger/database.ts'
import { requireSecondPerson } from '../../src/operations/decide.ts'
import { at, chain, commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

const type = (name: string) => `urn:chainscreen:problem:${name}`
const daemon = { actor: 'chainscreen', note: null, at }
const hash = (digit: string) => `0x${digit.repeat(64)}`

/** A queue with an alert of each of these transactions. */
async function queue(count = 1) {
  const context = servedContext()
  const hashes = Array.from({ length: count }, (_, index) => hash(String(index + 1)))
  commit(context.db, [screened(ref(7), hashes.map(listedDeposit))])
  const ask = await askerOf(context)
  const token = (person: string) => tokenOf(context.db, ['decide', 'read'], { person, name: `of ${person}` })
  const ids = all<{ id: string }>(context.db, 'select id from alerts order by id').map(({ id }) => id)
  const version = async (id: string, of: string) =>
    (await ask(`GET /v1/alerts/${id}`, { token: of })).body.alert.version as number
  return { ...context, ask, token, ids, id: ids[0] ?? '', version }
}

describe('a decision by API', () => {
  it('has the person of the token as its actor, and answers with what stands', async () => {
    const { ask, token, id, version } = await queue()
    const ann = token('ann')
    const body = { decision: 'blocked', note: 'case 17', version: await version(id, ann) }
    expect(await ask(`POST /v1/alerts/${id}/decisions`, { token: ann, body })).toMatchObject({
      status: 200,
      body: { id, outcome: 'decided', disposition: 'blocked', dueOn: expect.stringMatching(/^\d{4}-/) },
    })
    const { body: detail } = await ask(`GET /v1/alerts/${id}`, { token: ann })
    expect(detail.events.at(-1)).toMatchObject({ kind: 'blocked', actor: 'ann', note: 'case 17' })
    expect(detail.transfers).toMatchObject([
      { txHash: hash('1'), direction: 'deposit', parties: [{ role: 'source' }] },
    ])
    expect(detail.coverage).toMatchObject([{ fromHeight: 7, toHeight: 7 }])
  })

  it('is one of two that people make at once', async () => {
    const { ask, token, id, version } = await queue()
    const [ann, bob] = [token('ann'), token('bob')]
    const seen = await version(id, ann)
    const post = (of: string, decision: string) =>
      ask(`POST /v1/alerts/${id}/decisions`, { token: of, body: { decision, note: 'n', version: seen } })
    const answers = await Promise.all([post(ann, 'blocked'), post(bob, 'released')])
    expect(answers.map(({ status }) => status)).toEqual([200, 409])
    expect(answers[1]?.body.type).toBe(type('alert-changed'))
  })

  it('is refused once its block was reorged out meanwhile', async () => {
    const { ask, token, id, db, version } = await queue()
    const ann = token('ann')
    const seen = await version(id, ann)
    rollBack(db, chain, null, at)
    const body = { decision: 'released', note: 'n', version: seen }
    expect((await ask(`POST /v1/alerts/${id}/decisions`, { token: ann, body })).body.type).toBe(
      type('alert-changed'),
    )
  })

  it('is refused as a note too, where the alert is another one than was seen', async () => {
    const { ask, token, id, ids, db, version } = await queue(2)
    const ann = token('ann')
    const seen = await version(id, ann)
    const one = (body: object) =>
      ask(`POST /v1/alerts/${id}/decisions`, { token: ann, body: { note: 'n', version: seen, ...body } })
    expect((await one({ decision: 'note' })).body).toMatchObject({ outcome: 'noted', version: seen })
    expect((await one({ decision: 'released' })).status).toBe(200)
    expect((await one({ decision: 'note' })).body.type).toBe(type('alert-changed'))
    const versions = Object.fromEntries(ids.map((each) => [each, seen]))
    const many = (body: object) =>
      ask('POST /v1/decisions', { token: ann, body: { decision: 'note', note: 'n', ids, ...body } })
    expect((await many({ versions })).body.type).toBe(type('alert-changed'))
    // Who says what was seen says it of all.
    expect((await many({ versions: { [id]: seen + 1 } })).body.type).toBe(type('invalid-request'))
    expect(all(db, `select * from alert_events where kind = 'note'`)).toHaveLength(1)
  })

  it('is done once for each key: a client that heard no answer asks again', async () => {
    const { ask, token, id, db, version } = await queue()
    const ann = token('ann')
    const asked = {
      token: ann,
      headers: { 'idempotency-key': 'd-1' },
      body: { decision: 'released', note: 'n', version: await version(id, ann) },
    }
    const first = await ask(`POST /v1/alerts/${id}/decisions`, asked)
    expect(await ask(`POST /v1/alerts/${id}/decisions`, asked)).toMatchObject({
      status: 200,
      body: first.body,
    })
    expect(all(db, `select * from alert_events where kind = 'released'`)).toHaveLength(1)
  })

  it('of many is of all or of none', async () => {
    const { ask, token, ids, db } = await queue(3)
    const ann = token('ann')
    const many = (list: readonly string[]) =>
      ask('POST /v1/decisions', { token: ann, body: { decision: 'released', note: 'n', ids: list } })
    expect((await many([...ids, 'f'.repeat(32)])).status).toBe(404)
    expect(all(db, `select * from alert_events where kind = 'released'`)).toEqual([])
    expect(
      (await many(ids)).body.data.map(({ disposition }: { disposition: string }) => disposition),
    ).toEqual(ids.map(() => 'released'))
  })

  it('that needs two people is not confirmed by the same person, nor by a service', async () => {
    const { ask, token, id, db, version } = await queue()
    requireSecondPerson(db, ['released'], daemon)
    const ann = token('ann')
    const second = tokenOf(db, ['decide'], { person: 'Ann', name: 'another of ann' })
    const service = tokenOf(db, ['decide'], { name: 'bot' })
    const seen = await version(id, ann)
    const post = (of: string) =>
      ask(`POST /v1/alerts/${id}/decisions`, {
        token: of,
        body: { decision: 'released', note: 'n', version: seen },
      })
    expect(await post(service)).toMatchObject({ status: 403, body: { type: type('person-required') } })
    expect((await post(ann)).body).toMatchObject({ outcome: 'proposed', disposition: 'open' })
    for (const of of [ann, second])
      expect(await post(of)).toMatchObject({ status: 403, body: { type: type('needs-other-person') } })
    expect((await post(service)).status).toBe(403)
    expect((await post(token('bob'))).body).toMatchObject({ outcome: 'confirmed', proposedBy: 'ann' })
  })

  it('is not stored with a key in its note, and the answer does not repeat it', async () => {
    const { ask, token, id, version } = await queue()
    const ann = token('ann')
    const note = `key ${'ab'.repeat(32)}`
    const body = { decision: 'released', note, version: await version(id, ann) }
    const answer = await ask(`POST /v1/alerts/${id}/decisions`, { token: ann, body })
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('abab')
  })
})

describe('the queue by API', () => {
  it('assigns to a person and to nobody', async () => {
    const { ask, token, id } = await queue()
    const ann = token('ann')
    const give = (assignee: string | null) =>
      ask(`POST /v1/alerts/${id}/assignment`, { token: ann, body: { assignee } })
    expect((await give('bob')).body).toEqual({ id, assignee: 'bob' })
    expect((await ask('GET /v1/alerts?assignee=bob', { token: ann })).body.data).toHaveLength(1)
    expect((await give(null)).body).toEqual({ id, assignee: null })
    expect((await ask('GET /v1/alerts?unassigned=true', { token: ann })).body.data).toHaveLength(1)
  })

  it('is paged by cursors without a gap or a repeat, and as CSV', async () => {
    const { ask, token, ids } = await queue(5)
    const ann = token('ann')
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await ask(`GET /v1/alerts?limit=2${cursor}`, { token: ann })
      seen.push(...body.data.map(({ id }: { id: string }) => id))
      cursor = body.next === null ? '' : `&cursor=${body.next}`
    } while (cursor !== '' && seen.length < 10)
    expect(seen.sort()).toEqual(ids)
    const csv = await ask('GET /v1/alerts', { token: ann, headers: { accept: 'text/csv' } })
    expect(csv.text.split('\r\n')).toHaveLength(ids.length + 2)
    expect((await ask('GET /v1/alerts?cursor=bm8', { token: ann })).status).toBe(400)
    expect((await ask('GET /v1/alerts?q=%27%20or%201%3D1%20--', { token: ann })).body.data).toEqual([])
    expect((await ask(`GET /v1/alerts?q=${hash('3')}`, { token: ann })).body.data).toHaveLength(1)
  })
})
