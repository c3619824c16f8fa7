import { expect, it } from 'vitest'
import { noteUnscreened } from '../../src/ledger/coverage/unscreened.ts'
import { all, run } from '../../src/ledger/database.ts'
import { decide } from '../../src/operations/decide.ts'
import { at, commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { tx } from '../screening/builders.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

const hash = (digit: string) => `0x${digit.repeat(64)}`

it('a deposit is clear only where nothing that could raise an alert is missing', async () => {
  const context = servedContext()
  const { db } = context
  run(db, `update rescreens set state = 'done', finished_at = '${at}'`)
  const ask = await askerOf(context)
  const token = tokenOf(db, ['screen'])
  const get = async (digit: string, address = '') =>
    (await ask(`GET /v1/transactions?chain=ethereum&tx=${hash(digit)}${address}`, { token })).body.status
  expect(await get('1')).toBe('pending')
  commit(db, [screened(ref(7), [tx({ hash: hash('1') }), listedDeposit(hash('2'))])])
  const own = `&address=0x${'a'.repeat(40)}`
  expect([await get('1', own), await get('2', own), await get('1', `&address=0x${'c'.repeat(40)}`)]).toEqual([
    ...['clear', 'alerted', 'unscreened'],
  ])
  // What is not screened of somebody else's transaction changes nothing.
  noteUnscreened(db, 'ethereum', 7, { what: 'logs', reason: 'odd', txHash: hash('3') }, at)
  expect([await get('1', own), await get('3')]).toEqual(['clear', 'unscreened'])
  noteUnscreened(db, 'ethereum', 7, { what: 'traces', reason: 'none' }, at)
  expect(await get('1', own)).toBe('unscreened')
  run(db, `update unscreened set closed_at = '${at}' where what = 'traces'`)
  const ids = all<{ id: string }>(db, 'select id from alerts').map(({ id }) => id)
  decide(db, { ids, decision: 'released' }, { actor: 'ann', note: null, at })
  expect(await get('2', own)).toBe('released')
  run(db, `update rescreens set state = 'pending', parties_to = ?`, Number.MAX_SAFE_INTEGER)
  expect(await get('1', own)).toBe('pending')
})
