import { describe, expect, it } from 'vitest'
import type { SnapshotEntry } from '../../src/ledger/lists/list-snapshots.ts'
import { countByAsset, diffEntries, type ListDiff } from '../../src/lists/diff.ts'
import { evm } from '../screening/builders.ts'

function says(digit: string, fields: Partial<SnapshotEntry> = {}): SnapshotEntry {
  return {
    key: evm(digit),
    address: `0x${digit.repeat(40)}`,
    assets: ['ETH'],
    subject: 'A',
    subjectIds: [],
    programs: ['CYBER2'],
    listedOn: '2020-01-01',
    publishedBy: null,
    removedOn: null,
    ...fields,
  }
}

function diff(from: readonly SnapshotEntry[], to: readonly SnapshotEntry[]): ListDiff {
  const keys = new Set([...from, ...to].map(({ key }) => key))
  const of = (entries: readonly SnapshotEntry[], asked: string) => entries.find(({ key }) => key === asked)
  return diffEntries([...keys].map((key) => [of(from, key), of(to, key)]))
}

describe('the difference of two versions', () => {
  it('is what was added, removed and changed', () => {
    const from = [says('1'), says('2'), says('3')]
    const to = [says('2', { subject: 'B' }), says('3'), says('4')]
    expect(diff(from, to)).toEqual({
      added: [says('4')],
      removed: [says('1')],
      changed: [{ from: says('2'), to: says('2', { subject: 'B' }) }],
      past: [],
    })
  })

  it('is a removal where an entry ends by its date, an addition where that end is taken back', () => {
    const ended = says('1', { removedOn: '2025-01-01' })
    expect(diff([says('1')], [ended])).toEqual({ added: [], removed: [ended], changed: [], past: [] })
    expect(diff([ended], [says('1')])).toEqual({
      added: [says('1')],
      removed: [],
      changed: [],
      past: [],
    })
  })

  it('tells what was removed already in the only version that has it apart', () => {
    const old = says('1', { removedOn: '2025-01-01' })
    expect(diff([], [old])).toEqual({ added: [], removed: [], changed: [], past: [old] })
    expect(diff([old], [])).toEqual({ added: [], removed: [], changed: [], past: [old] })
    const moved = says('1', { removedOn: '2025-02-01' })
    expect(diff([old], [moved]).changed).toEqual([{ from: old, to: moved }])
  })

  it('is nothing between a version and itself', () => {
    const entries = [says('1'), says('2')]
    expect(diff(entries, entries)).toEqual({
      ...{ added: [], removed: [], changed: [], past: [] },
    })
  })

  it('is by key: another spelling of an address is no change', () => {
    const { changed } = diff([says('a')], [says('a', { address: `0x${'A'.repeat(40)}` })])
    expect(changed).toEqual([])
  })

  it.each<[string, Partial<SnapshotEntry>]>([
    ['assets', { assets: ['ETH', 'USDT'] }],
    ['subject', { subject: null }],
    ['programs', { programs: [] }],
    ['listing date', { listedOn: '2021-01-01' }],
  ])('sees another %s', (_name, fields) => {
    expect(diff([says('1')], [says('1', fields)]).changed).toHaveLength(1)
  })
})

describe('the ids of a party', () => {
  it('are a change where both versions have them, and others', () => {
    expect(diff([says('1', { subjectIds: ['1'] })], [says('1', { subjectIds: ['2'] })]).changed).toHaveLength(
      1,
    )
    expect(diff([says('1')], [says('1', { subjectIds: ['2'] })]).changed).toEqual([])
  })
})

describe('counting by asset', () => {
  it('counts an address under each of its labels, and one without under (none)', () => {
    const entries = [says('1', { assets: ['USDT', 'ETH'] }), says('2'), says('3', { assets: [] })]
    expect(countByAsset(entries)).toEqual({ '(none)': 1, ETH: 2, USDT: 1 })
  })
})
