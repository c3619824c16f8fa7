import type { Key } from '../address/key.ts'
import { all, type Db, inTransaction, one, run } from './database.ts'
import { noteNewOwn } from './new-own.ts'
import { putDerivedAddress } from './own-derived.ts'
import type { OwnDescriptorRow } from './own-descriptors.ts'
import { bumpRevision, readRevisions } from './revisions.ts'

/** One branch of a descriptor, and how far its addresses are known. */
export interface OwnBranch extends OwnDescriptorRow {
  branch: number
  asked: number
  derived: number
  used: number | null
}

/** The branches whose addresses are own on this chain. */
export function branchesOn(db: Db, chain: string): OwnBranch[] {
  return all<OwnBranch>(
    db,
    `select o.*, b.branch, b.asked, b.derived, b.used
     from own_descriptors o join own_branches b on b.descriptor_id = o.id
     where o.chain in ('', ?) order by o.id, b.branch`,
    chain,
  )
}

/** Where a key stands in a descriptor. */
interface Place {
  id: number
  branch: number
  position: number
}

/** The highest index of each branch among these keys. A look-up for each. */
export function highestOf(
  db: Db,
  branches: readonly OwnBranch[],
  keys: Iterable<Key>,
): Map<OwnBranch, number> {
  const highest = new Map<OwnBranch, number>()
  if (branches.length === 0) return highest
  for (const key of keys) {
    const places = all<Place>(
      db,
      'select descriptor_id as id, branch, position from own_derived where key = ?',
      key,
    )
    for (const { id, branch: number, position } of places) {
      const branch = branches.find((one) => one.id === id && one.branch === number)
      if (branch !== undefined) highest.set(branch, Math.max(position, highest.get(branch) ?? 0))
    }
  }
  return highest
}

/** Notes which addresses the chain used, inside a transaction. What was used once stays so, whatever a reorg takes back. */
export function noteUsed(db: Db, chain: string, keys: readonly Key[]): void {
  for (const [{ id, branch, used }, position] of highestOf(db, branchesOn(db, chain), keys)) {
    if (used !== null && used >= position) continue
    run(
      db,
      'update own_branches set used = ? where descriptor_id = ? and branch = ?',
      ...[position, id, branch],
    )
  }
}

/** Addresses that follow on those a branch has. */
export interface DerivedAddresses {
  branch: OwnBranch
  /** Index of the first one. */
  from: number
  addresses: readonly { key: Key; address: string }[]
  /** Somebody asked for them; else the chain used those before them. */
  asked: boolean
  /** A replay under way that found them in use: it has to look at the blocks up to the cursor as well. */
  replay: number | null
}

/** Makes derived addresses own, in one transaction. Those that are own already stay what they are. */
export function addDerived(
  db: Db,
  { branch, from, addresses, asked, replay }: DerivedAddresses,
  at: string,
): void {
  inTransaction(db, () => {
    const revision = readRevisions(db).own + 1
    const added: Key[] = []
    let unasked = 0
    addresses.forEach((each, index) => {
      const position = from + index
      if (putDerivedAddress(db, branch, each, revision, at)) {
        added.push(each.key)
        if (!asked && position >= branch.asked) unasked += 1
      }
      run(
        db,
        'insert into own_derived (key, descriptor_id, branch, position) values (?, ?, ?, ?) on conflict do nothing',
        ...[each.key, branch.id, branch.branch, position],
      )
    })
    run(
      db,
      'update own_branches set derived = max(derived, ?) where descriptor_id = ? and branch = ?',
      ...[from + addresses.length, branch.id, branch.branch],
    )
    if (added.length > 0) bumpRevision(db, 'own')
    if (unasked > 0) {
      run(
        db,
        'insert into own_widenings (revision, chain, addresses, at) values (?, ?, ?, ?)',
        ...[revision, branch.chain, unasked, at],
      )
    }
    noteNewOwn(db, added, at)
    if (replay !== null) {
      run(
        db,
        `update replays set to_height = max(to_height,
           ifnull((select cursor_height from chains where chains.id = replays.chain), to_height)) where id = ?`,
        replay,
      )
    }
  })
}

/** The latest own revision that somebody made by adding a descriptor; what the chain made known does not count. */
export function revisionOfDescriptor(db: Db, checksum: string, chain: string): number {
  return (
    one<{ revision: number | null }>(
      db,
      `select max(o.revision) as revision from own_descriptors s
       join own_derived d on d.descriptor_id = s.id
       join own_addresses o on o.key = d.key and o.chain = s.chain
       where s.checksum = ? and s.chain = ? and o.revision not in (select revision from own_widenings)`,
      ...[checksum, chain],
    )?.revision ?? 0
  )
}

/**
 * Whether own addresses were registered by a revision above the first, up to the second. Those that were derived as the
 * chain used a descriptor do not count: nothing that was screened before should hold them.
 */
export function registeredBetween(db: Db, above: number, upTo: number): boolean {
  const row = one<{ widened: number }>(
    db,
    'select count(*) as widened from own_widenings where revision > ? and revision <= ?',
    ...[above, upTo],
  )
  return upTo - above > (row?.widened ?? 0)
}
