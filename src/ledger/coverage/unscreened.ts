import { all, type Db, one, run } from '../database.ts'
import { writeOutbox } from '../events/outbox.ts'

/** What of a block, or of one transaction of it, was not screened. */
export interface UnscreenedNote {
  what: string
  reason: string
  /** The one transaction that is meant. Absent: the block. */
  txHash?: string
}

interface GapRow {
  id: number
  from_height: number
  to_height: number
  what: string
  reason: string
  tx_hash: string | null
}

/**
 * Notes what was not screened in a block, extending the row of the block before it; of one transaction in a row of its
 * own, once. Inside a transaction of the database.
 *
 * @param at now, ISO-8601.
 */
export function noteUnscreened(
  db: Db,
  chain: string,
  height: number,
  note: UnscreenedNote,
  at: string,
): void {
  const { what, reason, txHash = null } = note
  const row = { from_height: height, to_height: height, what, reason, tx_hash: txHash }
  if (txHash !== null) {
    if (one(db, knownOfTransactionSql, txHash, chain, height, what, reason) === undefined)
      openGap(db, chain, row, at)
    return
  }
  const known = one<{ id: number }>(
    db,
    `select id from unscreened where chain = ? and what = ? and reason = ? and from_height <= ? and to_height >= ? - 1
     and tx_hash is null and closed_at is null order by to_height desc limit 1`,
    ...[chain, what, reason, height, height],
  )
  if (known === undefined) openGap(db, chain, row, at)
  else run(db, 'update unscreened set to_height = max(to_height, ?) where id = ?', height, known.id)
}

/** Notes what was not screened in blocks that were read before, inside a transaction. */
export function noteUnscreenedRange(
  db: Db,
  chain: string,
  { from, to }: { from: number; to: number },
  { what, reason }: Pick<UnscreenedNote, 'what' | 'reason'>,
  at: string,
): void {
  openGap(db, chain, { from_height: from, to_height: to, what, reason, tx_hash: null }, at)
}

/** A gap that is new; the blocks after it that extend it are no other one. */
function openGap(db: Db, chain: string, gap: Omit<GapRow, 'id'>, at: string): void {
  putGap(db, chain, gap)
  const { from_height: from, to_height: to, what, reason, tx_hash: tx } = gap
  writeOutbox(db, { type: 'coverage.gap', at, chain, data: { from, to, what, reason, tx } })
}

/** For the test that it is looked up by the transaction. */
export const knownOfTransactionSql = `select 1 from unscreened
  where tx_hash = ? and chain = ? and from_height = ? and what = ? and reason = ? and closed_at is null`

/** A block as a later reading had it. */
interface LaterReading {
  height: number
  /** What this reading could not screen. */
  unscreened: readonly Pick<UnscreenedNote, 'what' | 'txHash'>[]
  /** It proved nothing, so it answers for nothing that was `unverified`. */
  unproved?: boolean
}

/**
 * Closes, for one block, the gaps that a later reading no longer has. The rows stay, and are split where only a part of
 * them was read again. What it does not have of the whole block it does not have of a transaction; what it does not have
 * of a transaction, it has of the block. Inside a transaction.
 *
 * @param by.coverageId the row of `coverage` that the later reading is part of. @param by.at now, ISO-8601.
 */
export function closeUnscreened(
  db: Db,
  chain: string,
  reading: LaterReading,
  by: { coverageId: number; at: string },
): void {
  for (const row of gapsClosedBy(db, chain, reading)) closeAt(db, chain, row, reading.height, by)
}

/** The open gaps of a block that a later reading no longer has. */
export function gapsClosedBy(
  db: Db,
  chain: string,
  { height, unscreened, unproved }: LaterReading,
): GapRow[] {
  const still = new Set(unscreened.map(({ what, txHash }) => subjectOf(what, txHash)))
  if (unproved) still.add(subjectOf('unverified'))
  const open = all<GapRow>(
    db,
    `select id, from_height, to_height, what, reason, tx_hash from unscreened
     where chain = ? and to_height >= ? and from_height <= ? and closed_at is null`,
    ...[chain, height, height],
  )
  return open.filter(
    ({ what, tx_hash }) =>
      !still.has(subjectOf(what)) && (tx_hash === null || !still.has(subjectOf(what, tx_hash))),
  )
}

