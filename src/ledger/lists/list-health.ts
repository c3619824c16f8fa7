import { isInFuture } from '../../time/moments.ts'
import type { Db } from '../database.ts'
import { isReadThrough, pastProgress } from '../freezes/freeze-past.ts'
import { activeSnapshot } from './list-snapshots.ts'
import { findList, freezeListFormat, type ListOrigin, type ListRow, readLists } from './lists.ts'

/** Whether a list can vouch for an address that is not in it. */
export interface ListHealth {
  id: string
  /**
   * `missing`: no version was ever activated, or its past is not read to the end. `stale`: older than its `maxAge`, or
   * nobody knows how old; or issued too long ago, and nobody asks its publisher.
   */
  state: 'fresh' | 'stale' | 'missing'
  /**
   * Seconds since the publisher was last asked and the answer was sound; of a file, since its content last changed; of the bundled
   * list, since its issue. `null` where that never was.
   */
  ageSeconds: number | null
  /** `null` = no limit. */
  maxAgeSeconds: number | null
  /** The publisher's own date, `YYYY-MM-DD`; `null` where it gives none, or nothing is active. */
  issuedOn: string | null
  /** Seconds since the day of issue began; `null` where that day is not known, or still to come. */
  issueAgeSeconds: number | null
  /** `null` = no limit. */
  maxIssueAgeSeconds: number | null
  /** Why it can't vouch, as a clause; `null` where it can. */
  problem: string | null
  /** What a person should look at although it can vouch, as a clause; `null` where there is nothing. */
  warning: string | null
}

/** A list in question. */
export interface AskedList {
  id: string
  /** What it is to be read as, by the config. */
  format?: string
  /** What the config says, which the ledger learns when the list is next loaded; `null` = no limit. Else what was noted. */
  maxAgeMs?: number | null
  /** The same of its date of issue. */
  maxIssueAgeMs?: number | null
  /** Where it comes from, by the config. */
  file?: string
  url?: string
}

/**
 * The health of lists: time since the last successful check, since publishers do not publish daily; of a file, time since
 * its content changed, since reading it again is no look at its publisher. The bundled list is as old as its issue. And
 * for each the publisher's own date.
 *
 * @param wanted lists in question, such as those of a config, known to the ledger or not; `null` for every list it knows that was
 * not taken out of force.
 * @param at now, ISO-8601.
 */
export function listHealth(db: Db, wanted: readonly AskedList[] | null, at: string): ListHealth[] {
  if (wanted !== null) return wanted.map((asked) => healthOf(db, asked, findList(db, asked.id), at))
  const inForce = readLists(db).filter(({ removed_at }) => removed_at === null)
  return inForce.map((list) => healthOf(db, { id: list.id }, list, at))
}

function healthOf(db: Db, asked: AskedList, list: ListRow | undefined, at: string): ListHealth {
  const { id } = asked
  const limits = {
    maxAgeSeconds: limitOf(asked, list, asked.maxAgeMs, list?.max_age_seconds),
    maxIssueAgeSeconds: limitOf(asked, list, asked.maxIssueAgeMs, list?.max_issue_age_seconds),
  }
  const unknown = { ageSeconds: null, issuedOn: null, issueAgeSeconds: null, warning: null }
  const missing = (problem: string) => ({ id, state: 'missing' as const, ...limits, ...unknown, problem })
  if (list === undefined) return missing(`list ${id} was never loaded`)
  if (list.removed_at !== null) return missing(`list ${id} was taken out of force at ${list.removed_at}`)
  const lack = list.format === freezeListFormat ? unreadPast(db, id) : neverLoaded(list)
  if (lack !== null) return missing(lack)
  const origin = originOf(db, asked, list)
  const since = sinceOf(origin, list)
  const ageSeconds = since === null ? null : (Date.parse(at) - Date.parse(since)) / 1000
  const issuedOn = list.issued_on
  const issueAgeSeconds = secondsSince(issuedOn, at)
  const ages = { ageSeconds, issuedOn, issueAgeSeconds, ...limits }
  const stale = (why: string) =>
    ({ id, state: 'stale', ...ages, problem: `list ${id} ${why}`, warning: null }) as const
  const old = tooOld(origin, since, ages, at)
  if (old !== null) return stale(old)
  const issued = issuedTooLongAgo(ages)
  if (issued !== null && (origin === 'file' || origin === 'bundled')) return stale(issued)
  // Its publisher may pause.
  const warning = issued === null ? null : `list ${id} ${issued}; its publisher was last asked at ${since}`
  return { id, state: 'fresh', ...ages, problem: null, warning }
}

/** Where the version in force comes from. One from a file gets no younger by a word in the config. */
function originOf(db: Db, { file, url }: AskedList, list: ListRow): ListOrigin | 'bundled' {
  if (list.format === freezeListFormat) return 'chain'
  if (formatInForce(db, list) === 'bundled') return 'bundled'
  if (file === undefined && url === undefined) return list.origin
  return file !== undefined ? 'file' : list.origin
}

/** What its age counts from. */
function sinceOf(origin: ListOrigin | 'bundled', list: ListRow): string | null {
  if (origin === 'bundled') return list.issued_on
  return origin === 'file' ? (list.content_since ?? list.activated_at) : list.checked_at
}

