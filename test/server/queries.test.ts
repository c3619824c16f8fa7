import { expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { decide } from '../../src/operations/decide.ts'
import { fileReport } from '../../src/operations/file-report.ts'
import { at, commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { own } from '../screening/builders.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

const ann = { actor: 'ann', note: null, at }

it('alerts are asked for by whether their report was sent', async () => {
  const context = servedContext()
  const { db } = context
  commit(db, [screened(ref(7), [listedDeposit(`0x${'1'.repeat(64)}`)])])
  const ids = all<{ id: string }>(db, 'select id from alerts').map(({ id }) => id)
  const ask = await askerOf(context)
  const token = tokenOf(db, ['read'])
  const found = async () =>
    Promise.all(
      ['true', 'false'].map(
        async (filed) => (await ask(`GET /v1/alerts?filed=${filed}`, { token })).body.data.length,
      ),
    )
  expect(await found()).toEqual([0, 1])
  decide(db, { ids, decision: 'blocked' }, ann)
  fileReport(db, ids, { on: '2025-12-30', reference: 'BR-1' }, ann)
  expect(await found()).toEqual([1, 0])
  decide(db, { ids, decision: 'rejected' }, ann)
  expect(await found()).toEqual([0, 1])
})

it.each(['alerts', 'screenings', 'transfers'])(
  '%s since a time that is to come are refused',
  async (route) => {
    const context = servedContext()
    const ask = await askerOf(context)
    const token = tokenOf(context.db, ['read'])
    const asked = async (query: string) => (await ask(`GET /v1/${route}?${query}`, { token })).status
    expect(await asked('since=2026-01-01')).toBe(200)
    expect(await asked('since=2027-01-01')).toBe(400)
    if (route === 'alerts') return
    expect(await asked('since=2025-01-02&until=2025-01-03')).toBe(200)
    expect(await asked('since=2025-01-02&until=2025-01-01')).toBe(400)
  },
)

it('coverage of a block has the gaps that follow from what came since', async () => {
  const context = servedContext()
  const { db } = context
  commit(db, [screened(ref(7))])
  await addOwnAddresses(
    db,
    [{ key: own, address: `0x${'a'.repeat(40)}`, kind: 'hot', reference: 'u', chain: '' }],
    at,
  )
  commit(db, [screened(ref(8))])
  const ask = await askerOf(context)
  const token = tokenOf(db, ['read'])
  const reasons = async (height: number) => {
    const { body } = await ask(`GET /v1/coverage/ethereum?from=${height}&to=${height}`, { token })
    return body.gaps.map(({ reason }: { reason: string }) => reason)
  }
  expect(await reasons(7)).toContain('1 own addresses were registered later (replay screens them)')
  expect(await reasons(8)).not.toContain('1 own addresses were registered later (replay screens them)')
  expect((await ask('GET /v1/coverage/ethereum?from=8&to=7', { token })).status).toBe(400)
})
