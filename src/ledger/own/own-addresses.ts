import type { Key } from '../../address/key.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { OwnKind } from '../../own/own-row.ts'
import { all, type Db, each, inTransaction, one, run } from '../database.ts'
import { pieceRows } from '../in-pieces.ts'
import { whileLoading } from '../while-loading.ts'
import { inTurn } from '../write-turns.ts'
import { type LoadOptions, loadStaged, publishedLoad } from './load-own.ts'
import { retireDescriptors } from './own-descriptors.ts'
import { entriesNaming } from './own-variants.ts'

/** An address the exchange controls. */
export interface OwnAddress {
  key: Key
  /** As written by the exchange. */
  address: string
  kind: OwnKind
  /** The exchange's own opaque id. */
  reference: string
  /** A chain's id in the config; `''` for every chain of the address's family. */
  chain: string
}

/** An own address that is given to be added. */
export interface GivenOwn extends OwnAddress {
  /** Where it stands in what is given: line of a file, seq of a query (64 bits), number of a row from 1. */
  place?: number | bigint
  /** It stands in the ledger just so: it is not added, and counts against other rows of the same address alone. */
  isKnown?: boolean
}

export interface OwnAddressRow extends OwnAddress {
  added_at: string
  revision: number
  retired_at: string | null
  /** Said never to have been own, and foreign since: see {@link removeOwnAddresses}. */
  removed_at: string | null
}

export interface AddOptions extends LoadOptions {
  /**
   * Refuses addresses that are new and that a list names: what a person does by hand may be a mistake, and an own address
   * is no counterparty any more. Left out, they are added, and raise their `own` alert.
   */
  refuseListed?: boolean | undefined
  /** What is done with an address that comes twice, with another kind or reference. Default: all is refused. */
  twice?: 'refuse' | 'highest place counts'
  /** Code of that refusal. Default `bad-file`. */
  refusal?: 'bad-file' | 'usage'
}

/** What {@link addOwnAddresses} did. */
export interface AddedCounts {
  added: number
  /** Stood there already, just so. */
  known: number
  /** Stood there with another kind or reference, or retired. */
  changed: number
  /** The latest own revision of the addresses that were given: from it on, blocks are screened for all of them. */
  revision: number
}

/** What is being added by each connection: it has one `temp.own_staged`. */
const adding = new WeakMap<Db, Promise<unknown>>()

/**
 * Adds addresses, all or none: what the iterable throws, and a crash at any point, leaves the ledger as it was. Rows are
 * first staged in a temporary table, then written in short transactions under a load that does not count yet, and
 * become visible in one cheap step: the daemon can write between any two of them, however many there are. Calls on one connection
 * are done one after the other, in their order.
 *
 * @throws `bad-file` when an address comes twice with another kind or reference; `usage` naming those that are listed,
 * where they are refused; `database-busy` while another load is under way for too long.
 */
export function addOwnAddresses(
  db: Db,
  addresses: AsyncIterable<GivenOwn> | Iterable<GivenOwn>,
  at: string,
  options: AddOptions = {},
): Promise<AddedCounts> {
  const turn = (adding.get(db) ?? Promise.resolve()).then(() => addNow(db, addresses, at, options))
  adding.set(
    db,
    turn.catch(() => {}),
  )
  return turn
}

async function addNow(
  db: Db,
  addresses: AsyncIterable<GivenOwn> | Iterable<GivenOwn>,
  at: string,
  options: AddOptions,
): Promise<AddedCounts> {
  db.exec(`drop table if exists temp.own_staged;
    create temp table own_staged (
      key text, chain text, address text, kind text, reference text, place integer, primary key (key, chain)
    ) without rowid`)
  const staged = await stageAll(db, addresses, options)
  const load = () => {
    // Lists are loaded in the same turn: none can name them in between.
    if (options.refuseListed === true) refuseListed(db)
    return loadStaged(db, at, options)
  }
  const { added, changed, revision } = await whileLoading(db, load, options)
  return { added, changed, known: staged - added - changed, revision }
}

/** In transactions of the temporary table alone. None is open while more is awaited: others write on this connection meanwhile. */
async function stageAll(
  db: Db,
  addresses: AsyncIterable<GivenOwn> | Iterable<GivenOwn>,
  options: AddOptions,
): Promise<number> {
  let staged = 0
  let batch: GivenOwn[] = []
  const stageBatch = db.transaction(() => {
    for (const address of batch) staged += stage(db, address, options)
  })
  for await (const address of addresses) {
    batch.push(address)
    if (batch.length < pieceRows) continue
    stageBatch()
    batch = []
  }
  stageBatch()
  return staged
}

