import type { Key } from '../address/key.ts'
import type { ListedAddress } from './types.ts'

/** What one list says about one key: all rows of that key put together. */
export interface MergedEntry {
  key: Key
  /** As published; of several spellings, that of the first row in the order below. */
  address: string
  /** The source's labels, distinct and sorted; empty where it gives none. */
  assets: readonly string[]
  /** The source's ids of the parties, distinct, in the order of `subject`. */
  subjectIds: readonly string[]
  /** The parties' names, distinct, joined by `; `; `null` where no row names one. */
  subject: string | null
  /** Distinct and sorted. */
  programs: readonly string[]
  /** The earliest of the rows. */
  listedOn: string | null
  /** The earliest of the rows. */
  publishedBy: string | null
  /** The latest of the rows where every row is removed; `null` while one is in force. */
  removedOn: string | null
}

/**
 * All rows of one key put together. While any of them is in force, removed ones say nothing: a party that was taken off is not
 * named for an address that another party keeps listed, and its dates are not that listing's.
 *
 * The result depends on what the rows say and not on their order in the file: they are taken by party listing date, party id, name,
 * address and asset, so that a publisher's reshuffle changes nothing.
 */
export function merge(key: Key, all: readonly ListedAddress[]): MergedEntry {
  const [only] = all
  if (only !== undefined && all.length === 1) return alone(only)
  const inForce = all.filter(({ removedOn }) => removedOn === null)
  const rows = (inForce.length > 0 ? inForce : [...all]).sort(inOrder)
  return {
    key,
    address: rows[0]?.address ?? '',
    assets: distinct(rows.map(({ asset }) => asset)).sort(compare),
    subjectIds: distinct(rows.flatMap(({ subjectIds }) => subjectIds)),
    subject: distinct(rows.map(({ subject }) => subject)).join('; ') || null,
    programs: distinct(rows.flatMap(({ programs }) => programs)).sort(compare),
    listedOn: dates(rows, 'listedOn')[0] ?? null,
    publishedBy: dates(rows, 'publishedBy')[0] ?? null,
    removedOn: inForce.length > 0 ? null : (dates(rows, 'removedOn').at(-1) ?? null),
  }
}

/** Nearly every key has one row, and a list may have many: the same as below, without the work. */
function alone({ key, address, asset, subjectIds, subject, programs, ...dates }: ListedAddress): MergedEntry {
  return {
    key,
    address,
    assets: asset ? [asset] : [],
    subjectIds: subjectIds.length === 0 ? [] : distinct(subjectIds),
    subject: subject || null,
    programs: programs.length === 0 ? [] : distinct(programs).sort(compare),
    listedOn: dates.listedOn || null,
    publishedBy: dates.publishedBy || null,
    removedOn: dates.removedOn || null,
  }
}

/** Dates as `YYYY-MM-DD` sort as text; a row without a date comes last. */
function inOrder(a: ListedAddress, b: ListedAddress): number {
  return (
    compare(a.listedOn ?? '~', b.listedOn ?? '~') ||
    compare(a.subjectIds.join(), b.subjectIds.join()) ||
    compare(a.subject ?? '', b.subject ?? '') ||
    compare(a.address, b.address) ||
    compare(a.asset ?? '', b.asset ?? '')
  )
}

function dates(rows: readonly ListedAddress[], field: 'listedOn' | 'publishedBy' | 'removedOn'): string[] {
  return distinct(rows.map((row) => row[field])).sort(compare)
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null && value !== ''))] as string[]
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
