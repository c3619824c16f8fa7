import { type Family, type Key, keyFamily } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import {
  activatedOn,
  activeSnapshot,
  keysInForceAfter,
  type SnapshotEntry,
} from '../ledger/list-snapshots.ts'
import { type FamilyCount, reasonsToHold } from './guard.ts'

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

/** Compares a version that was read whole with the active one, for `inSlices`. @param today in UTC. */
export function* comparingVersions(
  db: Db,
  list: { id: string; format: string; maxRemoved: number },
  next: { sha256: string; entries: readonly SnapshotEntry[]; issuedOn: string | null },
  today: string,
): Generator<undefined, Comparison> {
  const active = activeSnapshot(db, list.id)
  const before = new Set<Key>()
  if (active !== undefined) {
    for (let last = ''; ; ) {
      const keys = keysInForceAfter(db, active.id, last, rowsAtOnce)
      for (const key of keys) before.add(key)
      last = keys.at(-1) ?? ''
      if (keys.length < rowsAtOnce) break
      yield
    }
  }
  const after = new Set<Key>()
  let added = 0
  for (const [index, { key, removedOn }] of next.entries.entries()) {
    if (index % rowsAtOnce === 0) yield
    if (removedOn !== null) continue
    after.add(key)
    if (!before.has(key)) added++
  }
  const families = new Map<Family, FamilyCount>()
  let removed = 0
  let index = 0
  for (const key of before) {
    if (index++ % rowsAtOnce === 0) yield
    const family = keyFamily(key)
    const count = families.get(family) ?? { entries: 0, gone: 0 }
    families.set(family, count)
    count.entries++
    if (after.has(key)) continue
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
    next: { issuedOn: next.sha256 === active?.sha256 ? null : next.issuedOn, entries: after.size },
  })
  return { active: active?.id ?? null, reasons, added, removed }
}
