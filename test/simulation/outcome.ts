import Database from 'better-sqlite3'

/** `unscreened.what` of gaps that a later reading of the same blocks closes, where the node has them right by then. */
export const notUnderstood = `'traces', 'transaction', 'receipt', 'logs', 'status'`

/** What must be the same after a run full of faults as after a clean one. */
export interface Outcome {
  alerts: unknown[]
  transfers: unknown[]
  parties: unknown[]
  cursor: unknown
  /** Blocks covered, without holes, from the start to the cursor. */
  covered: unknown
  /** What was not understood, and not read again. */
  gaps: unknown[]
}

/**
 * Reads the end state of a database, without what tells the story of how it came about: times, row ids, list
 * revisions, and what belongs to branches that lost.
 */
export function readOutcome(database: string): Outcome {
  const db = new Database(database, { readonly: true, fileMustExist: true })
  try {
    const all = (sql: string) => db.prepare(sql).all()
    return {
      alerts: all(
        `select id, chain, direction, status, level, tags, block_height, block_hash, block_time, tx_hash, transfer, asset,
           symbol, amount, own_address, counterparty, role, match, list_id, category, entry_address, subject, programs,
           listed_on, listed_at_transfer
         from alerts where status != 'orphaned' order by id`,
      ),
      transfers: all(
        `select x.hash, x.block_height, x.block_hash, x.block_time, t.transfer, t.direction, t.asset, t.amount, t.own_key, t.tags
         from transfers t join transactions x on x.id = t.transaction_id where not x.orphaned
         order by x.block_height, x.hash, t.transfer`,
      ),
      parties: all(
        `select tx_hash, block_hash, transfer, role, party_key, match_key, match_basis from transfer_parties where not orphaned
         order by tx_hash, block_hash, transfer, role, party_key, match_key`,
      ),
      cursor: all('select id, start_height, cursor_height, cursor_hash from chains order by id'),
      covered: all(
        `select min(from_height) as first, max(to_height) as last, sum(to_height - from_height + 1) as blocks
         from coverage where kind = 'follow'`,
      ),
      gaps: all(
        `select from_height, to_height, what, reason, tx_hash from unscreened
         where what in (${notUnderstood}) and closed_at is null`,
      ),
    }
  } finally {
    db.close()
  }
}
