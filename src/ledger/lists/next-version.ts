import type { Interval } from '../../screening/types.ts'
import { type EntryVersion, sameIntervals } from './entry-versions.ts'
import type { AddressHistory } from './list-history.ts'
import type { SnapshotEntryRow } from './list-snapshots.ts'

/** How a snapshot dates what changes in its list. */
export interface Dating {
  /** The day on which entries appear and disappear: the snapshot's issue date, else the day it was imported. */
  date: string
  /** The day on which entries disappear, where that is another: of a version older than the one it follows. */
  goneOn?: string
  /** The snapshot's own date of issue, where it has one: what stands in it was published by then. */
  issuedOn: string | null
  /** A row's `listed_on` is the date by which the address was published. */
  listedOnIsPublished: boolean
}

/**
 * What a snapshot makes of an entry.
 *
 * @param old the entry as it is. @param says what the snapshot says of it. @param known its dates beside the list's own
 * files; an earlier one of the list itself wins. @param isTakenBack as {@link takesBack} says.
 * @returns `undefined` for an address that never was on the list.
 */
export function nextVersion(
  old: EntryVersion | undefined,
  says: SnapshotEntryRow | undefined,
  known: AddressHistory | undefined,
  dating: Dating,
  isTakenBack = false,
): EntryVersion | undefined {
  const before = old ?? removedBefore(known, dating)
  if (says === undefined) {
    return before?.removed_on === null ? closed(before, removalDate(before, known, dating)) : before
  }
  const published = publishedBy(says, known, dating)
  if (before === undefined) return first(says, published ?? dating.date)
  const { address, assets, subject, subject_ids, programs, listed_on } = says
  const said = datedBack({ ...before, address, assets, subject, subject_ids, programs, listed_on }, published)
  if (says.removed_on === null) return reopened(said, published, dating, isTakenBack)
  return listedOnceMore(said, says.removed_on, published) ?? closed(said, says.removed_on)
}

/**
 * Whether a version takes back the end that the one before it gave the entry by its date: that end was a mistake, or was put off.
 * Where an entry begins anew, and not before that end, it was another time on the list.
 */
export function takesBack(was: SnapshotEntryRow | undefined, says: SnapshotEntryRow | undefined): boolean {
  if (was === undefined || was.removed_on === null || says === undefined || says.removed_on !== null)
    return false
  return says.listed_on === null || says.listed_on <= was.removed_on
}

/**
 * What a change of an entry asks of stored history. `renamed`: its alerts get an event with the new party. `said`: nothing, it is another
 * text or an earlier date.
 */
export type EntryChange = 'added' | 'removed' | 'renamed' | 'said'

/** Also one that is not in force is `added`: a transfer of when it was, that nobody knew of, alerts. */
export function changeOf(old: EntryVersion | undefined, next: EntryVersion): EntryChange {
  if (old === undefined) return 'added'
  const stays = isSameParty(old, next) ? 'said' : 'renamed'
  if (old.removed_on === null) return next.removed_on === null ? stays : 'removed'
  return sameIntervals(old.intervals, next.intervals) ? stays : 'added'
}

/** What is said of the party of an entry. */
export type SaidOfParty = Pick<EntryVersion, 'subject' | 'subject_ids'>

/** Whether two versions of an entry name the same party. One without ids is of before ids were stored: its name decides alone. */
export function isSameParty(a: SaidOfParty, b: SaidOfParty): boolean {
  if (a.subject !== b.subject) return false
  return a.subject_ids === b.subject_ids || a.subject_ids === '[]' || b.subject_ids === '[]'
}

/** What was removed before a list's snapshot was issued: a transfer of back then is judged by the list of back then. */
function removedBefore(known: AddressHistory | undefined, { date }: Dating): EntryVersion | undefined {
  // What was removed later may still stand in the snapshot.
  if (known === undefined || known.removedBy === null || known.removedBy > date) return undefined
  const { key, address, assets, listedOn, publishedBy, removedBy } = known
  return {
    ...{ key, address, assets: JSON.stringify(assets), subject: null, subject_ids: '[]', programs: '[]' },
    ...{ listed_on: listedOn, first_seen: publishedBy, removed_on: removedBy },
    intervals: [{ from: publishedBy, to: removedBy }],
  }
}