const sinceWords = {
  bundled: 'was issued on',
  file: 'last changed at',
  url: 'was checked at',
  chain: 'goes up to a block of',
} as const

const oldWords = {
  bundled: 'is',
  file: 'is a file whose content is',
  url: 'is',
  chain: 'goes up to a block that is',
} as const

type Ages = Pick<
  ListHealth,
  'ageSeconds' | 'maxAgeSeconds' | 'issuedOn' | 'issueAgeSeconds' | 'maxIssueAgeSeconds'
>

function tooOld(
  origin: keyof typeof oldWords,
  since: string | null,
  { ageSeconds, maxAgeSeconds }: Ages,
  at: string,
): string | null {
  if (maxAgeSeconds === null) return null
  if (since === null || ageSeconds === null) return 'was never checked'
  if (isInFuture(since, at))
    return `${sinceWords[origin]} ${since}, which is in the future: the clock was or is wrong`
  if (ageSeconds <= maxAgeSeconds) return null
  return `${oldWords[origin]} ${ageText(ageSeconds)} old, and may be ${ageText(maxAgeSeconds)} at most`
}

function issuedTooLongAgo({ issuedOn, issueAgeSeconds, maxIssueAgeSeconds }: Ages): string | null {
  if (maxIssueAgeSeconds === null) return null
  if (issuedOn === null) return 'has no date of issue, and `maxIssueAge` limits it'
  if (issueAgeSeconds === null) return `has a date of issue, ${issuedOn}, in the future`
  if (issueAgeSeconds <= maxIssueAgeSeconds) return null
  const most = ageText(maxIssueAgeSeconds)
  return `was issued on ${issuedOn}, ${ageText(issueAgeSeconds)} ago, and may be ${most} old at most (\`maxIssueAge\`)`
}

/**
 * Seconds since a day began; `null` where it is not known, or still to come. The day of tomorrow is as old as nothing: it may be
 * there where the list is made.
 */
export function secondsSince(day: string | null, at: string): number | null {
  if (day === null) return null
  const seconds = (Date.parse(at) - Date.parse(day)) / 1000
  if (seconds >= 0) return seconds
  return seconds >= -86_400 ? 0 : null
}

/** Where the config names another format than that of the version in force, the shorter of both counts, as for `putList`. */
function limitOf(
  { format }: AskedList,
  list: ListRow | undefined,
  configuredMs: number | null | undefined,
  noted: number | null = null,
): number | null {
  if (configuredMs === undefined) return noted
  const configured = configuredMs === null ? null : configuredMs / 1000
  const isAnother = list?.active_snapshot != null && format !== undefined && format !== list.format
  if (!isAnother || noted === null) return configured
  return configured === null ? noted : Math.min(noted, configured)
}

/** Publishers' lists may be as old as this where the config says nothing: a bundled one that is older has missed news. */
const oldSeconds = 72 * 3_600

/**
 * What a person must know where only the list that ships with chainscreen can say that an address is on no sanctions
 * list, and it is old; `null` where another one is fresh, or none is.
 *
 * @param wanted, at as for {@link listHealth}.
 */
export function bundledAlone(db: Db, wanted: readonly AskedList[] | null, at: string): string | null {
  const fresh = listHealth(db, wanted, at).filter(({ state }) => state === 'fresh')
  const ids = new Set(fresh.map(({ id }) => id))
  const lists = readLists(db).filter(({ id, category }) => ids.has(id) && category === 'sanctions')
  const [list] = lists
  if (list === undefined || lists.some((one) => formatInForce(db, one) !== 'bundled')) return null
  const age = fresh.find(({ id }) => id === list.id)?.ageSeconds ?? 0
  if (age <= oldSeconds) return null
  return `only list ${list.id}, which ships with chainscreen, answers for sanctions: it was issued on ${list.issued_on} and is ${ageText(age)} old, and has no later listings`
}

/** What the version in force was read as, whatever its list is to become. */
function formatInForce(db: Db, { id, format }: ListRow): string {
  return activeSnapshot(db, id)?.format ?? format
}

function neverLoaded({ id, active_snapshot }: ListRow): string | null {
  return active_snapshot === null ? `list ${id} was never loaded` : null
}

/** What a list of issuer freezes has not read yet; `null` where it has read all. */
function unreadPast(db: Db, id: string): string | null {
  const unread = pastProgress(db, id).find((progress) => !isReadThrough(progress))
  if (unread === undefined) return null
  const { contract, chain, past_next, last } = unread
  return last === null
    ? `list ${id} is not complete: chain ${chain}, which it is read from, was never followed`
    : `list ${id} is not complete: blocks ${past_next} to ${last} of ${chain} are still to be read for freezes by ${contract}`
}

/** `90 minutes`, `72 hours`, `12 days`: what has passed whole, as everywhere. */
export function ageText(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.floor(seconds))} seconds`
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} minutes`
  return seconds < 10 * 86_400
    ? `${Math.floor(seconds / 3600)} hours`
    : `${Math.floor(seconds / 86_400)} days`
}