function stage(db: Db, own: GivenOwn, { twice, refusal = 'bad-file' }: AddOptions): number {
  const { key, chain, kind, reference, place = null } = own
  if (own.isKnown !== true) {
    const { changes } = run(
      db,
      `insert into temp.own_staged (key, chain, address, kind, reference, place) values (?, ?, ?, ?, ?, ?)
       on conflict do nothing`,
      ...[key, chain, own.address, kind, reference, place],
    )
    if (changes === 1) return 1
  }
  if (twice === 'highest place counts') {
    run(
      db,
      // Of two in one place always the same.
      `update temp.own_staged set kind = ?3, reference = ?4, place = ?5
       where key = ?1 and chain = ?2 and (place, reference, kind) < (?5, ?4, ?3)`,
      ...[key, chain, kind, reference, place],
    )
    return 0
  }
  const first = one<{ kind: string; reference: string; place: number | null }>(
    db,
    'select kind, reference, place from temp.own_staged where key = ? and chain = ?',
    ...[key, chain],
  )
  if (first?.kind === kind && first.reference === reference) return 0
  const where = place === null ? '' : `, in rows ${first?.place} and ${place}`
  throw new ChainscreenError(
    refusal,
    `An address comes twice${where}, with another kind or reference: nothing was added.`,
  )
}

/** The staged addresses that are not own yet and have a form that some list has or had: a few index look-ups for each. */
const listedStagedSql = `select s.key, s.address from temp.own_staged s
   where (exists (select 1 from list_keys k where k.key = s.key and k.variant_of is null)
       or exists (select 1 from list_keys v where v.key = s.key and v.variant_of is not null)
       or exists (select 1 from json_each(holder_forms(s.key)) h
         cross join list_keys k on k.key = h.value and k.variant_of is null)
       or exists (select 1 from json_each(holder_forms(s.key)) h
         cross join list_keys v on v.key = h.value and v.variant_of is not null))
     and not exists (select 1 from own_addresses o where o.key = s.key and o.chain = s.chain and o.removed_at is null)
   order by s.address`

/** Named in an error; of the rest it says how many they are. */
const mostNamed = 20

/** @throws `usage` naming the entries in force that would raise an `own` alert. */
function refuseListed(db: Db): void {
  const named: string[] = []
  let listed = 0
  for (const { key, address } of each<Pick<OwnAddress, 'key' | 'address'>>(db, listedStagedSql)) {
    const entries = entriesNaming(db, key).filter(
      ({ entry }) => entry.category !== 'canary' && entry.intervals.at(-1)?.to === null,
    )
    if (entries.length === 0) continue
    listed++
    if (listed > mostNamed) continue
    for (const { entry, basis } of entries) {
      const match = basis === 'exact' ? '' : `, a ${basis} match`
      named.push(
        `${address}: on list ${entry.listId} as ${entry.address}, ${entry.subject ?? 'no name'}${match}`,
      )
    }
  }
  if (listed === 0) return
  if (listed > mostNamed) named.push(`and ${listed - mostNamed} more`)
  const what = listed === 1 ? '1 address is' : `${listed} addresses are`
  throw new ChainscreenError(
    'usage',
    `Nothing was added: ${what} listed, and an own address is never screened as a counterparty. Use --listed for an address that is yours.`,
    { details: named },
  )
}

/**
 * Marks addresses and descriptors as out of use, all or none. They stay own: what still moves through them is screened.
 *
 * @param options.checksums of descriptors that are there, without `#`.
 * @param options.record called in the same transaction, for each of them.
 * @throws `usage` naming the keys that are not own; nothing is retired then. `database-busy` while own addresses are
 * being loaded for too long.
 */
export function retireOwnAddresses(
  db: Db,
  keys: readonly Key[],
  at: string,
  options: { checksums?: readonly string[]; record?: (target: string) => void } = {},
): Promise<void> {
  const { checksums = [], record = () => {} } = options
  const retireAll = () => {
    retire(db, keys, at)
    retireDescriptors(db, checksums, at)
    for (const key of keys) record(ownText(db, key))
    for (const checksum of checksums) record(`#${checksum}`)
  }
  return whileLoading(db, () => inTurn(db, () => inTransaction(db, retireAll)))
}