/** What is not screened, and of which transaction, as one text. */
function subjectOf(what: string, txHash = ''): string {
  return `${what} ${txHash}`
}

function closeAt(
  db: Db,
  chain: string,
  row: GapRow,
  height: number,
  { coverageId, at }: { coverageId: number; at: string },
): void {
  const before = row.tx_hash === null ? closedBefore(db, chain, row, height, coverageId) : undefined
  if (row.from_height < height) putGap(db, chain, { ...row, to_height: height - 1 })
  if (row.to_height > height) {
    run(db, 'update unscreened set from_height = ? where id = ?', height + 1, row.id)
    const id =
      before?.id ?? putGap(db, chain, { ...row, from_height: height, to_height: height }, [at, coverageId])
    run(db, 'update unscreened set to_height = ?, closed_at = ? where id = ?', height, at, id)
    return
  }
  // The row that was there first is the one that stays; what was split off it goes back into it.
  run(
    db,
    'update unscreened set from_height = ?, closed_at = ?, closed_by = ? where id = ?',
    ...[before?.from_height ?? height, at, coverageId, row.id],
  )
  if (before !== undefined) run(db, 'delete from unscreened where id = ?', before.id)
}

/** The part that the same later reading closed up to the block before. */
function closedBefore(
  db: Db,
  chain: string,
  { what, reason }: GapRow,
  height: number,
  coverageId: number,
): GapRow | undefined {
  return one<GapRow>(
    db,
    `select * from unscreened
     where chain = ? and what = ? and to_height = ? and reason = ? and closed_by = ? and tx_hash is null`,
    ...[chain, what, height - 1, reason, coverageId],
  )
}

function putGap(
  db: Db,
  chain: string,
  { from_height, to_height, what, reason, tx_hash }: Omit<GapRow, 'id'>,
  [closedAt, closedBy]: [string, number] | [null, null] = [null, null],
): number {
  return run(
    db,
    `insert into unscreened (chain, from_height, to_height, what, reason, tx_hash, closed_at, closed_by)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[chain, from_height, to_height, what, reason, tx_hash, closedAt, closedBy],
  ).id
}

/**
 * Takes back what was noted above a height, when a branch lost, inside a transaction and before its coverage is taken back.
 * A replay that is taken back with it closes nothing any more.
 */
export function forgetUnscreenedAbove(db: Db, chain: string, height: number): void {
  run(
    db,
    `update unscreened set closed_at = null, closed_by = null where chain = ?1 and closed_by in
       (select id from coverage where chain = ?1 and kind = 'replay' and to_height > ?2)`,
    ...[chain, height],
  )
  run(db, 'delete from unscreened where chain = ? and from_height > ?', chain, height)
  run(db, 'update unscreened set to_height = ?2 where chain = ?1 and to_height > ?2', chain, height)
}

/** Logs of one kind that no decoder knows, and that name own addresses. */
export interface UndecodedNote {
  /** Empty, both: the kinds that were not told apart, where a block has too many. */
  contract: string
  /** Empty: logs without topics. */
  topic: string
  logs: number
}

/** The same, of all blocks. */
export interface UndecodedKind extends UndecodedNote {
  blocks: number
  from: number
  to: number
}

/** Writes what a reading of a block counted, in place of what an earlier one did. Inside a transaction. */
export function noteUndecoded(db: Db, chain: string, height: number, counts: readonly UndecodedNote[]): void {
  run(db, 'delete from undecoded_logs where chain = ? and block_height = ?', chain, height)
  for (const { contract, topic, logs } of counts)
    run(
      db,
      'insert into undecoded_logs (chain, block_height, contract, topic, logs) values (?, ?, ?, ?, ?)',
      ...[chain, height, contract, topic, logs],
    )
}

/** Takes back what was counted above a height, when it was reorged out. Inside a transaction. */
export function forgetUndecodedAbove(db: Db, chain: string, height: number): void {
  run(db, 'delete from undecoded_logs where chain = ? and block_height > ?', chain, height)
}

/** Most frequent first. */
export function undecodedKinds(db: Db, chain: string): UndecodedKind[] {
  return all<UndecodedKind>(
    db,
    `select contract, topic, logs, blocks, from_height as "from", to_height as "to" from undecoded_kinds
     where chain = ? order by logs desc, contract, topic`,
    chain,
  )
}
