import { all, type Db } from './database.ts'
import { type MempoolState, readMempools } from './mempools.ts'
import { historyRevision } from './rescreens.ts'
import { readRevisions } from './revisions.ts'

/** A stretch of blocks with the newest terms it was screened on. */
export interface CoveredStretch {
  from: number
  to: number
  level: string
  listRevision: number
  ownRevision: number
}

/** Something that was not checked, and why. */
export interface CoverageGap {
  from: number
  to: number
  reason: string
}

export interface ChainCoverage {
  chain: string
  caip2: string
  startHeight: number | null
  cursorHeight: number | null
  headHeight: number | null
  finalHeight: number | null
  /**
   * The list revision that the stored movements of all blocks were matched against, whatever revision the blocks
   * were screened at: see `rescreens`.
   */
  historyRevision: number
  stretches: CoveredStretch[]
  gaps: CoverageGap[]
  /** The last look at the mempool; `null` where there was none. */
  mempool: MempoolState | null
}

interface CoverageRow {
  from_height: number
  to_height: number
  level: string
  list_revision: number
  own_revision: number
}

/** What was screened, and everything that was not, per chain. */
export function readCoverage(db: Db, chainId?: string): ChainCoverage[] {
  const chains = all<{
    id: string
    caip2: string
    start_height: number | null
    cursor_height: number | null
    head_height: number | null
    final_height: number | null
  }>(db, 'select * from chains where id = ifnull(?, id) order by id', chainId ?? null)
  return chains.map((chain) => {
    const stretches = stretchesOf(db, chain.id)
    return {
      chain: chain.id,
      caip2: chain.caip2,
      startHeight: chain.start_height,
      cursorHeight: chain.cursor_height,
      headHeight: chain.head_height,
      finalHeight: chain.final_height,
      historyRevision: historyRevision(db, readRevisions(db).list),
      stretches,
      gaps: [
        ...holes(stretches),
        ...behind(chain, stretches),
        ...oldLists(db, stretches),
        ...lateAddresses(db, chain, stretches),
        ...unscreened(db, chain.id),
      ],
      mempool: readMempools(db, chain.id)[0] ?? null,
    }
  })
}

/** Cuts overlapping rows (a replay over what was followed) into stretches, the newest revision of each standing. */
function stretchesOf(db: Db, chain: string): CoveredStretch[] {
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

function holes(stretches: readonly CoveredStretch[]): CoverageGap[] {
  return stretches.flatMap((stretch, index) => {
    const before = stretches[index - 1]
    return before !== undefined && before.to < stretch.from - 1
      ? [{ from: before.to + 1, to: stretch.from - 1, reason: 'not screened' }]
      : []
  })
}

function behind(
  chain: { cursor_height: number | null; head_height: number | null },
  stretches: readonly CoveredStretch[],
): CoverageGap[] {
  const last = stretches.at(-1)?.to ?? chain.cursor_height
  return last !== null && last !== undefined && chain.head_height !== null && last < chain.head_height
    ? [{ from: last + 1, to: chain.head_height, reason: 'not screened yet: the node has them' }]
    : []
}

/** Stored movements are all that a list could meet: matched against a revision, they are as good as screened by it. */
function oldLists(db: Db, stretches: readonly CoveredStretch[]): CoverageGap[] {
  const { list } = readRevisions(db)
  const history = historyRevision(db, list)
  return stretches
    .filter(({ listRevision }) => Math.max(listRevision, history) < list)
    .map(({ from, to, listRevision }) => ({
      from,
      to,
      reason: `matched against list revision ${Math.max(listRevision, history)}; the lists are at ${list}, and the re-screen of stored history is not done (\`run\` and \`rescreen\` go on with it)`,
    }))
}

/** An address registered after a block was screened was not looked for in it. */
function lateAddresses(
  db: Db,
  chain: { id: string; caip2: string },
  stretches: readonly CoveredStretch[],
): CoverageGap[] {
  const family = chain.caip2.startsWith('eip155:') ? 'evm' : 'bitcoin'
  const added = all<{ revision: number; addresses: number }>(
    db,
    `select revision, count(*) as addresses from own_addresses
     where chain in ('', ?) and key like ? || ':%' group by revision`,
    ...[chain.id, family],
  )
  return stretches.flatMap(({ from, to, ownRevision }) => {
    const late = added.filter(({ revision }) => revision > ownRevision)
    const addresses = late.reduce((sum, row) => sum + row.addresses, 0)
    return addresses === 0
      ? []
      : [{ from, to, reason: `${addresses} own addresses were registered later (replay screens them)` }]
  })
}

function unscreened(db: Db, chain: string): CoverageGap[] {
  return all<{ from_height: number; to_height: number; what: string; reason: string }>(
    db,
    'select from_height, to_height, what, reason from unscreened where chain = ? order by from_height, what',
    chain,
  ).map((row) => ({ from: row.from_height, to: row.to_height, reason: `${row.what}: ${row.reason}` }))
}