function ownText(db: Db, key: Key): string {
  const sql = 'select address from own_addresses where key = ? order by chain limit 1'
  return one<{ address: string }>(db, sql, key)?.address ?? key
}

function retire(db: Db, keys: readonly Key[], at: string): void {
  const strangers = keys.filter((key) => !isOwnAnywhere(db, key))
  if (strangers.length > 0) {
    throw new ChainscreenError(
      'usage',
      `Nothing was retired: these are not own addresses: ${strangers.join(', ')}.`,
    )
  }
  for (const key of keys) {
    run(
      db,
      `update own_rows as r set retired_at = ? where key = ? and retired_at is null and removed_at is null
         and not exists (select 1 from own_rows n where n.key = r.key and n.chain = r.chain and n.load > r.load)`,
      ...[at, key],
    )
  }
}

/** What is known of an own address. @param chain as it was added: `''` for every chain of its family. */
export function findOwnAddress(db: Db, key: Key, chain: string): OwnAddressRow | undefined {
  return one<OwnAddressRow>(
    db,
    'select * from own_addresses where key = ? and chain = ? and removed_at is null',
    ...[key, chain],
  )
}

/** Whether a key is own on any chain. */
export function isOwnAnywhere(db: Db, key: Key): boolean {
  return one(db, 'select 1 from own_addresses where key = ? and removed_at is null', key) !== undefined
}

/** Whether a key is own on this chain. Any version of its row says so: what was own once stays own, unless it was removed. */
export function isOwn(db: Db, chain: string, key: Key): boolean {
  return (
    one(
      db,
      `select 1 from own_rows where key = ? and chain in ('', ?) and removed_at is null
         and load <= (select cast(value as integer) from meta where key = 'own_load')`,
      ...[key, chain],
    ) !== undefined
  )
}

/** At least as many as there are own addresses, by the size of an index alone: counting each once takes as long as reading them. */
export function mostOwnAddresses(db: Db): number {
  return one<{ n: number }>(db, 'select count(*) as n from own_rows')?.n ?? 0
}

/** How many own addresses there are: one that is own on two chains counts twice. */
export function countOwnAddresses(db: Db): number {
  const row = one<{ n: number }>(
    db,
    'select count(*) as n from (select distinct key, chain from own_rows where removed_at is null and load <= ?)',
    publishedLoad(db),
  )
  return row?.n ?? 0
}

/** Whether any own address is registered: an index look-up, however many there are. */
export function hasOwnAddresses(db: Db): boolean {
  return one(db, 'select 1 from own_addresses where removed_at is null limit 1') !== undefined
}

/** Own addresses in the order they were added, one by one. @param options.derived false leaves out those of descriptors. */
export function listOwnAddresses(db: Db, options = { derived: true }): IterableIterator<OwnAddressRow> {
  const which = options.derived ? '' : 'and key not in (select key from own_derived)'
  return each<OwnAddressRow>(
    db,
    `select * from own_addresses where removed_at is null ${which} order by revision, key, chain`,
  )
}

/** A page of own addresses, by key. @param after the last one of the page before. */
export function ownAddressPage(
  db: Db,
  filter: { key: Key | null; reference: string | null },
  after: Pick<OwnAddress, 'key' | 'chain'> | null,
  limit: number,
): OwnAddressRow[] {
  const { key, reference } = filter
  const conditions = [
    'removed_at is null and (key, chain) > (?, ?)',
    ...(key === null ? [] : ['key = ?']),
    ...(reference === null ? [] : [referenceIs(reference)]),
  ]
  return all<OwnAddressRow>(
    db,
    `select * from own_addresses where ${conditions.join(' and ')} order by key, chain limit ?`,
    ...[after?.key ?? '', after?.chain ?? '', ...[key, reference].filter((value) => value !== null), limit],
  )
}

/** The index has no addresses without a reference: they are many, and nobody looks for them by it. */
function referenceIs(reference: string): string {
  return reference === '' ? 'reference = ?' : `reference = ? and reference != ''`
}

/** Own addresses that carry the exchange's own id, which is not empty; also retired ones; a thousand at most. */
export function keysOfReference(db: Db, reference: string): Key[] {
  const sql = `select distinct key from own_addresses where ${referenceIs(reference)} and removed_at is null limit 1000`
  return all<{ key: Key }>(db, sql, reference).map(({ key }) => key)
}
