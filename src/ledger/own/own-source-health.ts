import type { Db } from '../database.ts'
import { mostUntaken, readOwnSource, untakenRows } from './own-sources.ts'

/** What `/health` and metrics say of a source of own addresses. */
export interface OwnSourceHealth {
  id: string
  /** When it was last read to its end, ISO-8601; of a file, when its content was loaded. `null` for never. */
  loadedAt: string | null
  /** Since when it can't be read; `null` while it can. */
  failingSince: string | null
  /** Rows that are no own addresses and are not watched. */
  badRows: number
  /** Why deposits may be missed, as a sentence; `null` where nothing is wrong. */
  problem: string | null
  /** What is worth knowing; `null` where there is nothing. */
  note: string | null
}

/** A database that is restarted is no news. */
const patienceMs = 60_000

/** The health of the sources that the config names. @param at now, ISO-8601. */
export function ownSourceHealth(db: Db, ids: readonly string[], at: string): OwnSourceHealth[] {
  return ids.map((id) => {
    const state = readOwnSource(db, id)
    const bad = untakenRows(db, id, 'bad')
    const removed = untakenRows(db, id, 'removed')
    const failingSince = state?.failingSince ?? null
    return {
      id,
      loadedAt: state?.loadedAt ?? null,
      failingSince,
      badRows: bad?.count ?? 0,
      problem: failureOf(id, state, at) ?? (bad && `own source ${id}: ${rowsText(bad)}`),
      note: removed && `own source ${id}: ${rowsText(removed)}`,
    }
  })
}

function failureOf(id: string, state: ReturnType<typeof readOwnSource>, at: string): string | null {
  if (state === undefined || state.failingSince === null) return null
  const { failingSince, failure, loadedAt } = state
  if (loadedAt !== null && Date.parse(at) - Date.parse(failingSince) < patienceMs) return null
  return `own source ${id} can't be read since ${failingSince}, and new own addresses are not known: ${failure}`
}

function rowsText({ count, first }: NonNullable<ReturnType<typeof untakenRows>>): string {
  const many = count >= mostUntaken ? `${count} or more rows` : count === 1 ? '1 row' : `${count} rows`
  return `${many} not taken, the first is row ${first.place}: ${first.reason}`
}
