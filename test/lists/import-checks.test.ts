import { describe, expect, it } from 'vitest'
import { type Family, type Key, keyFamily, makeKey } from '../../src/address/key.ts'
import { type FamilyCount, reasonsToHold } from '../../src/lists/import-checks.ts'

/** `evm:100` = a hundred keys of the family; the same numbers are the same keys. */
function keys(...parts: string[]): Set<Key> {
  return new Set(
    parts.flatMap((part) => {
      const [family, count] = part.split(':')
      return Array.from({ length: Number(count) }, (_, index) =>
        makeKey(family as Family, Buffer.from(String(index).padStart(20, '.'))),
      )
    }),
  )
}

const today = '2026-03-01'
const version = (issuedOn: string | null, ...parts: string[]) => ({ issuedOn, keys: keys(...parts) })

function reasons(
  active: ReturnType<typeof version> | null,
  next: ReturnType<typeof version>,
  options: { format?: string; maxRemoved?: number; today?: string; activatedOn?: string } = {},
): string[] {
  return reasonsToHold({
    ...{ format: 'ofac-sdn-advanced', maxRemoved: 0.05, today, ...options },
    active: active && {
      issuedOn: active.issuedOn,
      activatedOn: options.activatedOn ?? today,
      families: families(active.keys, next.keys),
    },
    next: { issuedOn: next.issuedOn, entries: next.keys.size },
  })
}

function families(active: ReadonlySet<Key>, next: ReadonlySet<Key>): Map<Family, FamilyCount> {
  const counts = new Map<Family, FamilyCount>()
  for (const key of active) {
    const { entries, gone } = counts.get(keyFamily(key)) ?? { entries: 0, gone: 0 }
    counts.set(keyFamily(key), { entries: entries + 1, gone: gone + (next.has(key) ? 0 : 1) })
  }
  return counts
}

