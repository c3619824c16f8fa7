import { evmKey, type Key, keyFamily } from '../address/key.ts'
import { addressText } from '../address/text.ts'
import { type FreezeEvent, frozenIntervals } from '../screening/frozen-intervals.ts'
import type { Interval } from '../screening/types.ts'
import { all, type Db, run } from './database.ts'
import { putForms } from './list-forms.ts'
import { type ListState, readListState } from './list-state.ts'
import { addRescreen, addRescreenItem, type RescreenItem } from './rescreens.ts'
import { bumpRevision } from './revisions.ts'

/**
 * Makes the entries of accounts anew from the events that stand, in every list that has contracts of this chain, inside
 * a transaction. Where that changes an entry the list revision grows, and a job for stored history is written down.
 *
 * @returns whether it did.
 */
export function refreshFrozen(db: Db, chainId: string, keys: ReadonlySet<Key>, at: string): boolean {
  if (keys.size === 0) return false
  const lists = all<{ list_id: string }>(
    db,
    'select distinct list_id from freeze_contracts where chain = ? and dropped = 0 order by list_id',
    chainId,
  )
  return lists.map(({ list_id }) => refreshList(db, chainId, list_id, keys, at)).includes(true)
}

/** The same for one list. */
export function refreshList(
  db: Db,
  chainId: string,
  listId: string,
  keys: ReadonlySet<Key>,
  at: string,
): boolean {
  const before = readListState(db, listId, keys)
  for (const key of keys) refreshEntry(db, chainId, listId, key)
  const items = changes(listId, before, readListState(db, listId, keys))
  if (items.length === 0) return false
  const revision = bumpRevision(db, 'list')
  run(db, 'update lists set revision = ? where id = ?', revision, listId)
  const id = addRescreen(db, { kind: 'list', listId, revision, whole: false, at })
  for (const item of items) addRescreenItem(db, id, item)
  return true
}

/** Every entry that is not what it was. One of which only the text changed is looked up again for nothing: they are few. */
function changes(listId: string, before: ListState, after: ListState): RescreenItem[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((key): RescreenItem[] => {
    const old = before.get(key)
    const now = after.get(key)
    if (old?.row === now?.row && old?.spans === now?.spans) return []
    const left = old?.inForce === true && now?.inForce !== true
    return [{ listId, key, change: left || now === undefined ? 'removed' : 'added' }]
  })
}

interface EventRow extends FreezeEvent {
  symbol: string | null
}

function refreshEntry(db: Db, chainId: string, listId: string, key: Key): void {
  const events = all<EventRow>(
    db,
    `select f.contract, f.change, f.block_time as time, c.symbol from token_freezes f
     join freeze_contracts c on c.list_id = ? and c.chain = f.chain and c.contract = f.contract and c.dropped = 0
       and c.from_height <= f.block_height
     where f.chain = ? and f.key = ? and f.orphaned = 0 order by f.block_height, f.log_index`,
    ...[listId, chainId, key],
  )
  const { intervals, contracts } = frozenIntervals(events)
  const symbols = new Map(events.map(({ contract, symbol }) => [contract, symbol]))
  run(db, 'delete from list_intervals where list_id = ? and key = ?', listId, key)
  const [first] = intervals
  // It was never frozen on the branch that stands: there is no such entry.
  if (first === undefined) {
    run(db, 'delete from list_entries where list_id = ? and key = ?', listId, key)
    return
  }
  const issuers = contracts.map((contract) => {
    const text = addressText(evmKey(contract))
    const symbol = symbols.get(contract) ?? null
    return { asset: symbol ?? text, name: symbol === null ? text : `${symbol} (${text})` }
  })
  run(
    db,
    `insert into list_entries
       (list_id, key, family, address, assets, subject, programs, listed_on, first_seen, removed_on)
     values (?, ?, ?, ?, ?, ?, '[]', ?, ?, ?)
     on conflict (list_id, key) do update set address = excluded.address, assets = excluded.assets,
       subject = excluded.subject, listed_on = excluded.listed_on, first_seen = excluded.first_seen,
       removed_on = excluded.removed_on`,
    ...[listId, key, keyFamily(key), addressText(key)],
    ...[JSON.stringify(issuers.map(({ asset }) => asset)), subjectOf(issuers), dateOf(first.from)],
    ...[dateOf(first.from), dateOf(intervals.at(-1)?.to ?? null)],
  )
  for (const interval of intervals) putInterval(db, listId, key, interval)
  putForms(db, key)
}

function subjectOf(issuers: readonly { name: string }[]): string {
  return issuers.map(({ name }) => `Frozen by the issuer of ${name}`).join('; ')
}

function dateOf(time: string | null): string | null {
  return time?.slice(0, 10) ?? null
}

function putInterval(db: Db, listId: string, key: Key, { from, to }: Interval): void {
  run(
    db,
    'insert into list_intervals (list_id, key, "from", "to") values (?, ?, ?, ?)',
    listId,
    key,
    from,
    to,
  )
}
