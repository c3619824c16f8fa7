import { expect, it } from 'vitest'
import { run } from '../../src/ledger/database.ts'
import { commit, ref, screened } from '../ledger/fixtures.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { evm, foreign, listed, own, party, transfer, tx } from '../screening/builders.ts'
import { askerOf, servedContext, start, tokenOf } from './fixtures.ts'

// Whole bodies, member by member: `askerOf` holds them against the description, and these tests against what happened.

const hash = `0x${'5'.repeat(64)}`
const text = (key: string) => `0x${key.slice('evm:'.length)}`

async function served() {
  const context = servedContext()
  const ask = await askerOf(context)
  const token = tokenOf(context.db, ['read', 'own', 'admin', 'screen'], { person: 'ann' })
  return { ...context, ask: (route: string, body?: unknown) => ask(route, { token, body }) }
}

const named = (keys: Record<string, unknown>, ...names: string[]) =>
  expect(Object.keys(keys).sort()).toEqual(names.sort())

it('own addresses are listed, filtered and retired', async () => {
  const { ask } = await served()
  const row = { address: text(own), kind: 'hot', reference: 'h-1', chain: 'ethereum' }
  expect(
    (await ask('POST /v1/own-addresses', { addresses: [row, { address: text(foreign) }] })).body,
  ).toEqual({
    ...{ added: 2, known: 0, changed: 0, revision: 1, rescan: null },
  })
  const first = { key: own, ...row, addedAt: start, retiredAt: null }
  const other = {
    ...{ key: foreign, address: text(foreign), kind: 'deposit', reference: '', chain: null },
    ...{ addedAt: start, retiredAt: null },
  }
  expect((await ask('GET /v1/own-addresses')).body).toEqual({ data: [other, first], next: null })
  const page = (await ask('GET /v1/own-addresses?limit=1')).body
  expect(page).toEqual({ data: [other], next: expect.any(String) })
  expect((await ask(`GET /v1/own-addresses?limit=1&cursor=${page.next}`)).body).toEqual({
    data: [first],
    next: null,
  })
  expect((await ask('GET /v1/own-addresses?reference=h-1')).body.data).toEqual([first])
  expect((await ask(`DELETE /v1/own-addresses/${own}`)).body).toEqual({ key: own, retired: true })
  expect((await ask(`GET /v1/own-addresses?address=${text(own)}`)).body.data).toEqual([
    { ...first, retiredAt: start },
  ])
  expect((await ask(`DELETE /v1/own-addresses/${evm('9')}`)).body.type).toBe(
    'urn:chainscreen:problem:not-found',
  )
})

it('a transfer has the columns of its views, its parties, and its transaction beside it', async () => {
  const { ask, db } = await served()
  await ask('POST /v1/own-addresses', { addresses: [{ address: text(own), reference: 'u-1' }] })
  const moved = transfer({ id: 'log:2', amount: 7n, parties: [party(foreign, 'source')], tags: ['dust'] })
  commit(db, [screened(ref(7), [tx({ hash, transfers: [moved], parties: [party(listed, 'initiator')] })])])
  const block = { chain: 'ethereum', txHash: hash, blockHeight: 7, blockHash: 'a7' }
  const blockTime = new Date((1_700_000_000 + 7 * 12) * 1_000).toISOString().replace('.000', '')
  const by = (key: string, role: string) => ({
    ...{ role, address: text(key), key, direction: null, matchKey: key, matchBasis: 'exact' },
  })
  const stored = {
    ...{ ...block, blockTime, transfer: 'log:2', direction: 'deposit', asset: 'native', symbol: 'ETH' },
    ...{ decimals: null, amount: '7', ownAddress: text(own), ownReference: 'u-1', tags: ['dust'] },
    ...{ partyCount: 1, parties: [by(foreign, 'source')] },
  }
  const transactions = [
    { ...block, blockTime, transferCount: 1, partyCount: 1, parties: [by(listed, 'initiator')] },
  ]
  for (const filter of ['', `?address=${text(own)}`, '?reference=u-1&direction=deposit&chain=ethereum'])
    expect((await ask(`GET /v1/transfers${filter}`)).body).toEqual({
      data: [stored],
      next: null,
      transactions,
    })
  for (const filter of ['?direction=withdrawal', '?reference=u-2', '?chain=other', '?since=2024-01-01'])
    expect((await ask(`GET /v1/transfers${filter}`)).body).toEqual({ data: [], next: null, transactions: [] })
  const credit = (await ask(`GET /v1/transactions?chain=ethereum&tx=${hash}`)).body
  expect(credit).toEqual({
    ...{ status: 'alerted', reasons: [expect.stringContaining(' is open')], confirmations: 1, final: false },
    ...{ transfers: [stored], transactions, alerts: [expect.any(String)] },
  })
})

