import type { Key } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import { activeSnapshot, keysInForceAfter, type SnapshotEntry } from '../ledger/list-snapshots.ts'
import { reasonsToHold } from './guard.ts'

/** A new version of a list beside the active one. */
export interface Comparison {
  /** The SHA-256 of the version it was compared with; `null` where none was active. */
  active: string | null
  /** Why it must wait for approval; empty = it may be activated. */
  reasons: readonly string[]
  /** Addresses that come into force, and that go out of it. */
  added: number
  removed: number
}

const rowsAtOnce = 1_000

/** Compares a version that was read whole with the active one, for `inSlices`. */
export function* comparingVersions(
  db: Db,
  list: { id: string; format: string; maxRemoved: number },
  next: { entries: readonly SnapshotEntry[]; issuedOn: string | null },
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
  yield
  const reasons = reasonsToHold({
    ...{ format: list.format, maxRemoved: list.maxRemoved },
    active: active === undefined ? null : { keys: before, issuedOn: active.issued_on },
    next: { keys: after, issuedOn: next.issuedOn },
  })
  return {
    ...{ active: active?.sha256 ?? null, reasons, added },
    removed: before.size - (after.size - added),
  }
}
