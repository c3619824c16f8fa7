import { type Db, one, run } from '../database.ts'

/** A chain is followed without the call traces that its node was expected to serve. */
export interface TracesAway {
  /** When the first of these blocks was screened, ISO-8601, and which that was. */
  since: string
  height: number
  /** What the node answered last, as a sentence. */
  reason: string
}

/** What a block says of traces; see `SourceBlock`. */
interface TracedBlock {
  height: number
  traces?: 'read' | 'none' | { away: string }
}

/** Notes whether traces are away after these blocks, the last ones that were followed. Inside a transaction. */
export function noteTraces(db: Db, chain: string, blocks: readonly TracedBlock[], at: string): void {
  // Blocks without transactions say nothing.
  const telling = blocks.filter(({ traces }) => traces !== undefined)
  const last = telling.at(-1)?.traces
  if (last === undefined) return
  const known = readTracesAway(db, chain)
  if (typeof last === 'string') {
    if (known !== null) write(db, chain, null)
    return
  }
  const lastRead = telling.findLastIndex(({ traces }) => typeof traces === 'string')
  const begun = lastRead === -1 ? known : null
  const height = begun?.height ?? telling[lastRead + 1]?.height ?? 0
  const now = { since: begun?.since ?? at, height, reason: last.away }
  if (known?.since !== now.since || known.height !== height || known.reason !== now.reason)
    write(db, chain, now)
}

export function readTracesAway(db: Db, chain: string): TracesAway | null {
  const row = one<{ since: string | null; height: number; reason: string }>(
    db,
    `select traces_away_since as since, traces_away_height as height, traces_away_reason as reason
     from chains where id = ?`,
    chain,
  )
  if (row === undefined || row.since === null) return null
  return { since: row.since, height: row.height, reason: row.reason }
}

/** What is wrong where call traces are away, for people. */
export function tracesWarning(chain: string, away: TracesAway | null): string | null {
  if (away === null) return null
  return `chain ${chain} is screened without call traces since ${away.since} (block ${away.height}): ${away.reason}`
}

function write(db: Db, chain: string, away: TracesAway | null): void {
  run(
    db,
    'update chains set traces_away_since = ?, traces_away_height = ?, traces_away_reason = ? where id = ?',
    ...[away?.since ?? null, away?.height ?? null, away?.reason ?? null, chain],
  )
}
