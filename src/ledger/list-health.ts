import { isStillToCome } from '../still-to-come.ts'
import type { Db } from './database.ts'
import { isReadThrough, pastProgress } from './freeze-past.ts'
import { activeSnapshot } from './list-snapshots.ts'
import { freezeListFormat, type ListRow, readLists } from './lists.ts'

/** Whether a list can vouch for an address that is not in it. */
export interface ListHealth {
  id: string
  /**
   * `missing`: no version was ever activated, or its past is not read to the end. `stale`: older than its `maxAge`, or
   * nobody knows how old.
   */
  state: 'fresh' | 'stale' | 'missing'
  /** Seconds since the source was last found whole and sound; `null` where it never was. */
  ageSeconds: number | null
  /** `null` = no limit. */
  maxAgeSeconds: number | null
  /** What is wrong, as a clause; `null` where nothing is. */
  trouble: string | null
}

/** A list in question. */
export interface AskedList {
  id: string
  /** What it is to be read as, by the config. */
  format?: string
  /** What the config says, which the ledger learns when the list is next loaded; `null` = no limit. Else what was noted. */
  maxAgeMs?: number | null
}

/**
 * The health of lists: time since the last successful check, since publishers do not publish daily. The bundled list
 * can't be checked for news: it is as old as its issue.
 *
 * @param wanted lists in question, such as those of a config, known to the ledger or not; `null` for every list it knows.
 * @param at now, ISO-8601.
 */
export function listHealth(db: Db, wanted: readonly AskedList[] | null, at: string): ListHealth[] {
  const known = new Map(readLists(db).map((list) => [list.id, list]))
  return (wanted ?? [...known.values()]).map((asked) => healthOf(db, asked, known.get(asked.id), at))
}

function healthOf(db: Db, asked: AskedList, list: ListRow | undefined, at: string): ListHealth {
  const { id } = asked
  const maxAgeSeconds = maxAgeOf(asked, list)
  const missing = (trouble: string) =>
    ({ id, state: 'missing', ageSeconds: null, maxAgeSeconds, trouble }) as const
  if (list === undefined) return missing(`list ${id} was never loaded`)
  const lack = list.format === freezeListFormat ? unreadPast(db, id) : neverLoaded(list)
  if (lack !== null) return missing(lack)
  const since = formatInForce(db, list) === 'bundled' ? list.issued_on : list.checked_at
  const ageSeconds = since === null ? null : (Date.parse(at) - Date.parse(since)) / 1000
  const fine = { id, state: 'fresh' as const, ageSeconds, maxAgeSeconds, trouble: null }
  if (maxAgeSeconds === null) return fine
  const stale = (trouble: string) => ({ ...fine, state: 'stale' as const, trouble: `list ${id} ${trouble}` })
  if (since === null || ageSeconds === null) return stale('was never checked')
  if (isStillToCome(since, at))
    return stale(`${sinceWords(list)} ${since}, which is still to come: the clock was wrong, or is`)
  if (ageSeconds <= maxAgeSeconds) return fine
  const is = list.format === freezeListFormat ? 'goes up to a block that is' : 'is'
  return stale(`${is} ${ageText(ageSeconds)} old, and may be ${ageText(maxAgeSeconds)} at most`)
}

/** Where the config names another format than that of the version in force, the shorter of both counts, as for `putList`. */
function maxAgeOf({ format, maxAgeMs }: AskedList, list: ListRow | undefined): number | null {
  const noted = list?.max_age_seconds ?? null
  if (maxAgeMs === undefined) return noted
  const configured = maxAgeMs === null ? null : maxAgeMs / 1000
  const isAnother = list?.active_snapshot != null && format !== undefined && format !== list.format
  if (!isAnother || noted === null) return configured
  return configured === null ? noted : Math.min(noted, configured)
}

/** What its age counts from. */
function sinceWords({ format }: ListRow): string {
  if (format === freezeListFormat) return 'goes up to a block of'
  return format === 'bundled' ? 'was issued on' : 'was checked at'
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
  return `only list ${list.id}, which ships with chainscreen, answers for sanctions: it was issued on ${list.issued_on} and is ${ageText(age)} old, and whoever was listed since is not in it`
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
