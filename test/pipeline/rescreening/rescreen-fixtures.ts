import { all, type Db } from '../../../src/ledger/database.ts'
import { rescreenChunk } from '../../../src/pipeline/rescreening/rescreen-chunk.ts'
import type { ScreenableTx } from '../../../src/screening/types.ts'
import { at, commit, dump, ref, screened } from '../../ledger/fixtures.ts'
import { watchlist } from '../../screening/builders.ts'

/** Stores a block of transactions that met no list when it was followed. */
export function store(db: Db, height: number, ...transactions: ScreenableTx[]): void {
  commit(db, [screened(ref(height), transactions, {}, watchlist())], { finalHeight: null })
}

/**
 * Works everything off. @param budgetMs 0 = one page of one entry at a time. @returns how many transactions it took.
 */
export function rescreenAll(db: Db, budgetMs = 0): number {
  for (let chunks = 0; ; chunks++) if (rescreenChunk(db, at, budgetMs) === null) return chunks
}

/** Alerts as `transaction transfer role match status`, in order. */
export function alerts(db: Db): string[] {
  return all<{ text: string }>(
    db,
    `select concat_ws(' ', tx_hash, transfer, role, match, status) as text from alerts order by text`,
  ).map(({ text }) => text)
}

/** Every row of every table, but for the order in which alerts came to be told of. */
export function endState(db: Db): Record<string, unknown[]> {
  const { alert_events: events = [], ...tables } = dump(db)
  const stories = events.map((event) => JSON.stringify({ ...(event as object), seq: undefined }))
  return { ...tables, alert_events: stories.sort() }
}
