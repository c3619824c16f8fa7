import type { Family } from '../address/key.ts'
import type { Db } from '../ledger/database.ts'
import { activatedOn, activeSnapshot, type SnapshotRow } from '../ledger/lists/list-snapshots.ts'
import { countForce, keyRanges } from '../ledger/lists/snapshot-changes.ts'
import { type FamilyCount, reasonsToHold } from './import-checks.ts'

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

/** Compares a version that is stored with the active one. @param today in UTC. */
export function compareVersions(
  db: Db,
  list: { id: string; format: string; maxRemoved: number },
  next: SnapshotRow,
  today: string,
): Comparison {
  const active = activeSnapshot(db, list.id)
  const tally = new Tally()
  for (const range of keyRanges(db, 'snapshot_changes', list.id)) {
    for (const { family, was, is, count } of countForce(db, active ?? null, next, range))
      tally.add(family as Family, was === 1, is === 1, count)
  }
  return compared(db, list, { sha256: next.sha256, issuedOn: next.issued_on }, tally, today)
}

/** Addresses of the active version and of the next one, counted. */
export class Tally {
  readonly families = new Map<Family, FamilyCount>()
  /** How many the next one has in force. */
  entries = 0
  added = 0
  removed = 0

  /** @param was, is in force in the active version, and in the next one. */
  add(family: Family, was: boolean, is: boolean, count = 1): void {
    if (is) this.entries += count
    if (!was) {
      if (is) this.added += count
      return
    }
    const of = this.families.get(family) ?? { entries: 0, gone: 0 }
    this.families.set(family, of)
    of.entries += count
    if (is) return
    of.gone += count
    this.removed += count
  }
}

/** What there is to say of a version whose addresses were counted beside those of the active one. */
export function compared(
  db: Db,
  { id, format, maxRemoved }: { id: string; format: string; maxRemoved: number },
  next: { sha256: string; issuedOn: string | null },
  { families, entries, added, removed }: Tally,
  today: string,
): Comparison {
  const active = activeSnapshot(db, id)
  const reasons = reasonsToHold({
    ...{ format, maxRemoved, today },
    active:
      active === undefined
        ? null
        : { issuedOn: active.issued_on, activatedOn: activatedOn(db, active), families },
    // The same bytes, read anew: their date was judged when they became active.
    next: { issuedOn: next.sha256 === active?.sha256 ? null : next.issuedOn, entries },
  })
  return { active: active?.id ?? null, reasons, added, removed }
}
