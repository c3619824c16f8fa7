import { all, type Db } from '../database.ts'

/** Blocks from one height to another, both included. */
export interface BlockRange {
  from: number
  to: number
}

/** What of a range none of others holds, lowest first. */
export function without(range: BlockRange, others: readonly BlockRange[]): BlockRange[] {
  const left: BlockRange[] = []
  let next = range.from
  for (const { from, to } of [...others].sort((a, b) => a.from - b.from)) {
    if (to < next) continue
    if (from > range.to) break
    if (from > next) left.push({ from: next, to: from - 1 })
    next = to + 1
  }
  if (next <= range.to) left.push({ from: next, to: range.to })
  return left
}

/** What two ranges share; `null` where they share nothing. */
export function shared(a: BlockRange, b: BlockRange): BlockRange | null {
  const both = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }
  return both.from > both.to ? null : both
}

/** How many blocks ranges hold that don't overlap. */
export function countBlocks(ranges: readonly BlockRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}

/** A range of blocks, with the terms of the readings that saw most of it: of the highest level, and proved where any was. */
export interface CoveredRange {
  from: number
  to: number
  level: string
  listRevision: number
  ownRevision: number
  /** `true`: with `verify: off`, so none of it was proved. Absent: it was, or an earlier version did not say. */
  unproved?: true
  /** A later reading that saw less, with own addresses that the others did not know yet. Absent: there is none. */
  weaker?: { level: string; ownRevision: number }
}

interface CoverageRow {
  id: number
  from_height: number
  to_height: number
  level: string
  list_revision: number
  own_revision: number
  proved: number | null
}

/**
 * What of a chain was screened. Cuts overlapping rows (a replay over what was followed) into ranges: a reading
 * never lowers what another one saw.
 */
export function coveredRanges(db: Db, chain: string): CoveredRange[] {
  const rows = all<CoverageRow>(
    db,
    'select id, from_height, to_height, level, list_revision, own_revision, proved from coverage where chain = ? order by id',
    chain,
  )
  const cuts = [...new Set(rows.flatMap((row) => [row.from_height, row.to_height + 1]))].sort((a, b) => a - b)
  const ranges: CoveredRange[] = []
  const begin = rows.toSorted((a, b) => b.from_height - a.from_height)
  // The rows that hold a cut, in their order: few, where a chain has thousands, one for each revision of its lists.
  let over: CoverageRow[] = []
  for (const [index, from] of cuts.entries()) {
    over = over.filter((row) => row.to_height >= from)
    while (begin.at(-1)?.from_height === from) over.push(...begin.splice(-1))
    if (over.length === 0) continue
    over.sort((a, b) => a.id - b.id)
    const to = (cuts[index + 1] ?? from) - 1
    const next = { from, to, ...termsOf(over) }
    const last = ranges.at(-1)
    if (last !== undefined && last.to === from - 1 && sameTerms(last, next)) last.to = to
    else ranges.push(next)
  }
  return ranges
}

/** The own revision of the readings that saw most of a block; `null` where it was not read. */
export function ownRevisionAt(db: Db, chain: string, height: number): number | null {
  const over = all<CoverageRow>(
    db,
    `select id, from_height, to_height, level, list_revision, own_revision, proved from coverage
     where chain = ?1 and kind in ('follow', 'replay') and from_height <= ?2 and to_height >= ?2 order by +id`,
    ...[chain, height],
  )
  return over.length === 0 ? null : termsOf(over).ownRevision
}

function termsOf(over: readonly CoverageRow[]): Omit<CoveredRange, 'from' | 'to'> {
  const most = Math.max(...over.map(strength))
  const strongest = over.filter((row) => strength(row) === most)
  const ownRevision = Math.max(...strongest.map((row) => row.own_revision))
  const later = over
    .filter((row) => row.own_revision > ownRevision)
    .sort((a, b) => a.own_revision - b.own_revision)
  const newest = later.at(-1)
  return {
    level: strongest.at(-1)?.level ?? '',
    listRevision: Math.max(...strongest.map((row) => row.list_revision)),
    ownRevision,
    ...(strongest.every(({ proved }) => proved === 0) && { unproved: true }),
    ...(newest && { weaker: { level: newest.level, ownRevision: newest.own_revision } }),
  }
}

/** A family has two levels: `full`, and less. */
function strength({ level, proved }: CoverageRow): number {
  return (level === 'full' ? 2 : 0) + (proved === 0 ? 0 : 1)
}

function sameTerms(a: CoveredRange, b: CoveredRange): boolean {
  return (
    a.level === b.level &&
    a.listRevision === b.listRevision &&
    a.ownRevision === b.ownRevision &&
    a.unproved === b.unproved &&
    a.weaker?.level === b.weaker?.level &&
    a.weaker?.ownRevision === b.weaker?.ownRevision
  )
}