describe('the guard', () => {
  it.each<[string, string[], ReturnType<typeof version> | null, ReturnType<typeof version>]>([
    ['lets a first version through', [], null, version('2024-05-29', 'evm:1')],
    ['lets growth through', [], version('2024-05-29', 'evm:100'), version('2025-11-19', 'evm:200')],
    ['lets the very limit through', [], version(null, 'evm:100'), version(null, 'evm:95')],
    [
      'holds one more than the limit',
      [
        '6 of 100 addresses are gone (6 %, guard.maxRemoved allows 5 %)',
        '6 of 100 evm addresses are gone (6 %, guard.maxRemoved allows 5 %)',
      ],
      version(null, 'evm:100'),
      version(null, 'evm:94'),
    ],
    [
      'holds when a family of ten or more falls, though the list does not',
      ['2 of 10 tron addresses are gone (20 %, guard.maxRemoved allows 5 %)'],
      version(null, 'evm:500', 'tron:10'),
      version(null, 'evm:500', 'tron:8'),
    ],
    [
      'does not look alone at a family of nine',
      [],
      version(null, 'evm:500', 'tron:9'),
      version(null, 'evm:500'),
    ],
    [
      'counts what is gone, though as many came',
      ['10 of 100 evm addresses are gone (10 %, guard.maxRemoved allows 5 %)'],
      version(null, 'evm:100', 'bitcoin:900'),
      version(null, 'evm:90', 'bitcoin:900', 'tron:500'),
    ],
    [
      'holds a date that is still to come',
      ['its date of issue, 2026-03-03, is in the future'],
      version('2026-02-28', 'evm:100'),
      version('2026-03-03', 'evm:100'),
    ],
    [
      'holds a first version of which the date is still to come',
      ['its date of issue, 2099-01-01, is in the future'],
      null,
      version('2099-01-01', 'evm:100'),
    ],
    [
      'lets the date of tomorrow through, which may be today elsewhere',
      [],
      version('2026-02-28', 'evm:100'),
      version('2026-03-02', 'evm:100'),
    ],
    [
      'lets a true date follow on one that is still to come',
      [],
      version('2099-01-01', 'evm:100'),
      version('2026-03-01', 'evm:100'),
    ],
    ['holds an empty version', ['it has no address'], version(null, 'evm:100'), version(null)],
    ['holds an empty first version', ['it has no address'], null, version('2024-05-29')],
    [
      'holds an older issue date',
      ['it was issued on 2024-05-29, before the active one (2025-11-19)'],
      version('2025-11-19', 'evm:100'),
      version('2024-05-29', 'evm:100'),
    ],
    [
      'lets the same issue date through',
      [],
      version('2025-11-19', 'evm:100'),
      version('2025-11-19', 'evm:101'),
    ],
    ['compares no dates where one has none', [], version('2025-11-19', 'evm:100'), version(null, 'evm:100')],
    ['lets anything follow on an empty version', [], version(null), version(null, 'evm:1')],
  ])('%s', (_name, expected, active, next) => {
    expect(reasons(active, next)).toEqual(expected)
  })

  it('holds one from before the active one, though the clock was set back since', () => {
    const options = { today: '2025-01-10', activatedOn: '2026-02-01' }
    expect(reasons(version('2026-01-31', 'evm:100'), version('2025-01-09', 'evm:100'), options)).toEqual([
      'it was issued on 2025-01-09, before the active one (2026-01-31)',
    ])
  })

  it('holds a csv under 20 rows only when it is empty', () => {
    const csv = { format: 'csv' }
    expect(reasons(version(null, 'evm:19'), version(null, 'evm:1'), csv)).toEqual([])
    expect(reasons(version(null, 'evm:19'), version(null), csv)).toEqual(['it has no address'])
    expect(reasons(version(null, 'evm:20'), version(null, 'evm:1'), csv)).toHaveLength(2)
  })

  it('lets exactly what is allowed through, for every percentage with one digit, and holds one more', () => {
    const held = (gone: number, of: number, maxRemoved: number) =>
      reasonsToHold({
        ...{ format: 'ofac-sdn', maxRemoved, today, next: { issuedOn: null, entries: 1 } },
        active: { issuedOn: null, activatedOn: today, families: new Map([['evm', { entries: of, gone }]]) },
      }).length > 0
    const wrong = []
    for (let tenths = 0; tenths <= 1000; tenths++) {
      for (const of of [1000, 3000, 77_000]) {
        const gone = (tenths * of) / 1000
        if (held(gone, of, tenths / 10 / 100)) wrong.push([gone, of])
        if (gone < of && !held(gone + 1, of, tenths / 10 / 100)) wrong.push([gone + 1, of])
      }
    }
    expect(wrong).toEqual([])
  })

  it.each([
    [504, 10_000, 0.05, '(5.04 %, guard.maxRemoved allows 5 %)'],
    [101, 2_000, 0.05, '(5.1 %, guard.maxRemoved allows 5 %)'],
    [50_001, 1_000_000, 0.05, '(5.0001 %, guard.maxRemoved allows 5 %)'],
    [8, 1_000, 0.007, '(0.8 %, guard.maxRemoved allows 0.7 %)'],
  ])('tells %i of %i from what is allowed', (gone, of, maxRemoved, told) => {
    const families = new Map<Family, FamilyCount>([['evm', { entries: of, gone }]])
    const [reason] = reasonsToHold({
      ...{ format: 'ofac-sdn', maxRemoved, today, next: { issuedOn: null, entries: 1 } },
      active: { issuedOn: null, activatedOn: today, families },
    })
    expect(reason).toContain(told)
  })

  it('allows what the config allows', () => {
    const [before, after] = [version(null, 'evm:100'), version(null, 'evm:50')]
    expect(reasons(before, after, { maxRemoved: 0.5 })).toEqual([])
    expect(reasons(before, after, { maxRemoved: 0.49 })).toHaveLength(2)
    expect(reasons(before, version(null, 'evm:99'), { maxRemoved: 0 })).toHaveLength(2)
  })
})
