import type { Key } from '../../address/key.ts'
import { readChainState } from '../blocks/chain.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { freezeListFormat, putList } from '../lists/lists.ts'
import { refreshList } from './freeze-entries.ts'

/** A contract of a list, as the config has it. */
export interface FreezeContract {
  /** Lower-case, with 0x. */
  contract: string
  symbol: string | null
  /** The first block that counts. */
  from: number
}

/** A list of accounts that issuers froze, as the config has it. */
export interface FreezeList {
  id: string
  chain: string
  maxAgeSeconds: number | null
  contracts: readonly FreezeContract[]
}

export interface FreezeContractRow {
  list_id: string
  chain: string
  contract: string
  symbol: string | null
  from_height: number
  past_next: number
  past_to: number | null
  unwatched_from: number | null
  dropped: number
  compared_at: string | null
}

/** The contracts that a list counts. */
export function freezeContracts(db: Db, listId: string): FreezeContractRow[] {
  return all<FreezeContractRow>(
    db,
    'select * from freeze_contracts where list_id = ? and dropped = 0 order by chain, contract',
    listId,
  )
}

/**
 * Takes over what the config says of these lists, before a chain is followed. What was followed without a contract
 * becomes past that has to be read. A list that the config does not have stays in force; a contract that its list
 * does not name any more does not.
 */
export function putFreezeLists(db: Db, lists: readonly FreezeList[], at: string): void {
  inTransaction(db, () => {
    for (const { id, maxAgeSeconds } of lists) {
      putList(db, { id, format: freezeListFormat, category: 'issuer-freeze', maxAgeSeconds, origin: 'chain' })
      run(db, 'update lists set removed_at = null where id = ? and removed_at is not null', id)
    }
    const rows = all<FreezeContractRow>(db, 'select * from freeze_contracts')
    for (const row of rows) {
      const list = lists.find(({ id }) => id === row.list_id)
      const named =
        list?.chain === row.chain && list.contracts.some(({ contract }) => contract === row.contract)
      if (!named) unwatch(db, row, list !== undefined, at)
    }
    for (const list of lists) {
      for (const contract of list.contracts) {
        const known = rows.find(
          (row) => row.list_id === list.id && row.chain === list.chain && row.contract === contract.contract,
        )
        watch(db, list, contract, known, at)
      }
    }
  })
}

/**
 * Takes a list out of force, inside a transaction: none of its contracts counts any more.
 *
 * @returns how many entries were in force.
 */
export function dropFreezeList(db: Db, listId: string, at: string): number {
  const entries = one<{ n: number }>(
    db,
    'select count(*) as n from list_entries where list_id = ? and removed_on is null',
    listId,
  )
  for (const row of freezeContracts(db, listId)) unwatch(db, row, true, at)
  return entries?.n ?? 0
}

function unwatch(db: Db, row: FreezeContractRow, drop: boolean, at: string): void {
  const next = (followedTo(db, row.chain) ?? row.from_height - 1) + 1
  run(
    db,
    `update freeze_contracts set unwatched_from = ifnull(unwatched_from, ?), dropped = max(dropped, ?)
     where list_id = ? and chain = ? and contract = ?`,
    ...[next, drop ? 1 : 0, row.list_id, row.chain, row.contract],
  )
  if (drop && row.dropped === 0) refreshContract(db, row, at)
}

function watch(
  db: Db,
  list: FreezeList,
  { contract, symbol, from }: FreezeContract,
  known: FreezeContractRow | undefined,
  at: string,
): void {
  const place = { list_id: list.id, chain: list.chain, contract }
  const followed = followedTo(db, list.chain)
  if (known === undefined) {
    run(
      db,
      `insert into freeze_contracts (list_id, chain, contract, symbol, from_height, past_next, past_to)
       values (?, ?, ?, ?, ?, ?, ?)`,
      ...[list.id, list.chain, contract, symbol, from, from, followed],
    )
    // Another list may have the same contract: what is known of it already need not wait.
    refreshContract(db, place, at)
    return
  }
  const past = pastOf(db, known, from, followed)
  run(
    db,
    `update freeze_contracts set symbol = ?, from_height = ?, past_next = ?, past_to = ?, compared_at = ?,
       unwatched_from = null, dropped = 0 where list_id = ? and chain = ? and contract = ?`,
    ...[symbol, from, past.next, past.to, past.more ? null : known.compared_at],
    ...[list.id, list.chain, contract],
  )
  const same = known.dropped === 0 && known.symbol === symbol && known.from_height === from
  if (!same) refreshContract(db, place, at)
}

/** What of the past is still to be read, where the config names a contract that is known. */
function pastOf(
  db: Db,
  known: FreezeContractRow,
  from: number,
  followed: number | null,
): { next: number; to: number | null; more: boolean } {
  const to = known.past_to ?? beforeStart(db, known.chain)
  const readThrough = to !== null && known.past_next > to
  if (from < known.from_height) return { next: from, to: followed, more: true }
  if (known.unwatched_from === null || followed === null)
    return { next: Math.max(known.past_next, from), to: known.past_to, more: false }
  const next = Math.max(readThrough ? known.unwatched_from : known.past_next, from)
  return { next, to: followed, more: next <= followed }
}

/** How far a chain is followed; `null` where it never was. */
function followedTo(db: Db, chain: string): number | null {
  return readChainState(db, chain).cursor?.height ?? beforeStart(db, chain)
}

function beforeStart(db: Db, chain: string): number | null {
  const { startHeight } = readChainState(db, chain)
  return startHeight === null ? null : startHeight - 1
}

/** Makes the entries of every account anew that a contract ever spoke of. */
function refreshContract(
  db: Db,
  { list_id: listId, chain, contract }: Pick<FreezeContractRow, 'list_id' | 'chain' | 'contract'>,
  at: string,
): void {
  const keys = all<{ key: Key }>(
    db,
    'select distinct key from token_freezes where chain = ? and contract = ? and orphaned = 0',
    ...[chain, contract],
  )
  refreshList(db, chain, listId, new Set(keys.map(({ key }) => key)), at)
}

/** How much later than the time that is noted a block has to be for its own to be noted: a write in each step costs. */
const noteEverySeconds = 60

/** The lists of a chain are as fresh as the last block that was followed. Inside the transaction of its step. @param time ISO-8601. */
export function noteFollowed(db: Db, chainId: string, time: string): void {
  run(
    db,
    `update lists set checked_at = ?1 where id in
       (select list_id from freeze_contracts where chain = ?2 and unwatched_from is null)
       and (checked_at is null or unixepoch(?1) >= unixepoch(checked_at) + ?3)`,
    ...[time, chainId, noteEverySeconds],
  )
}
