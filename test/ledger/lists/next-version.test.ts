import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EntryVersion } from '../../../src/ledger/lists/entry-versions.ts'
import type { AddressHistory } from '../../../src/ledger/lists/list-history.ts'
import type { SnapshotEntryRow } from '../../../src/ledger/lists/list-snapshots.ts'
import { changeOf, nextVersion } from '../../../src/ledger/lists/next-version.ts'
import { evm } from '../../screening/builders.ts'

const key = evm('1')
const day = fc.constantFrom('2021-01-01', '2022-02-02', '2023-03-03', '2024-04-04', '2025-05-05')
const maybeDay = fc.option(day, { nil: null })

const saying = fc.option(
  fc.record<SnapshotEntryRow>({
    ...{ key: fc.constant(key), address: fc.constantFrom('a', 'A'), assets: fc.constant('[]') },
    ...{ subject: fc.constantFrom(null, 'S'), subject_ids: fc.constant('[]'), programs: fc.constant('[]') },
    ...{ listed_on: maybeDay, published_by: maybeDay, removed_on: maybeDay },
  }),
  { nil: undefined },
)
const dating = fc.record({ date: day, issuedOn: maybeDay, listedOnIsPublished: fc.boolean() })
const known = fc.option(
  fc.tuple(day, maybeDay).map(
    ([publishedBy, removed]): AddressHistory => ({
      ...{ key, address: 'h', assets: [], listedOn: null, publishedBy },
      removedBy: removed !== null && removed > publishedBy ? removed : null,
    }),
  ),
  { nil: undefined },
)
const steps = fc.array(fc.tuple(saying, dating), { minLength: 1, maxLength: 7 })

/** What each version of the list leaves, one after the other. */
function story(
  versions: [SnapshotEntryRow | undefined, Parameters<typeof nextVersion>[3]][],
  about?: AddressHistory,
) {
  const entries: (EntryVersion | undefined)[] = []
  for (const [says, dates] of versions) entries.push(nextVersion(entries.at(-1), says, about, dates))
  return entries
}

describe('what versions of a list make of an entry', () => {
  it('is in force if and only if its last interval has no end, and the version holds it', () => {
    fc.assert(
      fc.property(steps, known, (versions, about) => {
        story(versions, about).forEach((entry, index) => {
          const says = versions[index]?.[0]
          if (entry === undefined) expect(says).toBeUndefined()
          else {
            expect(entry.removed_on === null).toBe(says !== undefined && says.removed_on === null)
            expect(entry.intervals.at(-1)?.to === null).toBe(entry.removed_on === null)
          }
        })
      }),
    )
  })

  it('has intervals in order, none of which ends before it begins, and only the last one open', () => {
    fc.assert(
      fc.property(steps, known, (versions, about) => {
        for (const entry of story(versions, about)) {
          const spans = entry?.intervals ?? []
          for (const [index, { from, to }] of spans.entries()) {
            if (to !== null) expect(to >= from).toBe(true)
            const next = spans[index + 1]
            if (next !== undefined) expect(to !== null && next.from >= to && next.from > from).toBe(true)
          }
          expect(spans[0]?.from).toBe(entry?.first_seen)
        }
      }),
    )
  })

  it('was published by the day of the version that holds it, though a source gives a later one', () => {
    const says = {
      key,
      address: 'a',
      assets: '[]',
      subject: null,
      subject_ids: '[]',
      programs: '[]',
      removed_on: null,
    }
    const dates = { date: '2025-05-05', issuedOn: '2025-05-05', listedOnIsPublished: true }
    for (const later of [
      { ...says, listed_on: null, published_by: '2926-01-01' },
      { ...says, listed_on: '2206-01-01', published_by: null },
    ])
      expect(story([[later, dates]])).toMatchObject([{ first_seen: '2025-05-05', removed_on: null }])
  })

  it('does not forget an address, nor when it was first published', () => {
    fc.assert(
      fc.property(steps, known, (versions, about) => {
        const entries = story(versions, about)
        for (const [index, entry] of entries.entries()) {
          const before = entries[index - 1]
          if (before === undefined) continue
          expect(entry).toBeDefined()
          expect((entry?.first_seen ?? '~') <= before.first_seen).toBe(true)
          expect(entry?.intervals.length).toBeGreaterThanOrEqual(before.intervals.length)
        }
      }),
    )
  })

  it('stays what it is where the same version comes again', () => {
    fc.assert(
      fc.property(steps, known, (versions, about) => {
        const last = versions.at(-1)
        if (last === undefined) return
        const [once, twice] = story([...versions, last], about).slice(-2)
        expect(twice).toEqual(once)
        if (once !== undefined) expect(changeOf(once, once)).toBe('said')
      }),
    )
  })
})

describe('what a change asks of stored history', () => {
  const entry = (spans: string, subject = 'A'): EntryVersion => {
    const intervals = spans.split(' ').map((span) => {
      const [from = '', to = ''] = span.split('..')
      return { from, to: to === '' ? null : to }
    })
    return {
      ...{ key, address: 'a', assets: '[]', subject, subject_ids: '[]', programs: '[]', listed_on: null },
      ...{ first_seen: intervals[0]?.from ?? '', removed_on: intervals.at(-1)?.to ?? null, intervals },
    }
  }

  it.each([
    ['a new entry in force', undefined, '2024..', 'added'],
    ['a new entry that was removed before: transfers of back then alert', undefined, '2022..2024', 'added'],
    ['one that left', '2022..', '2022..2024', 'removed'],
    ['one that came back', '2022..2023', '2022..2023 2024..', 'added'],
    ['a removal that is corrected: more transfers may be of its time', '2022..2023', '2022..2024', 'added'],
    ['one in force that was published earlier: it alerted anyway', '2023..', '2022..', 'said'],
  ])('%s', (_, old, next, change) => {
    expect(changeOf(old === undefined ? undefined : entry(old), entry(next))).toBe(change)
  })
})
