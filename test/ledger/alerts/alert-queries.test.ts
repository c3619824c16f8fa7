import { describe, expect, it } from 'vitest'
import { addressText } from '../../../src/address/text.ts'
import { findAlerts } from '../../../src/ledger/alerts/alert-queries.ts'
import { entry, p2wpkh, party, transfer, tx, watchlist } from '../../screening/builders.ts'
import { at, commit, freshChain, listedDeposit, ref, screened } from '../fixtures.ts'

describe('alerts since a moment', () => {
  it.each([
    ['2026-01-01', 1],
    ['2026-01-01T00:00:00Z', 1],
    ['2026-01-01T02:00:00+02:00', 1],
    ['2026-01-01T00:00:01Z', 0],
    ['2025-12-31T23:00:00-02:00', 0],
  ])('%s: %i raised at 2026-01-01T00:00:00.000Z', (since, count) => {
    const db = freshChain()
    commit(db, [screened(ref(7), [listedDeposit('0x1')])], { at })
    expect(findAlerts(db, { since })).toHaveLength(count)
  })

  it('are not answered where the moment is none', () => {
    expect(() => findAlerts(freshChain(), { since: 'Jan 1 2026' })).toThrow(/"Jan 1 2026" is no time/)
  })
})

describe('alerts of an address', () => {
  const key = p2wpkh('7')
  const scene = () => {
    const db = freshChain()
    const deposit = tx({ transfers: [transfer({ parties: [party(key, 'source')] })] })
    const against = watchlist(entry(key, { address: addressText(key, 'regtest') }))
    commit(db, [screened(ref(7), [deposit], {}, against)])
    return db
  }

  it.each([
    ['as it is written', addressText(key, 'regtest')],
    ['with white space around it', ` ${addressText(key, 'regtest')}\n`],
    ['in capitals', addressText(key, 'regtest').toUpperCase()],
    ['with the prefix of another network', addressText(key)],
  ])('are found by it %s', (_how, address) => {
    expect(findAlerts(scene(), { address })).toHaveLength(1)
  })

  it('are those of its key, and of no other', () => {
    const db = scene()
    expect(findAlerts(db, { address: addressText(p2wpkh('8')) })).toEqual([])
    expect(findAlerts(db, { address: 'no address at all' })).toEqual([])
  })
})
