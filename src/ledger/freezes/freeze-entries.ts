import { evmKey, type Key } from '../../address/key.ts'
import { addressText } from '../../address/text.ts'
import { type FreezeEvent, frozenIntervals, isoTime } from '../../screening/in-force.ts'
import type { BlockRef, FreezeNotice } from '../../screening/types.ts'
import { all, type Db, run } from '../database.ts'
import {
  type EntryVersion,
  putVersion,
  readVersion,
  removeVersions,
  sameVersion,
} from '../lists/entry-versions.ts'
import { putVariants } from '../lists/list-variants.ts'
import { addRescreen, addRescreenItem } from '../lists/rescreens.ts'
import { bumpRevision } from '../revisions.ts'

/** A block, with what token contracts say in it of accounts. */
export interface FreezeBlock extends Pick<BlockRef, 'height' | 'hash' | 'time'> {
  freezes?: readonly FreezeNotice[]
}

/**
 * Writes what blocks say of frozen accounts, and takes it over into the lists, inside a transaction and after the blocks'
 * movements: the job that this writes down looks at those too. The same block again changes nothing.
 *
 * @returns whether the list revision moved: what comes after has to be screened with the new one.
 */
export function writeFreezes(db: Db, chainId: string, blocks: readonly FreezeBlock[], at: string): boolean {
  const changed = new Set<Key>()
  for (const block of blocks) {
    for (const notice of block.freezes ?? []) {
      if (writeNotice(db, chainId, block, notice)) changed.add(notice.account)
    }
  }
  return refreshFrozen(db, chainId, changed, at)
}

/** @returns whether it is news: not known yet, or of a block that had lost. */
function writeNotice(db: Db, chainId: string, block: FreezeBlock, notice: FreezeNotice): boolean {
  const { contract, account, change, txHash, logIndex } = notice
  const { changes } = run(
    db,
    `insert into token_freezes
       (chain, block_hash, log_index, block_height, block_time, tx_hash, contract, key, change)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?)
     on conflict (chain, block_hash, log_index) do update set orphaned = 0 where orphaned = 1`,
    ...[chainId, block.hash, logIndex, block.height, isoTime(block.time), txHash, contract, account, change],
  )
  return changes > 0
}

/** What blocks that lost said counts no more, inside the transaction of the roll-back. @param height the fork's. */
export function orphanFreezes(db: Db, chainId: string, height: number, at: string): void {
  const lost = all<{ key: Key }>(
    db,
    `update token_freezes set orphaned = 1 where chain = ? and block_height > ? and orphaned = 0 returning key`,
    ...[chainId, height],
  )
  // Blocks that come in place of those may be followed without a contract that those were still followed with.
  run(
    db,
    'update freeze_contracts set unwatched_from = min(unwatched_from, ?) where chain = ?',
    ...[height + 1, chainId],
  )
  refreshFrozen(db, chainId, new Set(lost.map(({ key }) => key)), at)
}

/**
 * Makes the entries of accounts anew from the events that stand, in every list that has contracts of this chain, inside
 * a transaction. Where that changes an entry the list revision grows, and a job for stored history is written down.
 *
 * @returns whether it did.
 */
function refreshFrozen(db: Db, chainId: string, keys: ReadonlySet<Key>, at: string): boolean {
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
  const changes = [...keys].sort().flatMap((key) => changeOfEntry(db, chainId, listId, key) ?? [])
  if (changes.length === 0) return false
  const revision = bumpRevision(db, 'list')
  run(db, 'update lists set revision = ? where id = ?', revision, listId)
  const id = addRescreen(db, { kind: 'list', listId, revision, whole: false, at })
  for (const { key, now, change } of changes) {
    writeEntry(db, listId, id, key, now)
    addRescreenItem(db, id, { listId, key, change })
  }
  return true
}

interface EventRow extends FreezeEvent {
  symbol: string | null
}

interface FreezeChange {
  key: Key
  /** `undefined`: it was never frozen on the branch that stands, so there is no such entry. */
  now: EntryVersion | undefined
  /** What it is to stored history. One of which only the text changed is looked up again for nothing: they are few. */
  change: 'added' | 'removed'
}

/** @returns `null` where the entry is what it was. */
function changeOfEntry(db: Db, chainId: string, listId: string, key: Key): FreezeChange | null {
  const old = readVersion(db, listId, key)
  const now = frozenVersion(db, chainId, listId, key)
  if (sameVersion(old, now)) return null
  // One that was let go had left its list before a reorg undid its freeze as well: that is reported already.
  const left = old?.removed_on === null && now?.removed_on !== null
  return { key, now, change: left ? 'removed' : 'added' }
}

/** Every version stays, as those of other lists do: by its job it says later which release the job is to tell of. */
function writeEntry(db: Db, listId: string, load: number, key: Key, now: EntryVersion | undefined): void {
  if (now === undefined) {
    removeVersions(db, listId, key)
    return
  }
  putVariants(db, key, now.address)
  putVersion(db, listId, load, now)
}

/** The entry that the events which stand make; `undefined` for none. */
function frozenVersion(db: Db, chainId: string, listId: string, key: Key): EntryVersion | undefined {
  const events = all<EventRow>(
    db,
    `select f.contract, f.change, f.block_time as time, c.symbol from token_freezes f
     join freeze_contracts c on c.list_id = ? and c.chain = f.chain and c.contract = f.contract and c.dropped = 0
       and c.from_height <= f.block_height
     where f.chain = ? and f.key = ? and f.orphaned = 0 order by f.block_height, f.log_index`,
    ...[listId, chainId, key],
  )
  const { intervals, contracts } = frozenIntervals(events)
  const first = dateOf(intervals[0]?.from ?? null)
  if (first === null) return undefined
  const symbols = new Map(events.map(({ contract, symbol }) => [contract, symbol]))
  const issuers = contracts.map((contract) => {
    const text = addressText(evmKey(contract))
    const symbol = symbols.get(contract) ?? null
    return { asset: symbol ?? text, name: symbol === null ? text : `${symbol} (${text})` }
  })
  return {
    ...{ key, address: addressText(key), assets: JSON.stringify(issuers.map(({ asset }) => asset)) },
    ...{
      subject: subjectOf(issuers),
      subject_ids: '[]',
      programs: '[]',
      listed_on: first,
      first_seen: first,
    },
    ...{ removed_on: dateOf(intervals.at(-1)?.to ?? null), intervals },
  }
}

function subjectOf(issuers: readonly { name: string }[]): string {
  return issuers.map(({ name }) => `Frozen by the issuer of ${name}`).join('; ')
}

function dateOf(time: string | null): string | null {
  return time?.slice(0, 10) ?? null
}
