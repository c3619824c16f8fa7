import type { Db } from './database.ts'
import { isReadThrough, pastProgress } from './freeze-past.ts'
import { activeSnapshot } from './list-snapshots.ts'
import { freezeListFormat, type ListRow, readLists } from './lists.ts'

/** Whether a list can vouch for an address that is not in it. */
export interface ListHealth {
  id: string
  /** `missing`: no version was ever activated, or its past is not read to the end. `stale`: older than its `maxAge`. */
  state: 'fresh' | 'stale' | 'missing'
  /** Seconds since the source was last found whole and sound; `null` where it never was. */
  ageSeconds: number | null
  /** `null` = no limit. */
  maxAgeSeconds: number | null
  /** What is wrong, as a clause; `null` where nothing is. */
  trouble: string | null
}

/**
 * The health of lists: time since the last successful check, since publishers do not publish daily. The bundled list
 * can't be checked for news: it is as old as its issue.
 *
 * @param wanted ids in question, known to the ledger or not; `null` for every list it knows.
 * @param at now, ISO-8601.
 */
export function listHealth(db: Db, wanted: readonly string[] | null, at: string): ListHealth[] {
  const known = new Map(readLists(db).map((list) => [list.id, list]))
  return (wanted ?? [...known.keys()]).map((id) => healthOf(db, id, known.get(id), at))
}

function healthOf(db: Db, id: string, list: ListRow | undefined, at: string): ListHealth {
  const maxAgeSeconds = list?.max_age_seconds ?? null
  const missing = (trouble: string) =>
    ({ id, state: 'missing', ageSeconds: null, maxAgeSeconds, trouble }) as const
  if (list === undefined) return missing(`list ${id} was never loaded`)
  const lack = list.format === freezeListFormat ? unreadPast(db, id) : neverLoaded(list)
  if (lack !== null) return missing(lack)
  const since = formatInForce(db, list) === 'bundled' ? list.issued_on : list.checked_at
  const ageSeconds = since === null ? null : (Date.parse(at) - Date.parse(since)) / 1000
  const fine = { id, state: 'fresh' as const, ageSeconds, maxAgeSeconds, trouble: null }
  if (maxAgeSeconds === null) return fine
  if (ageSeconds === null) return { ...fine, state: 'stale', trouble: `list ${id} was never checked` }
  if (ageSeconds <= maxAgeSeconds) return fine
  const is = list.format === freezeListFormat ? 'goes up to a block that is' : 'is'
  const trouble = `list ${id} ${is} ${ageText(ageSeconds)} old, and may be ${ageText(maxAgeSeconds)} at most`
  return { ...fine, state: 'stale', trouble }
}

/** Publishers' lists may be as old as this where the config says nothing: a bundled one that is older has missed news. */
const oldSeconds = 72 * 3_600

/**
 * What a person must know where only the list that ships with chainscreen can say that an address is on no sanctions
 * list, and it is old; `null` where another one is fresh, or none is.
 *
 * @param wanted, at as for {@link listHealth}.
 */
export function bundledAlone(db: Db, wanted: readonly string[] | null, at: string): string | null {
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