it('coverage has what was screened, what was not and why, and the readings with their digests', async () => {
  const { ask, db } = await served()
  commit(db, [
    screened(ref(7)),
    screened(ref(8), [], { unscreened: [{ what: 'traces', reason: 'the node has none' }] }),
  ])
  const { body } = await ask('GET /v1/coverage/ethereum?from=7&to=9')
  named(
    body,
    ...['chain', 'caip2', 'startHeight', 'cursorHeight', 'headHeight', 'finalHeight', 'historyRevision'],
    ...['ranges', 'gaps', 'notes', 'readings', 'next'],
  )
  expect(body).toMatchObject({
    ...{ chain: 'ethereum', caip2: 'eip155:1', startHeight: 7, cursorHeight: 8, headHeight: 8, next: null },
    ranges: [{ from: 7, to: 8, level: 'full', listRevision: 1, ownRevision: 0, proved: true }],
    readings: [
      { kind: 'follow', fromHeight: 7, toHeight: 8, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ],
  })
  expect(body.gaps).toContainEqual({ from: 8, to: 8, reason: expect.stringContaining('the node has none') })
  expect((await ask('GET /v1/coverage/ethereum?from=100')).body).toMatchObject({ ranges: [], readings: [] })
  expect((await ask('GET /v1/coverage/none')).status).toBe(404)
})

it('lists have their state, versions, what a version changes, and what is held', async () => {
  const { ask, db } = await served()
  const [list] = (await ask('GET /v1/lists')).body.data
  named(
    list,
    ...[
      'id',
      'format',
      'category',
      'state',
      'fresh',
      'problem',
      'warning',
      'revision',
      'snapshot',
      'issuedOn',
    ],
    ...['checkedAt', 'ageSeconds', 'maxAgeSeconds', 'inForce', 'held', 'removedAt'],
  )
  expect(list).toMatchObject({
    ...{ id: 'ofac-sdn', format: 'ofac-sdn-advanced', category: 'sanctions', state: 'fresh', fresh: true },
    ...{ problem: null, revision: 1, issuedOn: '2025-12-01', inForce: 1, held: [], removedAt: null },
  })
  activateList(db, [evm('1'), evm('2')], 'ofac-sdn', '2025-12-02')
  const versions = (await ask('GET /v1/lists/ofac-sdn/versions')).body
  expect(versions).toEqual({
    data: [
      expect.objectContaining({ state: 'active', issuedOn: '2025-12-02', revision: 2, reason: null }),
      expect.objectContaining({ state: 'superseded', issuedOn: '2025-12-01', version: list.snapshot }),
    ],
    next: null,
  })
  named(
    versions.data[0],
    ...['version', 'state', 'reason', 'issuedOn', 'importedAt', 'activatedAt', 'revision', 'bytes'],
  )
  const of = `/v1/lists/ofac-sdn/versions/${list.snapshot}`
  const gone = (await ask(`GET ${of}/diff`)).body
  named(gone, 'from', 'to', 'counts', 'added', 'removed', 'changed')
  expect(gone).toMatchObject({
    ...{ from: versions.data[0].version, to: list.snapshot, added: [] },
    removed: [{ address: evm('2'), subject: 'A listed party', subjectIds: [], programs: [] }],
  })
  const approve = () => ask(`POST ${of}/approve`, { note: 'checked' })
  expect((await approve()).body.type).toBe('urn:chainscreen:problem:not-held')
  expect((await ask('GET /v1/lists/none/versions')).status).toBe(404)
  run(
    db,
    `update list_snapshots set state = 'held', reason = 'it loses an address' where sha256 = ?`,
    list.snapshot,
  )
  expect((await ask('GET /v1/lists')).body.data[0].held).toEqual([
    { version: list.snapshot, issuedOn: '2025-12-01', reason: 'it loses an address' },
  ])
})
