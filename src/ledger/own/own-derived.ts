import type { Key } from '../../address/key.ts'
import type { OwnKind } from '../../own/own-row.ts'
import { type Db, run } from '../database.ts'
import { publishedLoad } from './load-own.ts'
import type { OwnDescriptorRow } from './own-descriptors.ts'
import { putOwnForms } from './own-forms.ts'

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
  putOwnForms(db, key)
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
export function renameDerived(
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
export function retireDerived(db: Db, checksum: string, at: string): void {
  run(
    db,
    `update own_rows as r set retired_at = ?2
     from own_derived d join own_descriptors s on s.id = d.descriptor_id
     where s.checksum = ?3 and r.key = d.key and r.chain = s.chain and r.retired_at is null and ${counts}`,
    ...[publishedLoad(db), at, checksum],
  )
}
