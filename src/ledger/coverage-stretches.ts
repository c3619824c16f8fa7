import { all, type Db } from './database.ts'

/** A stretch of blocks with the newest terms it was screened on. */
export interface CoveredStretch {
  from: number
  to: number
  level: string
  listRevision: number
  ownRevision: number
}

interface CoverageRow {
  from_height: number
  to_height: number
  level: string
  list_revision: number
  own_revision: number
}

/** What of a chain was screened. Cuts overlapping rows (a replay over what was followed) into stretches, the newest revision of each standing. */
export function stretchesOf(db: Db, chain: string): CoveredStretch[] {
  const rows = all<CoverageRow>(
    db,
    'select from_height, to_height, level, list_revision, own_revision from coverage where chain = ? order by id',
    chain,
  )
  const cuts = [...new Set(rows.flatMap((row) => [row.from_height, row.to_height + 1]))].sort((a, b) => a - b)
  const stretches: CoveredStretch[] = []
  cuts.forEach((from, index) => {
    const to = (cuts[index + 1] ?? from) - 1
    const over = rows.filter((row) => row.from_height <= from && row.to_height >= to)
    const newest = over.at(-1)
    if (newest === undefined || to < from) return
    const next = {
      from,
      to,
      level: newest.level,
      listRevision: Math.max(...over.map((row) => row.list_revision)),
      ownRevision: Math.max(...over.map((row) => row.own_revision)),
    }
    const last = stretches.at(-1)
    if (last !== undefined && last.to === from - 1 && sameTerms(last, next)) last.to = to
    else stretches.push(next)
  })
  return stretches
}

function sameTerms(a: CoveredStretch, b: CoveredStretch): boolean {
  return a.level === b.level && a.listRevision === b.listRevision && a.ownRevision === b.ownRevision
}
