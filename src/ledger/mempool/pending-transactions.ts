import { writeEvent } from '../alerts/write-alert.ts'
import { all, type Db, one, run } from '../database.ts'

/** The last poll of a chain's mempool. */
export interface MempoolState {
  chain: string
  polledAt: string
  /** `null` where it could not be read. */
  transactions: number | null
  /** Of them not screened yet; tried again with the next poll. */
  unread: number | null
  /** Why it could not be read; `null` where it was. */
  failure: string | null
}

/** A poll that found nothing new is written down this often. */
const quietMs = 60_000

/** Writes down what the last poll saw, unless nearly the same stands there already. */
export function noteMempool(db: Db, state: MempoolState): void {
  const last = readMempools(db, state.chain)[0]
  const same = last !== undefined && last.unread === state.unread && last.failure === state.failure
  if (same && Date.parse(state.polledAt) - Date.parse(last.polledAt) < quietMs) return
  run(
    db,
    `insert into mempools (chain, polled_at, transactions, unread, failure) values (?, ?, ?, ?, ?)
     on conflict do update set polled_at = excluded.polled_at, transactions = excluded.transactions,
       unread = excluded.unread, failure = excluded.failure`,
    ...[state.chain, state.polledAt, state.transactions, state.unread, state.failure],
  )
}

/** @param chain every chain where not given. */
export function readMempools(db: Db, chain?: string): MempoolState[] {
  return all<MempoolState>(
    db,
    `select chain, polled_at as polledAt, transactions, unread, failure from mempools
     where chain = ifnull(?, chain) order by chain`,
    chain ?? null,
  )
}

/** What only one transaction can spend (`txid:n` of a Bitcoin output, `0x…:nonce` of an EVM account), and which one did. */
export interface Conflict {
  spent: string
  /** Hash of the transaction. */
  by: string
}

/** A transaction that waited and raised an alert. */
interface PendingRow {
  hash: string
  state: 'waiting' | 'mined' | 'gone'
  replaced_by: string | null
  block_height: number | null
}

export function readPending(db: Db, chain: string, hash: string): PendingRow | undefined {
  return one<PendingRow>(
    db,
    'select hash, state, replaced_by, block_height from pending_transactions where chain = ? and hash = ?',
    ...[chain, hash],
  )
}

/**
 * The outpoints and nonces of transactions that are not settled: another transaction that spends one replaces them. Settled means:
 * the transaction, or its replacement, is in a final block.
 */
export function watchedSpends(db: Db, chain: string): ReadonlySet<string> {
  const rows = all<{ spent: string }>(
    db,
    `select c.spent from pending_transactions p
     join pending_spends c on c.chain = p.chain and c.hash = p.hash
     join chains on chains.id = p.chain
     where p.chain = ? and (p.block_height is null or p.block_height > ifnull(chains.final_height, -1))`,
    chain,
  )
  return new Set(rows.map(({ spent }) => spent))
}

/** Those that were in the mempool when it was last read. */
export function pendingHashes(db: Db, chain: string): string[] {
  const sql = `select hash from pending_transactions where chain = ? and state = 'waiting' order by hash`
  return all<{ hash: string }>(db, sql, chain).map(({ hash }) => hash)
}

/**
 * Of each unconfirmed transaction that is not in the mempool, the node's best blocks (one, or two where a block came meanwhile)
 * at each of the latest polls since it was last there.
 */
export type Absences = ReadonlyMap<string, readonly (readonly string[])[]>

/** Of so many best blocks is an absence remembered: the ledger is seldom more than a few blocks behind. */
const maxAbsentPolls = 64

/**
 * The absences after one more poll.
 *
 * @param before after the poll before.
 * @param pending those that wait, see {@link pendingHashes}.
 * @param holds what the node listed. @param tips its best blocks then; `null`: the list may not be whole, and proves nothing.
 */
