import { type Db, one } from '../database.ts'
import { type LoadPosition, lastLoad, publishedLoad } from './load-own.ts'

/** Rows of a page: few enough for one text, and enough that a page costs little beside its rows. */
const pageRows = 50_000

/** A row of `own_rows`, in the order of its index by revision. */
type IndexPlace = readonly [revision: number, key: string, chain: string, load: number]

/**
 * The keys added by revisions above this one, one a line, a page of them at a time: there may be tens of millions, and a row
 * that is handed over by itself takes longer than the look-up of its key. Some may come twice.
 *
 * @param ahead what was read of a load before it counted: where that was the last one, its rows up to there are left out.
 */
export function* ownKeysSince(
  db: Db,
  revision: number,
  ahead: LoadPosition | null = null,
): Generator<string> {
  const counts =
    ahead !== null && ahead.revision > revision && `${ahead.mark} ${ahead.revision}` === lastLoad(db)
  if (!counts) return yield* pages(db, startOf(revision + 1), null)
  yield* pages(db, startOf(revision + 1), startOf(ahead.revision))
  yield* pages(db, [ahead.revision, ahead.key, ahead.chain, Number.MAX_SAFE_INTEGER], null)
}

/** Before the first row of a revision. */
function startOf(revision: number): IndexPlace {
  return [revision, '', '', -1]
}

const placeSql = '(revision, key, chain, load)'

function* pages(db: Db, after: IndexPlace, to: IndexPlace | null): Generator<string> {
  const load = publishedLoad(db)
  const until = to === null ? '' : `and ${placeSql} <= (?, ?, ?, ?)`
  const from = `from own_rows where ${placeSql} > (?, ?, ?, ?) ${until}`
  for (let start = after; ; ) {
    const bounds = [...start, ...(to ?? [])]
    const page = one<{ keys: string | null }>(
      db,
      `select group_concat(key, char(10)) as keys from (
         select key, load ${from} order by revision, key, chain, load limit ${pageRows}) where load <= ?`,
      ...[...bounds, load],
    )
    if (page?.keys) yield page.keys
    const last = one<{ revision: number; key: string; chain: string; load: number }>(
      db,
      `select revision, key, chain, load ${from} order by revision, key, chain, load limit 1 offset ${pageRows - 1}`,
      ...bounds,
    )
    if (last === undefined) return
    start = [last.revision, last.key, last.chain, last.load]
  }
}
