import { type Key, keyFamily } from '../address/key.ts'

/** What the gate compares. */
export interface GuardInput {
  format: string
  /** Keys in force by the active snapshot; `null` when the list has none yet. */
  active: { keys: ReadonlySet<Key>; issuedOn: string | null } | null
  next: { keys: ReadonlySet<Key>; issuedOn: string | null }
  /** The largest part that may be gone, such as 0.05. */
  maxRemoved: number
}

/** A family of fewer entries is not looked at alone: one delisting would be too large a part of it. */
const smallestFamily = 10
/** A csv list with fewer rows than this is one person's work, and held only when it is empty. */
const smallCsv = 20

/**
 * Why a new version of a list must wait for a person's approval. A sound list changes little by little; a half
 * one, or one of another day, shows as a fall.
 *
 * @returns one clause a reason; empty = it may be activated.
 */
export function reasonsToHold({ format, active, next, maxRemoved }: GuardInput): string[] {
  if (next.keys.size === 0) return ['it has no address']
  if (active === null) return []
  const reasons: string[] = []
  if (active.issuedOn !== null && next.issuedOn !== null && next.issuedOn < active.issuedOn) {
    reasons.push(`it was issued on ${next.issuedOn}, before the active one (${active.issuedOn})`)
  }
  if (format === 'csv' && active.keys.size < smallCsv) return reasons
  const gone = [...active.keys].filter((key) => !next.keys.has(key))
  const check = (what: string, removed: number, of: number) => {
    if (removed / of > maxRemoved) {
      reasons.push(
        `${removed} of ${of} ${what} are gone (${percent(removed / of)}, the guard allows ${percent(maxRemoved)})`,
      )
    }
  }
  check('addresses', gone.length, active.keys.size)
  const goneByFamily = countByFamily(gone)
  for (const [family, of] of countByFamily(active.keys)) {
    if (of >= smallestFamily) check(`${family} addresses`, goneByFamily.get(family) ?? 0, of)
  }
  return reasons
}

function countByFamily(keys: Iterable<Key>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(keyFamily(key), (counts.get(keyFamily(key)) ?? 0) + 1)
  return counts
}

function percent(part: number): string {
  return `${(part * 100).toFixed(1).replace(/\.0$/, '')} %`
}
