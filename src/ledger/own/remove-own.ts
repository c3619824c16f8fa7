import { type Key, keyFamily } from '../../address/key.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type Act, writeAudit } from '../audit.ts'
import { familyOfChain } from '../blocks/chain.ts'
import { insertReplay, type Replay, readReplay } from '../blocks/replays.ts'
import type { ChainRow } from '../coverage/coverage-gaps.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { writeOutbox } from '../events/outbox.ts'
import { addRescreen, addRescreenItem } from '../lists/rescreens.ts'
import { bumpRevision, readRevisions } from '../revisions.ts'
import { whileLoading } from '../while-loading.ts'
import { inTurn } from '../write-turns.ts'
import { isOwnAnywhere, type OwnAddressRow } from './own-addresses.ts'
import { itemsNaming } from './own-variants.ts'
import { withdrawAlert } from './read-as-foreign.ts'

/**
 * Says of addresses that they never were own, all or none: they are foreign from then on. One transaction writes down who
 * said so, and all that follows from it: ranges of blocks that were screened with them as own are to be read again; what
 * is stored of the others is to be matched with the entries that name them. Alerts that rest on the address alone are
 * withdrawn at once (that a list names it; of what waits in the mempool), those of blocks when the block is read again.
 *
 * @returns the ranges of blocks that are to be read again.
 * @throws `usage` naming the keys that are not own, or belong to a descriptor; nothing is removed then. `database-busy`
 * while own addresses are being loaded for too long.
 */
export function removeOwnAddresses(db: Db, keys: readonly Key[], words: Act): Promise<Replay[]> {
  const distinct = [...new Set(keys)]
  const remove = () => {
    refuseStrangers(db, distinct)
    refuseDerived(db, distinct)
    const removed = distinct.flatMap((key) => rowsOf(db, key))
    const revision = bumpRevision(db, 'own')
    for (const row of removed) markRemoved(db, row, revision, words)
    for (const key of distinct) withdrawUnplaced(db, key, words.at)
    matchAgain(db, distinct, words.at)
    return readAgain(db, removed, revision, words.at)
  }
  return whileLoading(db, () => inTurn(db, () => inTransaction(db, remove)))
}

function refuseStrangers(db: Db, keys: readonly Key[]): void {
  const strangers = keys.filter((key) => !isOwnAnywhere(db, key))
  if (strangers.length === 0) return
  throw new ChainscreenError(
    'usage',
    `Nothing was removed: these are not own addresses: ${strangers.join(', ')}.`,
  )
}

/** What a descriptor derives would be derived again. */
function refuseDerived(db: Db, keys: readonly Key[]): void {
  const derived = all<{ key: Key; checksum: string }>(
    db,
    `select d.key, s.checksum from json_each(?) k cross join own_derived d on d.key = k.value
     join own_descriptors s on s.id = d.descriptor_id order by d.key, s.checksum`,
    JSON.stringify(keys),
  )
  const [first] = derived
  if (first === undefined) return
  throw new ChainscreenError(
    'usage',
    `Nothing was removed: ${first.key} is an address of the descriptor #${first.checksum}, and can't be removed alone.`,
  )
}

function rowsOf(db: Db, key: Key): OwnAddressRow[] {
  return all<OwnAddressRow>(db, 'select * from own_addresses where key = ? and removed_at is null', key)
}

function markRemoved(db: Db, row: OwnAddressRow, revision: number, words: Act): void {
  const { actor, note, at } = words
  run(
    db,
    `insert into own_removals (key, chain, address, at, actor, note, added_revision, revision)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[row.key, row.chain, row.address, at, actor, note, row.revision, revision],
  )
  run(
    db,
    'update own_rows set removed_at = ? where key = ? and chain = ? and removed_at is null',
    ...[at, row.key, row.chain],
  )
  const about = { key: row.key, chain: row.chain || null, revision }
  writeAudit(db, words, 'own.removed', row.address, about)
  const data = { address: row.address, key: row.key, actor, note, revision }
  writeOutbox(db, { type: 'own.removed', at, chain: about.chain, data })
}

/** That a list names it, and what waits for a block: no reading of a block would withdraw these. */
function withdrawUnplaced(db: Db, key: Key, at: string): void {
  const alerts = all<{ id: string }>(
    db,
    `select a.id from alert_keys k join alerts a on a.id = k.alert_id where k.own_key = ?
     and (a.status = 'pending-mempool' or (a.role = 'own' and a.status = 'final')) order by a.id`,
    key,
  )
  for (const { id } of alerts) withdrawAlert(db, id, {}, at)
}

/** Blocks that were read before it became own have it as a party, and a list that came later passed over it. */
function matchAgain(db: Db, keys: readonly Key[], at: string): void {
  const items = itemsNaming(db, keys)
  if (items.length === 0) return
  const revision = readRevisions(db).list
  const id = addRescreen(db, { kind: 'asked', listId: null, revision, whole: false, at })
  for (const item of items) addRescreenItem(db, id, item)
}

/** A range for each run of blocks that was screened with one of them as own, on every chain where it was. */
function readAgain(db: Db, removed: readonly OwnAddressRow[], revision: number, at: string): Replay[] {
  const chains = all<ChainRow>(db, 'select * from chains order by id')
  return chains.flatMap((chain) => {
    const added = removed
      .filter((row) => keyFamily(row.key) === familyOfChain(chain) && ['', chain.id].includes(row.chain))
      .map((row) => row.revision)
    if (added.length === 0) return []
    return screenedSince(db, chain.id, Math.min(...added)).map(({ from, to }) => {
      const range = { chain: chain.id, from, to, ownRevision: revision, cause: 'removed' as const }
      return readReplay(db, insertReplay(db, range, at))
    })
  })
}

/** Runs of blocks of which some reading knew the own addresses of a revision. */
function screenedSince(db: Db, chain: string, ownRevision: number): { from: number; to: number }[] {
  const rows = all<{ from: number; to: number }>(
    db,
    `select from_height as "from", to_height as "to" from coverage where chain = ? and own_revision >= ?
     order by from_height, to_height`,
    ...[chain, ownRevision],
  )
  const runs: { from: number; to: number }[] = []
  for (const row of rows) {
    const last = runs.at(-1)
    if (last !== undefined && row.from <= last.to + 1) last.to = Math.max(last.to, row.to)
    else runs.push({ ...row })
  }
  return runs
}

/** Runs of blocks of a chain that may still hold a removed address as own: see {@link lateAddresses}. */
export interface RemovalOfChain {
  addedRevision: number
  revision: number
}

/** The removals that concern a chain. */
export function removalsOn(db: Db, chain: Pick<ChainRow, 'id' | 'caip2'>): RemovalOfChain[] {
  if (one(db, 'select 1 from own_removals limit 1') === undefined) return []
  return all<RemovalOfChain>(
    db,
    `select added_revision as addedRevision, revision from own_removals
     where chain in ('', ?) and key like ? || ':%'`,
    ...[chain.id, familyOfChain(chain)],
  )
}
