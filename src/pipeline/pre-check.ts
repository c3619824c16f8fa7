import { keyFamily } from '../address/key.ts'
import { parseAddress } from '../address/parse.ts'
import type { Db } from '../ledger/database.ts'
import { readEntries } from '../ledger/list-entries.ts'
import { type ListRow, readLists } from '../ledger/lists.ts'
import { readRevisions } from '../ledger/revisions.ts'
import { type Match, Watchlist } from '../screening/watchlist.ts'

/** `unknown` is never the same as `clear`. */
export type Verdict = 'clear' | 'listed' | 'unknown'

export interface PreCheck {
  address: string
  verdict: Verdict
  family: string | null
  /** Entries in force that the address meets. */
  matches: {
    listId: string
    basis: string
    address: string
    subject: string | null
    programs: readonly string[]
    listedOn: string | null
  }[]
  /** What else a person should know. */
  notes: string[]
}

/** Which chain a pre-check is for, where it is given. */
export interface PreCheckChain {
  id: string
  type: 'evm' | 'bitcoin'
}

/**
 * Says whether an address is listed, before something is sent to it.
 *
 * @param options.lists the ids that must be fresh; `null` for every list the ledger knows.
 * @param options.chain the chain it would be used on.
 * @param options.at now, ISO-8601.
 */
export function preCheck(
  db: Db,
  addresses: readonly string[],
  options: { asset: string | null; chain: PreCheckChain | null; lists: readonly string[] | null; at: string },
): PreCheck[] {
  const watchlist = new Watchlist(readRevisions(db).list, readEntries(db))
  const stale = staleLists(db, options.lists, options.at)
  return addresses.map((address) => checkOne(address, watchlist, stale, options))
}

function checkOne(
  address: string,
  watchlist: Watchlist,
  stale: readonly string[],
  options: { asset: string | null; chain: PreCheckChain | null },
): PreCheck {
  const parsed = parseAddress(address, { asset: options.asset })
  if (!parsed.ok) {
    return {
      address,
      verdict: 'unknown',
      family: null,
      matches: [],
      notes: [`not readable as an address: ${parsed.reason}`],
    }
  }
  const family = keyFamily(parsed.key)
  const all = watchlist.lookup(parsed.key)
  const inForce = all.filter(({ entry }) => entry.intervals.at(-1)?.to === null)
  const notes = [...removedNotes(all), ...familyNotes(family, options.chain)]
  const misfit = options.chain !== null && family !== options.chain.type
  if (misfit) notes.push(`a ${family} address is no address of chain ${options.chain?.id}`)
  const verdict = inForce.length > 0 ? 'listed' : stale.length > 0 || misfit ? 'unknown' : 'clear'
  return {
    address,
    verdict,
    family,
    matches: inForce.map(({ entry, basis }) => ({
      listId: entry.listId,
      basis,
      address: entry.address,
      subject: entry.subject,
      programs: entry.programs,
      listedOn: entry.listedOn,
    })),
    notes: [...notes, ...stale],
  }
}

function removedNotes(matches: readonly Match[]): string[] {
  return matches
    .filter(({ entry }) => entry.intervals.at(-1)?.to !== null)
    .map(({ entry }) => `was on ${entry.listId} until ${entry.intervals.at(-1)?.to}`)
}

function familyNotes(family: string, chain: PreCheckChain | null): string[] {
  const watched = family === 'evm' || family === 'bitcoin'
  return watched || chain !== null
    ? []
    : [`chainscreen does not watch ${family} chains: only the lists were asked`]
}

/** Why the lists can't vouch for an address that is not in them. */
function staleLists(db: Db, wanted: readonly string[] | null, at: string): string[] {
  const lists = readLists(db).filter(({ id }) => wanted === null || wanted.includes(id))
  const missing = (wanted ?? []).filter(
    (id) => !lists.some((list) => list.id === id && list.active_snapshot !== null),
  )
  const notes = missing.map((id) => `list ${id} was never loaded`)
  if (lists.every(({ active_snapshot }) => active_snapshot === null) && missing.length === 0) {
    notes.push('no list is loaded')
  }
  return [...notes, ...lists.flatMap((list) => staleness(list, at))]
}

function staleness(list: ListRow, at: string): string[] {
  if (list.active_snapshot === null || list.max_age_seconds === null) return []
  // The bundled list can't be checked for news: it is as old as its issue.
  const since = list.format === 'bundled' ? list.issued_on : list.checked_at
  if (since === null) return [`list ${list.id} was never checked`]
  const age = (Date.parse(at) - Date.parse(since)) / 1000
  if (age <= list.max_age_seconds) return []
  return [`list ${list.id} is ${hours(age)} old, and may be ${hours(list.max_age_seconds)} at most`]
}

function hours(seconds: number): string {
  return seconds < 7200 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3600)} hours`
}
