import type { Key } from '../../address/key.ts'
import { all, type Db, one, run } from '../database.ts'
import { writeListRescreened } from '../events/list-events.ts'
import { lastSequence } from '../events/outbox.ts'
import { lastPartySql } from '../transfers/stored-transactions.ts'
import { countingLoad } from './entry-versions.ts'

/** Why stored history is matched: a list changed, own addresses were added, or someone asked for it. */
export type RescreenKind = 'list' | 'own' | 'asked'

/**
 * One entry of the work. `removed`: it left its list. `renamed`: it is another party's now, or the
 * party has another name. Its alerts get an event in both cases.
 */
export interface RescreenItem {
  listId: string
  key: Key
  change: 'added' | 'removed' | 'renamed'
}

/** How far a job has come: everything before this entry is done. */
export interface RescreenPosition {
  listId: string
  key: Key
  /** How far in the entry; `null` = it is done. */
  entry: EntryPosition | null
}

/** How far an entry has come: first its alerts get their events, then stored history is matched with it. */
export type EntryPosition =
  /** Its alerts up to this one have their event; `''` = none has yet. */
  { stage: 'events'; alert: string } | MatchPosition

/** Rows of parties are done, of each variant of its address in turn. */
export interface MatchPosition {
  stage: 'match'
  /** Of the address, counted from 0: those before it are done. */
  variant: number
  /** Of this variant, rows up to this one are done, and the transaction of that row whole. */
  row: number
  /** Of the next transaction, the last alert that is written; `null` = none is. */
  alert: string | null
}

/** A job that is not done. */
export interface Rescreen {
  id: number
  kind: RescreenKind
  /** The list revision that it brings stored history up to. */
  revision: number
  /** Over every entry of every list, not only over the entries noted for it. */
  whole: boolean
  /** Rows of parties above it were matched with the lists as they came. */
  partiesTo: number
  position: RescreenPosition | null
}

/** What a job did. */
export interface RescreenCounts {
  /** Entries finished. */
  entries: number
  /** Stored transactions screened again; one that matches two entries counts twice. */
  transactions: number
  created: number
  reinstated: number
  known: number
  /** `entry-removed` events. */
  removals: number
  /** `listed-again` events. */
  listedAgain: number
  /** `regraded` events. */
  regraded: number
}

export const noCounts: Readonly<RescreenCounts> = {
  entries: 0,
  transactions: 0,
  created: 0,
  reinstated: 0,
  known: 0,
  removals: 0,
  listedAgain: 0,
  regraded: 0,
}

/**
 * Writes a job down, in the transaction that made it necessary. Where one over all entries that was not begun does
 * the same, it is that one.
 *
 * @returns its id.
 */
export function addRescreen(
  db: Db,
  job: { kind: RescreenKind; listId: string | null; revision: number; whole: boolean; at: string },
): number {
  const same = one<{ id: number }>(
    db,
    `update rescreens set parties_to = ${lastPartySql}
     where state = 'pending' and kind = ? and whole = 1 and ? and started_at is null returning id`,
    ...[job.kind, job.whole ? 1 : 0],
  )
  if (same !== undefined) return same.id
  const { id } = run(
    db,
    `insert into rescreens (kind, list_id, revision, whole, parties_to, state, added_at)
     values (?, ?, ?, ?, ${lastPartySql}, 'pending', ?)`,
    ...[job.kind, job.listId, job.revision, job.whole ? 1 : 0, job.at],
  )
  return id
}

/**
 * Begins to write down a job of many entries, inside `whileLoading`: nobody works on it until {@link beginRescreen}. Where
 * entries of a list are about to change, it says by its id with which load their rows come.
 *
 * @returns its id.
 */
export function stageRescreen(
  db: Db,
  { kind, listId, at }: { kind: RescreenKind; listId: string | null; at: string },
): number {
  return run(
    db,
    `insert into rescreens (kind, list_id, revision, whole, parties_to, state, added_at)
     values (?, ?, 0, 0, 0, 'staging', ?)`,
    ...[kind, listId, at],
  ).id
}

/**
 * A staged job counts, and with it the rows of its load; where a list changes, in the transaction that makes the revision.
 *
 * @param made.nothing it has no entries: only other things are said of some that stay.
 */
export function beginRescreen(
  db: Db,
  id: number,
  { revision, nothing, at }: { revision: number; nothing: boolean; at: string },
): void {
  run(
    db,
    `update rescreens set state = ?, revision = ?, parties_to = ${lastPartySql}, added_at = ?,
       started_at = ?, finished_at = ?, first_sequence = ? where id = ?`,
    ...[nothing ? 'done' : 'pending', revision, at, nothing ? at : null, nothing ? at : null],
    ...[nothing ? null : lastSequence(db), id],
  )
}

/** Twice is once. */
export function addRescreenItem(db: Db, id: number, { listId, key, change }: RescreenItem): void {
  run(
    db,
    `insert into rescreen_items (rescreen, list, key, change)
     select ?, n.number, k.id, ? from list_numbers n, list_keys k
     where n.list_id = ? and k.key = ? and k.variant_of is null on conflict do nothing`,
    ...[id, change, listId, key],
  )
}