export function nextAbsences(
  before: Absences,
  pending: readonly string[],
  holds: ReadonlySet<string>,
  tips: readonly string[] | null,
): Absences {
  const after = new Map<string, readonly (readonly string[])[]>()
  for (const hash of pending) {
    if (holds.has(hash)) continue
    const known = before.get(hash) ?? []
    const isNew = tips !== null && known.at(-1)?.join() !== tips.join()
    const polls = isNew ? [...known, tips].slice(-maxAbsentPolls) : known
    if (polls.length > 0) after.set(hash, polls)
  }
  return after
}

/** The stored transactions that spend the same as this one. */
export function conflictingWith(db: Db, chain: string, { spent, by }: Conflict): PendingRow[] {
  return all<PendingRow>(
    db,
    `select p.hash, p.state, p.replaced_by, p.block_height from pending_spends c
     join pending_transactions p on p.chain = c.chain and p.hash = c.hash
     where c.chain = ? and c.spent = ? and c.hash != ? order by p.hash`,
    ...[chain, spent, by],
  )
}

/** Stores an unconfirmed transaction, with what it spends. Inside a transaction of the database. */
export function putPending(db: Db, chain: string, hash: string, spends: readonly string[], at: string): void {
  run(
    db,
    `insert into pending_transactions (chain, hash, state, added_at, updated_at) values (?1, ?2, 'waiting', ?3, ?3)
     on conflict do update set state = 'waiting', replaced_by = null, block_height = null, updated_at = ?3`,
    ...[chain, hash, at],
  )
  for (const spent of spends) {
    run(
      db,
      'insert into pending_spends (chain, spent, hash) values (?, ?, ?) on conflict do nothing',
      ...[chain, spent, hash],
    )
  }
}

/** Notes what became of a transaction that waited. */
export function putState(db: Db, chain: string, row: PendingRow, at: string): void {
  run(
    db,
    `update pending_transactions set state = ?, replaced_by = ?, block_height = ?, updated_at = ?
     where chain = ? and hash = ?`,
    ...[row.state, row.replaced_by, row.block_height, at, chain, row.hash],
  )
}

/** After a reorg: what the lost blocks had is unconfirmed again, until the next mempool poll. */
export function unsettleAbove(db: Db, chain: string, height: number, at: string): void {
  run(
    db,
    `update pending_transactions set state = iif(state = 'mined', 'waiting', state), block_height = null, updated_at = ?
     where chain = ? and block_height > ?`,
    ...[at, chain, height],
  )
}

/** Notes on the alerts of two transactions that one replaced the other. */
export function noteReplacement(db: Db, chain: string, hash: string, by: string, at: string): void {
  for (const alertId of alertsOf(db, chain, hash, ['orphaned', 'withdrawn']))
    writeEvent(db, { alertId, at, kind: 'replaced', cause: by, data: { replacedBy: by } })
  for (const alertId of alertsOf(db, chain, by, [
    'pending-mempool',
    'pending',
    'final',
    'orphaned',
    'withdrawn',
  ]))
    writeEvent(db, { alertId, at, kind: 'replaced', cause: hash, data: { replaces: hash } })
}

/** Takes back the alerts of a transaction that rest on the mempool alone. @returns how many. */
export function withdraw(
  db: Db,
  chain: string,
  hash: string,
  data: { reason: string; block?: string; replacedBy?: string; height?: number },
  at: string,
): number {
  const cause = data.block ?? data.replacedBy ?? data.reason
  const alerts = alertsOf(db, chain, hash, ['pending-mempool'])
  for (const alertId of alerts) {
    run(db, `update alerts set status = 'withdrawn' where id = ?`, alertId)
    writeEvent(db, { alertId, at, kind: 'withdrawn', cause, data })
  }
  return alerts.length
}

/** The ids of a transaction's alerts that have one of these statuses, in order. */
export function alertsOf(db: Db, chain: string, hash: string, statuses: readonly string[]): string[] {
  return all<{ id: string }>(
    db,
    `select id from alerts where chain = ? and tx_hash = ? and status in (select value from json_each(?)) order by id`,
    ...[chain, hash, JSON.stringify(statuses)],
  ).map(({ id }) => id)
}
