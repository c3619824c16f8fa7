import type { Key } from '../../address/key.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { OwnKind } from '../../own/own-row.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { publishedLoad } from './load-own.ts'
import { putOwnVariants } from './own-variants.ts'

/** A descriptor whose addresses are own, and what is said of all of them. */
interface OwnDescriptor {
  /** BIP 380: what messages call it by. */
  checksum: string
  /** Tells every address: never to be printed. */
  descriptor: string
  /** A chain's id in the config; `''` for every Bitcoin chain. */
  chain: string
  /** How its addresses are written. */
  network: 'mainnet' | 'testnet4' | 'signet' | 'regtest'
  kind: OwnKind
  reference: string
  /** Addresses to know beyond the highest one in use; 0 where it stands for one address. */
  gap: number
}

export interface OwnDescriptorRow extends OwnDescriptor {
  id: number
  added_at: string
  retired_at: string | null
}

/** How far the addresses of a descriptor have to be known from the start. */
interface AskedWindow {
  branches: number
  /** Addresses of each branch. */
  asked: number
  /** The highest index in use; `null` for none. */
  used: number | null
}

/**
 * Writes a descriptor down, or what is new of one that is there: its windows only grow. Its addresses are derived by
 * whoever comes next.
 *
 * @param record called in the same transaction.
 * @returns its id.
 */
export function addDescriptor(
  db: Db,
  own: OwnDescriptor,
  window: AskedWindow,
  at: string,
  record: () => void = () => {},
): number {
  return inTransaction(db, () => {
    const { checksum, descriptor, chain, network, kind, reference, gap } = own
    const known = findDescriptor(db, descriptor, chain)
    if (known !== undefined) {
      run(
        db,
        'update own_descriptors set kind = ?, reference = ?, gap = max(gap, ?), retired_at = null where id = ?',
        ...[kind, reference, gap, known.id],
      )
      renameDerived(db, known, { kind, reference })
    }
    const id =
      known?.id ??
      run(
        db,
        `insert into own_descriptors (checksum, descriptor, chain, network, kind, reference, gap, added_at)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[checksum, descriptor, chain, network, kind, reference, gap, at],
      ).id
    for (let branch = 0; branch < window.branches; branch++) {
      run(
        db,
        `insert into own_branches (descriptor_id, branch, asked, derived, used) values (?1, ?2, ?3, 0, ?4)
         on conflict do update set asked = max(asked, ?3), used = nullif(max(ifnull(used, -1), ifnull(?4, -1)), -1)`,
        ...[id, branch, window.asked, window.used],
      )
    }
    record()
    return id
  })
}

/** @param chain as it was added. */
export function findDescriptor(db: Db, descriptor: string, chain: string): OwnDescriptorRow | undefined {
  return one<OwnDescriptorRow>(
    db,
    'select * from own_descriptors where descriptor = ? and chain = ?',
    ...[descriptor, chain],
  )
}

/** A descriptor and one of its branches, as `own list` tells of them. */
export interface DescriptorSummary extends Omit<OwnDescriptorRow, 'descriptor'> {
  branch: number
  derived: number
  used: number | null
}

/** All descriptors, a row a branch. */
export function listDescriptors(db: Db): DescriptorSummary[] {
  return all<DescriptorSummary>(
    db,
    `select o.id, o.checksum, o.chain, o.network, o.kind, o.reference, o.gap, o.added_at, o.retired_at,
       b.branch, b.derived, b.used
     from own_descriptors o join own_branches b on b.descriptor_id = o.id order by o.id, b.branch`,
  )
}

/** @param checksums without `#`. @throws `usage` naming those that are not there. */
export function refuseUnknownDescriptors(db: Db, checksums: readonly string[]): void {
  const strangers = checksums.filter(
    (checksum) => one(db, 'select 1 from own_descriptors where checksum = ?', checksum) === undefined,
  )
  if (strangers.length === 0) return
  throw new ChainscreenError(
    'usage',
    `Nothing was retired: there is no descriptor ${strangers.map((checksum) => `#${checksum}`).join(', ')}; \`chainscreen own list\` shows them.`,
  )
}

/** Marks descriptors, and their addresses, as out of use, inside a transaction. They stay own, and the chain may still use new ones. */
export function retireDescriptors(db: Db, checksums: readonly string[], at: string): void {
  for (const checksum of checksums) {
    retireDerived(db, checksum, at)
    run(
      db,
      'update own_descriptors set retired_at = ? where checksum = ? and retired_at is null',
      ...[at, checksum],
    )
  }
}

/**
 * Makes a derived address own, inside a transaction, at once: beside a load that is under way and does not count yet. One
 * that is own already stays what it is; one that was removed is own again.
 *
 * @returns whether it was not.
 */
export function putDerivedAddress(
  db: Db,
  { chain, kind, reference, retired_at }: OwnDescriptorRow,
  { key, address }: { key: Key; address: string },
  revision: number,
  at: string,
): boolean {
  const load = publishedLoad(db)
  putOwnVariants(db, key)
  const { changes } = run(
    db,
    `insert into own_rows (key, chain, load, address, kind, reference, added_at, revision, retired_at)
     select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
     where not exists (select 1 from own_rows where key = ?1 and chain = ?2 and load <= ?3 and removed_at is null)
     on conflict do update set address = ?4, kind = ?5, reference = ?6, added_at = ?7, revision = ?8, retired_at = ?9,
       removed_at = null`,
    ...[key, chain, load, address, kind, reference, at, revision],
    retired_at === null ? null : at,
  )
  return changes === 1
}

/** Of the versions of a row `r`, the one that counts. */
const counts = `r.load = (select max(n.load) from own_rows n where n.key = r.key and n.chain = r.chain and n.load <= ?1)`

/**
 * Says other things of all addresses of a descriptor, which are in use again, inside a transaction. Of one that was own
 * before it was derived, other things are said already, and stay.
 */
function renameDerived(
  db: Db,
  known: OwnDescriptorRow,
  { kind, reference }: { kind: OwnKind; reference: string },
): void {
  run(
    db,
    `update own_rows as r set kind = ?2, reference = ?3, retired_at = null
     from own_derived d where d.descriptor_id = ?4 and r.key = d.key and r.chain = ?5
       and r.kind = ?6 and r.reference = ?7 and ${counts}`,
    ...[publishedLoad(db), kind, reference, known.id, known.chain, known.kind, known.reference],
  )
}

/** Marks all addresses of descriptors as out of use, inside a transaction. */
function retireDerived(db: Db, checksum: string, at: string): void {
  run(
    db,
    `update own_rows as r set retired_at = ?2
     from own_derived d join own_descriptors s on s.id = d.descriptor_id
     where s.checksum = ?3 and r.key = d.key and r.chain = s.chain and r.retired_at is null and ${counts}`,
    ...[publishedLoad(db), at, checksum],
  )
}
