import { type Family, type Key, keyFamily } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import {
  activatedOn,
  activeSnapshot,
  keysInForceAfter,
  type SnapshotEntries,
} from '../ledger/list-snapshots.ts'
import { type FamilyCount, reasonsToHold } from './guard.ts'
import { inStep } from './in-step.ts'

/** A new version of a list beside the active one. */
export interface Comparison {
  /** The id of the version it was compared with; `null` where none was active. */
  active: number | null
  /** Why it must wait for approval; empty = it may be activated. */
  reasons: readonly string[]
  /** Addresses that come into force, and that go out of it. */
  added: number
  removed: number
}

const rowsAtOnce = 1_000

/**
 * Compares a version that was read whole with the active one, for `inSlices`: both go by in the order of their keys, and
 * neither is held in memory.
 *
 * @param today in UTC.
 */
export function* comparingVersions(
  db: Db,
  list: { id: string; format: string; maxRemoved: number },
  next: { sha256: string; entries: SnapshotEntries; issuedOn: string | null },
  today: string,
): Generator<undefined, Comparison> {
  const active = activeSnapshot(db, list.id)
  const before = active === undefined ? [] : inForce(db, active.id)
  const after = keysOf(next.entries)
  const families = new Map<Family, FamilyCount>()
  let [added, removed, entries, index] = [0, 0, 0, 0]
  for (const [old, now] of inStep<Key>(before, after, (key) => key)) {
    if (index++ % rowsAtOnce === 0) yield
    if (now !== undefined) entries++
    if (old === undefined) {
      added++
      continue
    }
    const family = keyFamily(old)
    const count = families.get(family) ?? { entries: 0, gone: 0 }
    families.set(family, count)
    count.entries++
    if (now !== undefined) continue
    count.gone++
    removed++
  }
  const reasons = reasonsToHold({
    ...{ format: list.format, maxRemoved: list.maxRemoved, today },
    active:
      active === undefined
        ? null
        : { issuedOn: active.issued_on, activatedOn: activatedOn(db, active), families },
    // The same bytes, read anew: their date was judged when they became active.
    next: { issuedOn: next.sha256 === active?.sha256 ? null : next.issuedOn, entries },
  })
  return { active: active?.id ?? null, reasons, added, removed }
}

/** The keys that a stored version has in force, in order. */
function* inForce(db: Db, snapshotId: number): Generator<Key> {
  for (let last = ''; ; ) {
    const keys = keysInForceAfter(db, snapshotId, last, rowsAtOnce)
    yield* keys
    last = keys.at(-1) ?? ''
    if (keys.length < rowsAtOnce) return
  }
}

function* keysOf(entries: SnapshotEntries): Generator<Key> {
  for (const { key, removedOn } of entries) if (removedOn === null) yield key
}