/** The earliest date that is known. A snapshot's own date of issue is one, also of one that comes in late. */
function publishedBy(
  says: SnapshotEntryRow,
  known: AddressHistory | undefined,
  { date, issuedOn, listedOnIsPublished }: Dating,
): string | null {
  const own = says.published_by ?? (listedOnIsPublished ? says.listed_on : null) ?? issuedOn
  // What was removed before, and stands here again: that was another time on the list.
  const before = known?.removedBy != null && known.removedBy <= date ? undefined : known?.publishedBy
  const published = before !== undefined && (own === null || before < own) ? before : own
  // What stands here has been published, whatever day a source gives for it.
  return published !== null && published > date ? date : published
}

/** The snapshot's date, or an earlier day where that is known. */
function removalDate(
  { intervals }: EntryVersion,
  known: AddressHistory | undefined,
  { goneOn, date: issued }: Dating,
): string {
  const date = goneOn ?? issued
  const removedBy = known?.removedBy ?? date
  return removedBy < date && removedBy > (intervals.at(-1)?.from ?? '') ? removedBy : date
}

function first(says: SnapshotEntryRow, firstSeen: string): EntryVersion {
  const { published_by: _, ...said } = says
  const { removed_on } = said
  const entry = { ...said, first_seen: firstSeen }
  return { ...entry, intervals: [{ from: firstSeen, to: noEarlier(removed_on, firstSeen) }] }
}

/** An interval ends no earlier than it begins: it is empty then. */
function noEarlier(to: string | null, from: string): string | null {
  return to !== null && to < from ? from : to
}

/** A source that turns out to have published an address earlier than was known. */
function datedBack(entry: EntryVersion, published: string | null): EntryVersion {
  const [earliest, ...later] = entry.intervals
  if (published === null || earliest === undefined || published >= earliest.from) return entry
  // An interval that was empty, since the removal was before all that was known, may be one by now.
  const to = later.length === 0 ? noEarlier(entry.removed_on, published) : earliest.to
  return { ...entry, first_seen: published, intervals: [{ from: published, to }, ...later] }
}

/** Removed, on the day the source says; a day it corrects is corrected. */
export function closed(entry: EntryVersion, removedOn: string): EntryVersion {
  return {
    ...entry,
    removed_on: removedOn,
    intervals: withLast(entry.intervals, ({ from }) => ({ from, to: noEarlier(removedOn, from) })),
  }
}

/** Published after it was removed, and removed once more: another time on the list, and no correction of the one before. */
function listedOnceMore(
  entry: EntryVersion,
  removedOn: string,
  published: string | null,
): EntryVersion | undefined {
  const last = entry.intervals.at(-1)
  if (published === null || last === undefined || last.to === null) return undefined
  if (published <= last.to || removedOn <= published) return undefined
  const intervals = [...entry.intervals, { from: published, to: removedOn }]
  return { ...entry, removed_on: removedOn, intervals }
}

/**
 * In force again: from the day it was published again, where the source gives one after the removal. A version from
 * before the removal, activated again, takes the removal back; so does one that no longer gives its date.
 */
function reopened(
  entry: EntryVersion,
  published: string | null,
  { date }: Dating,
  isTakenBack: boolean,
): EntryVersion {
  const last = entry.intervals.at(-1)
  if (last === undefined || last.to === null || entry.removed_on === null) return entry
  const from = published !== null && published > entry.removed_on ? published : date
  const intervals =
    isTakenBack || from < last.to || from === last.from
      ? withLast(entry.intervals, (interval) => ({ from: interval.from, to: null }))
      : [...entry.intervals, { from, to: null }]
  return { ...entry, removed_on: null, intervals }
}

function withLast(intervals: readonly Interval[], change: (last: Interval) => Interval): Interval[] {
  const last = intervals.at(-1)
  return last === undefined ? [] : [...intervals.slice(0, -1), change(last)]
}
