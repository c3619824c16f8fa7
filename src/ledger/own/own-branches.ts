import { equivalents } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import { all, type Db, inTransaction, one, run } from '../database.ts'
import { bumpRevision, readRevisions } from '../revisions.ts'
import { kinds, lookupHashSql, rowBits } from '../transfers/stored-form.ts'
import { type OwnDescriptorRow, putDerivedAddress } from './own-descriptors.ts'
import { noteNewOwn } from './own-variants.ts'

/** One branch of a descriptor, and how far its addresses are known. */
export interface OwnBranch extends OwnDescriptorRow {
  branch: number
  asked: number
  derived: number
  /** The highest index that is noted as used; see {@link highestUsed}. */
  used: number | null
  /** Its address of index 0; `null` before any is derived. Branches with the same one derive the same addresses. */
  first: Key | null
}

/** The branches whose addresses are own on this chain. */
export function branchesOn(db: Db, chain: string): OwnBranch[] {
  return all<OwnBranch>(db, branchesSql, chain)
}

/** For the test that no scan of derived addresses stands behind it. */
export const branchesSql = `select o.*, b.branch, b.asked, b.derived, b.used,
    (select d.key from own_derived d where d.descriptor_id = o.id and d.branch = b.branch and d.position = 0) as first
  from own_descriptors o join own_branches b on b.descriptor_id = o.id
  where o.chain in ('', ?) order by o.id, b.branch`

/**
 * Finds the branches that derive addresses of the same keys or scripts as one of them, itself among them: of `wpkh(X/0/*)`
 * those of `wpkh(X/<0;1>/*)` (the first), `sh(wpkh(X/0/*))` and `pkh(X/0/*)`. Who hands out the address of index 500 in one
 * form has got that far in the others. A descriptor of one address (gap 0) has none.
 *
 * Every step of a chain asks, so branches are grouped by what they derive, and not compared with each other.
 */
class Twins {
  readonly #byFirst = new Map<Key, OwnBranch[]>()
  readonly #byVariant = new Map<Key, OwnBranch[]>()

  constructor(branches: readonly OwnBranch[]) {
    for (const branch of branches) {
      if (branch.gap === 0 || branch.first === null) continue
      push(this.#byFirst, branch.first, branch)
      for (const variant of variantsOf(branch.first)) push(this.#byVariant, variant, branch)
    }
  }

  of(branch: OwnBranch): ReadonlySet<OwnBranch> {
    const twins = new Set([branch])
    if (branch.gap === 0 || branch.first === null) return twins
    // A variant need not lead back: of an uncompressed key nothing segwit does.
    for (const twin of this.#byVariant.get(branch.first) ?? []) twins.add(twin)
    for (const variant of variantsOf(branch.first))
      for (const twin of this.#byFirst.get(variant) ?? []) twins.add(twin)
    return twins
  }
}

function push(groups: Map<Key, OwnBranch[]>, key: Key, branch: OwnBranch): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [branch])
  else group.push(branch)
}

/** Of the first address of each branch, which never changes: deriving them costs a few hashes. */
const variantsByKey = new Map<Key, readonly Key[]>()

function variantsOf(key: Key): readonly Key[] {
  const known = variantsByKey.get(key)
  if (known !== undefined) return known
  const variants = [key, ...equivalents(key).map((form) => form.key)]
  variantsByKey.set(key, variants)
  return variants
}

/**
 * The highest index in use of each branch that has one: as far as is noted of it, or of another branch with the same
 * addresses, and among these keys, which the chain used. A look-up for each key.
 */
export function highestUsed(
  db: Db,
  branches: readonly OwnBranch[],
  keys: Iterable<Key>,
): Map<OwnBranch, number> {
  const found = highestOf(db, branches, keys)
  const twins = new Twins(branches)
  const highest = new Map<OwnBranch, number>()
  for (const branch of branches) {
    let position = -1
    for (const twin of twins.of(branch)) position = Math.max(position, twin.used ?? -1, found.get(twin) ?? -1)
    if (position >= 0) highest.set(branch, position)
  }
  return highest
}

/** Where a key stands in a descriptor. */
interface Place {
  id: number
  branch: number
  position: number
}

/** The highest index of each branch among these keys. */
function highestOf(db: Db, branches: readonly OwnBranch[], keys: Iterable<Key>): Map<OwnBranch, number> {
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

/**
 * Notes which addresses the chain used, inside a transaction, in every branch that has them. What was used once stays so,
 * whatever a reorg takes back.
 */
export function noteUsed(db: Db, chain: string, keys: readonly Key[]): void {
  for (const [{ id, branch, used }, position] of highestUsed(db, branchesOn(db, chain), keys)) {
    if (used !== null && used >= position) continue
    run(
      db,
      'update own_branches set used = ? where descriptor_id = ? and branch = ?',
      ...[position, id, branch],
    )
  }
}

/**
 * Those of these keys of a branch that are known to be in use: through another branch or another descriptor, or from stored
 * transfers and parties (before it was own, somebody else's). A few index look-ups for each.
 */
function knownUsed(db: Db, { id, branch }: OwnBranch, keys: readonly Key[]): Key[] {
  return all<{ key: Key }>(db, knownUsedSql, JSON.stringify(keys), id, branch).map(({ key }) => key)
}

/** For the test that no scan stands behind it. */
export const knownUsedSql = `select k.value as key from json_each(?1) k where
  exists (select 1 from own_derived d join own_branches b on b.descriptor_id = d.descriptor_id and b.branch = d.branch
    where d.key = k.value and d.position <= b.used and (d.descriptor_id, d.branch) != (?2, ?3))
  or exists (select 1 from lookups l join transfer_rows t on t.tx = (l.epoch << ${rowBits}) + l.row
    where l.hash = ${lookupHashSql('k.value')} and l.kind = ${kinds.ownKey} and t.own_key = k.value)
  or exists (select 1 from lookups l join party_rows p on p.tx = (l.epoch << ${rowBits}) + l.row
    where l.hash = ${lookupHashSql('k.value')} and l.kind = ${kinds.matchKey} and p.match_key = k.value and p.basis = 0)`

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
    const keys = addresses.map(({ key }) => key)
    noteUsed(db, branch.chain, knownUsed(db, branch, keys))
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
