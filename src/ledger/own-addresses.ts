import type { Key } from '../address/key.ts'
import { ChainscreenError } from '../errors.ts'
import type { OwnKind } from '../own/own-row.ts'
import { type Db, each, inTransaction, one, run } from './database.ts'
import { addRescreen } from './rescreens.ts'
import { bumpRevision, readRevisions } from './revisions.ts'

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

export interface OwnAddressRow extends OwnAddress {
  added_at: string
  revision: number
  retired_at: string | null
}

/**
 * Adds addresses, all or none: what the iterable throws leaves the ledger as it was. Rows are staged in a temporary
 * table first, so that a file of a million holds the daemon's write lock for seconds, not for its whole reading.
 *
 * @throws `bad-file` when an address comes twice with another kind or reference.
 */
export async function addOwnAddresses(
  db: Db,
  addresses: AsyncIterable<OwnAddress> | Iterable<OwnAddress>,
  at: string,
): Promise<{ added: number; known: number; changed: number }> {
  db.exec(`drop table if exists temp.own_staged;
    create temp table own_staged (
      key text, chain text, address text, kind text, reference text, primary key (key, chain)
    ) without rowid`)
  let staged = 0
  db.exec('begin')
  try {
    for await (const address of addresses) staged += stage(db, address)
    db.exec('commit')
  } catch (error) {
    db.exec('rollback')
    throw error
  }
  return inTransaction(db, () => {
    const { changes: changed } = run(
      db,
      `update own_addresses as o set kind = s.kind, reference = s.reference, retired_at = null
       from temp.own_staged s where s.key = o.key and s.chain = o.chain
         and (o.kind != s.kind or o.reference != s.reference or o.retired_at is not null)`,
    )
    const { changes: added } = run(
      db,
      `insert into own_addresses (key, chain, address, kind, reference, added_at, revision)
       select key, chain, address, kind, reference, ?, (select value + 1 from meta where key = 'own_revision')
       from temp.own_staged s
       where not exists (select 1 from own_addresses o where o.key = s.key and o.chain = s.chain)`,
      at,
    )
    // A retired address stays own, and a kind decides nothing: only new addresses change what is screened.
    if (added > 0) {
      bumpRevision(db, 'own')
      // One of them may stand on a list.
      addRescreen(db, { kind: 'own', listId: null, revision: readRevisions(db).list, whole: true, at })
    }
    return { added, changed, known: staged - added - changed }
  })
}

function stage(db: Db, own: OwnAddress): number {
  const { changes } = run(
    db,
    'insert into temp.own_staged (key, chain, address, kind, reference) values (?, ?, ?, ?, ?) on conflict do nothing',
    ...[own.key, own.chain, own.address, own.kind, own.reference],
  )
  if (changes === 1) return 1
  const first = one<OwnAddress>(
    db,
    'select * from temp.own_staged where key = ? and chain = ?',
    own.key,
    own.chain,
  )
  if (first?.kind === own.kind && first.reference === own.reference) return 0
  throw new ChainscreenError(
    'bad-file',
    `The address ${own.address} comes twice, as ${first?.kind} "${first?.reference}" and as ${own.kind} "${own.reference}": nothing was added.`,
  )
}

/**
 * Marks addresses as out of use, all or none. They stay own: what still moves through them is screened.
 *
 * @throws `usage` naming the keys that are not own; nothing is retired then.
 */
export function retireOwnAddresses(db: Db, keys: readonly Key[], at: string): void {
  inTransaction(db, () => {
    const strangers = keys.filter(
      (key) => one(db, 'select 1 from own_addresses where key = ?', key) === undefined,
    )
    if (strangers.length > 0) {
      throw new ChainscreenError(
        'usage',
        `Nothing was retired: these are not own addresses: ${strangers.join(', ')}.`,
      )
    }
    for (const key of keys) {
      run(db, 'update own_addresses set retired_at = ? where key = ? and retired_at is null', at, key)
    }
  })
}

/** What is known of an own address. @param chain as it was added: `''` for every chain of its family. */
export function findOwnAddress(db: Db, key: Key, chain: string): OwnAddressRow | undefined {
  return one<OwnAddressRow>(db, 'select * from own_addresses where key = ? and chain = ?', key, chain)
}

/** Whether a key is own on this chain. */
export function isOwn(db: Db, chain: string, key: Key): boolean {
  return one(db, `select 1 from own_addresses where key = ? and chain in ('', ?)`, key, chain) !== undefined
}

/** The keys added by revisions above this one, one by one: there may be tens of millions. */
export function* ownKeysSince(db: Db, revision: number): Generator<Key> {
  for (const { key } of each<{ key: Key }>(db, 'select key from own_addresses where revision > ?', revision))
    yield key
}

export function countOwnAddresses(db: Db): number {
  return one<{ n: number }>(db, 'select count(*) as n from own_addresses')?.n ?? 0
}

/** Own addresses in the order they were added, one by one. */
export function listOwnAddresses(db: Db): IterableIterator<OwnAddressRow> {
  return each<OwnAddressRow>(db, 'select * from own_addresses order by revision, key, chain')
}