/** The job to work on: they are done in the order in which they were written down. */
export function nextRescreen(db: Db): Rescreen | undefined {
  const row = one<
    Pick<Rescreen, 'id' | 'kind' | 'revision' | 'partiesTo'> & PositionColumns & { whole: number }
  >(
    db,
    `select r.id, kind, revision, parties_to as partiesTo, whole, n.list_id as listId, k.key,
       position_stage as stage, position_variant as variant, position_row as row, position_alert as alert
     from rescreens r left join list_numbers n on n.number = position_list left join list_keys k on k.id = position_key
     where state = 'pending' order by r.id limit 1`,
  )
  if (row === undefined) return undefined
  const { id, kind, revision, partiesTo } = row
  return { id, kind, revision, partiesTo, whole: row.whole === 1, position: positionOf(row) }
}

interface PositionColumns {
  listId: string | null
  key: Key | null
  stage: 'events' | 'match' | 'done' | null
  variant: number | null
  row: number | null
  alert: string | null
}

function positionOf({ listId, key, stage, variant, row, alert }: PositionColumns): RescreenPosition | null {
  if (listId === null || key === null || stage === null) return null
  if (stage === 'done') return { listId, key, entry: null }
  if (stage === 'events') return { listId, key, entry: { stage, alert: alert ?? '' } }
  return { listId, key, entry: { stage, variant: variant ?? 0, row: row ?? 0, alert } }
}

/** The entry under way, and those after it. */
export function rescreenItems(
  db: Db,
  job: Pick<Rescreen, 'id' | 'whole' | 'position'>,
  limit: number,
): RescreenItem[] {
  const { listId, key, entry } = job.position ?? { listId: '', key: '', entry: undefined }
  return all<RescreenItem>(
    db,
    rescreenItemsSql(job.whole, entry === null),
    ...[listId, key, limit, ...(job.whole ? [] : [job.id])],
  )
}

/** In the order of the numbers of lists and keys. For the test that no scan stands behind it. */
export function rescreenItemsSql(whole: boolean, after: boolean): string {
  const at = `(ifnull((select number from list_numbers where list_id = ?1), 0),
    ifnull((select id from list_keys where key = ?2 and variant_of is null), 0))`
  const from = after ? '>' : '>='
  return whole
    ? `select n.list_id as listId, k.key, 'added' as change from entry_versions v
       cross join list_numbers n on n.number = v.list cross join list_keys k on k.id = v.key
       where (v.list, v.key) ${from} ${at} and v.load = ${countingLoad}
       order by v.list, v.key limit ?3`
    : `select n.list_id as listId, k.key, i.change from rescreen_items i
       cross join list_numbers n on n.number = i.list cross join list_keys k on k.id = i.key
       where i.rescreen = ?4 and (i.list, i.key) ${from} ${at} order by i.list, i.key limit ?3`
}

/** Whether a change of an entry is still to be matched with stored history, and to be written as events of its alerts. */
export function isRescreenDue(db: Db, { listId, key }: { listId: string; key: Key }): boolean {
  return (
    one(
      db,
      `select 1 from rescreens r cross join rescreen_items i on i.rescreen = r.id
       where r.state = 'pending' and i.list = (select number from list_numbers where list_id = ?)
         and i.key = (select id from list_keys where key = ? and variant_of is null) limit 1`,
      ...[listId, key],
    ) !== undefined
  )
}

/** Notes what a job did and how far it is, in the transaction that did it. */
export function saveRescreen(
  db: Db,
  id: number,
  progress: { position: RescreenPosition | null; counts: RescreenCounts; done: boolean; at: string },
): void {
  const { counts, done, at } = progress
  const position = done ? null : progress.position
  const entry = position?.entry
  const [variant, row] = entry?.stage === 'match' ? [entry.variant, entry.row] : [null, null]
  run(
    db,
    `update rescreens set
       state = ?1, position_list = (select number from list_numbers where list_id = ?2),
       position_key = (select id from list_keys where key = ?14 and variant_of is null), position_stage = ?15,
       position_variant = ?16, position_row = ?17, position_alert = ?18, entries = entries + ?3, transactions = transactions + ?4, created = created + ?5,
       reinstated = reinstated + ?6, known = known + ?7, removals = removals + ?8,
       listed_again = listed_again + ?9, regraded = regraded + ?10,
       started_at = ifnull(started_at, ?11), finished_at = ?12
     where id = ?13`,
    ...[done ? 'done' : 'pending', position?.listId ?? null, counts.entries, counts.transactions],
    ...[
      counts.created,
      counts.reinstated,
      counts.known,
      counts.removals,
      counts.listedAgain,
      counts.regraded,
    ],
    ...[at, done ? at : null, id, position?.key ?? null],
    ...[position && (entry?.stage ?? 'done'), variant, row, entry?.alert ?? null],
  )
  if (done) writeListRescreened(db, id, at)
}

/**
 * The list revision that stored history was matched against: every change up to it, and none after it, is worked
 * off. Blocks screened at a later revision are up to date of themselves.
 */
export function historyRevision(db: Db, listRevision: number): number {
  const row = one<{ revision: number | null }>(
    db,
    `select min(revision) as revision from rescreens where state = 'pending' and kind = 'list'`,
  )
  return row?.revision === null || row === undefined ? listRevision : row.revision - 1
}

/** The jobs that are not done, and how many entries of each are. */
export function pendingRescreens(db: Db): { id: number; whole: number; entries: number }[] {
  return all(db, `select id, whole, entries from rescreens where state = 'pending' order by id`)
}

/** How many entries a job has in all. Takes its time where they are many. */
export function countItems(db: Db, { id, whole }: { id: number; whole: number }): number {
  const row =
    whole === 1
      ? one<{ n: number }>(db, 'select count(*) as n from (select distinct list, key from entry_versions)')
      : one<{ n: number }>(db, 'select count(*) as n from rescreen_items where rescreen = ?', id)
  return row?.n ?? 0
}
