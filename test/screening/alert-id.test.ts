import { describe, expect, it } from 'vitest'
import { alertId } from '../../src/screening/alert-id.ts'
import { screen } from '../../src/screening/screen.ts'
import type { Finding } from '../../src/screening/types.ts'
import { Watchlist } from '../../src/screening/watchlist.ts'
import { entry, evm, listed, noon, party, transfer, tx, watchlist } from './builders.ts'

const hash = `0x${'a'.repeat(64)}`
const deposit = tx({ hash, transfers: [transfer({ id: 'log:2', parties: [party(evm('1'), 'source')] })] })

function only(findings: Finding[]): Finding {
  const [first, ...rest] = findings
  if (first === undefined || rest.length > 0) throw new Error(`${findings.length} findings`)
  return first
}

describe('the id of an alert', () => {
  it('is what sha256sum makes of its fields, cut to 32 digits', () => {
    // printf 'eip155:1\n0x<64 a>\nlog:2\nevm:<40 1>\nofac-sdn\ntron:<40 1>' | sha256sum
    const entryOnTron = entry(`tron:${'1'.repeat(40)}`)
    const finding = only(screen(deposit, noon('2024-01-01'), watchlist(entryOnTron)))
    expect(alertId('eip155:1', finding)).toBe('cdbc0b72e93641330031fc803bd19946')
  })

  const base = only(screen(deposit, noon('2024-01-01'), watchlist(entry(evm('1')))))
  const id = alertId('eip155:1', base)

  it('does not depend on the block, its time, or the revision', () => {
    const later = new Watchlist(99, [entry(evm('1'))])
    expect(alertId('eip155:1', only(screen(deposit, noon('2025-06-01'), later)))).toBe(id)
  })

  it('does not depend on other lists', () => {
    const lists = watchlist(entry(evm('1'), { listId: 'house' }), entry(evm('1')), entry(listed))
    const ids = screen(deposit, noon('2024-01-01'), lists).map((finding) => alertId('eip155:1', finding))
    expect(ids).toHaveLength(2)
    expect(ids).toContain(id)
  })

  it('does not depend on what the list says of the entry', () => {
    const renamed = entry(evm('1'), { subject: 'another name', programs: [], address: '0x1111' })
    expect(alertId('eip155:1', only(screen(deposit, noon('2024-01-01'), watchlist(renamed))))).toBe(id)
  })

  it.each<[string, string, Partial<Finding>]>([
    ['chain', 'eip155:10', {}],
    ['transaction', 'eip155:1', { txHash: `0x${'b'.repeat(64)}` }],
    ['transfer', 'eip155:1', { transfer: 'log:3' }],
    ['party', 'eip155:1', { party: evm('2') }],
    ['list', 'eip155:1', { entry: { ...base.entry, listId: 'house' } }],
    ['entry', 'eip155:1', { entry: { ...base.entry, key: evm('2') } }],
  ])('depends on the %s', (_name, caip2, change) => {
    expect(alertId(caip2, { ...base, ...change })).not.toBe(id)
  })
})
