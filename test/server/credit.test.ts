import { describe, expect, it } from 'vitest'
import { commitReplay } from '../../src/ledger/blocks/commit-replay.ts'
import { noteUnscreened } from '../../src/ledger/coverage/unscreened.ts'
import { all, inTransaction, run } from '../../src/ledger/database.ts'
import { askLookback, type Lookback, pendingLookback, queueLookback } from '../../src/ledger/own/lookbacks.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { removeOwnAddresses } from '../../src/ledger/own/remove-own.ts'
import { bumpRevision, readRevisions } from '../../src/ledger/revisions.ts'
import { decide } from '../../src/operations/decide.ts'
import { at, chain, commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { activateList } from '../pipeline/fixtures.ts'
import { rescreenAll } from '../pipeline/rescreening/rescreen-fixtures.ts'
import { evm, own, tx } from '../screening/builders.ts'
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

describe('what is due', () => {
  /** A deposit that nothing speaks against, in block 7, and its status. */
  async function clearDeposit() {
    const context = servedContext()
    const { db } = context
    run(db, `update rescreens set state = 'done', finished_at = '${at}'`)
    commit(db, [screened(ref(7), [tx({ hash: hash('1') })])])
    const ask = await askerOf(context)
    const token = tokenOf(db, ['screen'])
    const status = async () => {
      const { body } = await ask(`GET /v1/transactions?chain=ethereum&tx=${hash('1')}`, { token })
      return [body.status, ...body.reasons]
    }
    expect(await status()).toEqual(['clear'])
    return { db, status }
  }
  const blockTime = ref(7).time

  it('counts a rescan for own addresses that was asked for and is not queued yet', async () => {
    const { db, status } = await clearDeposit()
    const ask = (since: number) =>
      inTransaction(db, () => askLookback(db, 'ethereum', { since, ownRevision: bumpRevision(db, 'own') }))
    // Of later blocks alone, and of another chain.
    ask(blockTime + 86_400)
    inTransaction(db, () => askLookback(db, 'bitcoin', { since: 0, ownRevision: readRevisions(db).own }))
    expect(await status()).toEqual(['clear'])
    ask(blockTime + 60)
    expect(await status()).toEqual([
      'pending',
      'a rescan for own addresses that were registered later is due',
    ])
    // As soon as it is queued, the rescan itself is what is due.
    const asked = pendingLookback(db, 'ethereum')
    queueLookback(db, 'ethereum', asked as Lookback, 7, at)
    expect(await status()).toEqual(['pending', 'a rescan of blocks 7 to 7 is due'])
  })

  it('does not count one for addresses that the block was screened with', async () => {
    const { db, status } = await clearDeposit()
    const ownRevision = readRevisions(db).own
    inTransaction(db, () => askLookback(db, 'ethereum', { since: 0, ownRevision }))
    expect(await status()).toEqual(['clear'])
  })

  it('counts that an own address is listed again, whatever was decided of it before', async () => {
    const { db, status } = await clearDeposit()
    const address = { address: `0x${'9'.repeat(40)}`, kind: 'hot', reference: 'u', chain: '' } as const
    await addOwnAddresses(db, [{ key: own, ...address }], at)
    activateList(db, [evm('2'), own], 'ofac-sdn', '2025-12-02')
    rescreenAll(db)
    const ids = all<{ id: string }>(db, 'select id from alerts').map(({ id }) => id)
    expect(ids).toHaveLength(1)
    decide(db, { ids, decision: 'released' }, { actor: 'ann', note: null, at })
    expect((await status())[0]).toBe('released')
    activateList(db, [evm('2')], 'ofac-sdn', '2025-12-03')
    rescreenAll(db)
    activateList(db, [evm('2'), own], 'ofac-sdn', '2025-12-04')
    // Of a block that was screened with that list, no re-screen is due: of the own address, one is.
    commit(db, [screened(ref(8), [tx({ hash: hash('2') })])])
    run(db, `update rescreens set parties_to = 0 where state = 'pending'`)
    expect(await status()).toEqual([
      'pending',
      'list ofac-sdn names an own address that it pays: the alert is due',
    ])
    rescreenAll(db)
    expect((await status())[0]).toBe('alerted')
  })

  it('is not forgotten since a rescan with less coverage came after an own address was removed', async () => {
    const { db, status } = await clearDeposit()
    const address = { address: `0x${'8'.repeat(40)}`, kind: 'hot', reference: 'u', chain: '' } as const
    const [key] = [evm('8')]
    await addOwnAddresses(db, [{ key, ...address }], at)
    commit(db, [screened(ref(8), [tx({ hash: hash('3') })])])
    const { own: ownRevision } = readRevisions(db)
    run(db, 'update coverage set own_revision = ?', ownRevision)
    await removeOwnAddresses(db, [key], { actor: 'ann', note: null, at })
    run(db, `update replays set state = 'done'`)
    run(db, `update rescreens set state = 'done', finished_at = '${at}'`)
    const misread = ['unscreened', 'an address was screened as own in its block, and was removed since']
    expect(await status()).toEqual(misread)
    const reading = { ...screened(ref(7), [tx({ hash: hash('1') })]), level: 'logs' }
    const step = { blocks: [reading], revisions: readRevisions(db), at }
    commitReplay(db, chain, step, { row: undefined, terms: '' })
    expect(await status()).toEqual(misread)
  })
})
