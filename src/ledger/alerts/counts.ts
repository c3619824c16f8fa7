import { all, type Db, one } from '../database.ts'

/** Alerts by chain (`null`: own addresses that a list names) and status, without those that its test entry raised. */
export function countAlerts(db: Db): { chain: string | null; status: string; alerts: number }[] {
  return all(
    db,
    `select chain, status, count(*) as alerts from alerts
     where category != 'canary' group by chain, status order by chain, status`,
  )
}

/** Blocks of which something was not screened, by chain and what. */
export function countUnscreened(db: Db): { chain: string; what: string; blocks: number }[] {
  return all(
    db,
    `select chain, what, sum(to_height - from_height + 1) as blocks from unscreened
     where tx_hash is null and closed_at is null group by chain, what order by chain, what`,
  )
}

/** Single transactions of which something was not screened, by chain and what. */
export function countUnscreenedTransactions(db: Db): { chain: string; what: string; transactions: number }[] {
  return all(
    db,
    `select chain, what, count(distinct tx_hash) as transactions from unscreened
     where tx_hash is not null and closed_at is null group by chain, what order by chain, what`,
  )
}

/** Jobs over stored history that are not done. */
export function countPendingRescreens(db: Db): number {
  return (
    one<{ jobs: number }>(db, `select count(*) as jobs from rescreens where state = 'pending'`)?.jobs ?? 0
  )
}

/** Ranges of blocks that are queued for a rescan. */
export function countPendingReplays(db: Db): number {
  return one<{ jobs: number }>(db, `select count(*) as jobs from replays where state = 'pending'`)?.jobs ?? 0
}

/** Versions of lists that wait for a person, by list. */
export function countHeld(db: Db): { list: string; held: number }[] {
  return all(
    db,
    `select list_id as list, count(*) as held from list_snapshots
     where state = 'held' group by list_id order by list_id`,
  )
}
