import type { Family } from '../address/key.ts'
import { isDayToCome } from './formats/dates.ts'

/** What the gate compares. */
export interface ImportCheckInput {
  format: string
  /** The active snapshot; `null` when the list has none yet. */
  active: {
    issuedOn: string | null
    /** The day it was activated. */
    activatedOn: string
    families: ReadonlyMap<Family, FamilyCount>
  } | null
  /** `entries`: how many it has in force. */
  next: { issuedOn: string | null; entries: number }
  /** The largest part that may be gone, such as 0.05. */
  maxRemoved: number
  /** In UTC. */
  today: string
}

/** Addresses of one family that a version has in force, and how many of them the next one has not. */
export interface FamilyCount {
  entries: number
  gone: number
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
export function reasonsToHold({ format, active, next, maxRemoved, today }: ImportCheckInput): string[] {
  if (next.entries === 0) return ['it has no address']
  const reasons: string[] = []
  if (next.issuedOn !== null && isDayToCome(next.issuedOn, today))
    reasons.push(`its date of issue, ${next.issuedOn}, is in the future`)
  if (active === null) return reasons
  // One that somebody activated with a date that was still to come must not keep every true one out.
  const before =
    active.issuedOn !== null && isDayToCome(active.issuedOn, active.activatedOn) ? null : active.issuedOn
  if (before !== null && next.issuedOn !== null && next.issuedOn < before) {
    reasons.push(`it was issued on ${next.issuedOn}, before the active one (${before})`)
  }
  const families = [...active.families]
  const all = families.reduce((sum, [, { entries }]) => sum + entries, 0)
  if (format === 'csv' && all < smallCsv) return reasons
  const check = (what: string, removed: number, of: number) => {
    if (!isMoreThan(removed, of, maxRemoved)) return
    const [gone, allowed] = apart(removed / of, maxRemoved)
    reasons.push(`${removed} of ${of} ${what} are gone (${gone}, guard.maxRemoved allows ${allowed})`)
  }
  const gone = families.reduce((sum, [, family]) => sum + family.gone, 0)
  check('addresses', gone, all)
  for (const [family, count] of families) {
    if (count.entries >= smallestFamily) check(`${family} addresses`, count.gone, count.entries)
  }
  return reasons
}

/** A trillion parts to the whole: finer than any percentage that somebody writes. */
const parts = 10 ** 12

/** Counted in whole parts: 7 of 1000 are not more than 0.7 %, though 0.7 / 100 is a little less than 0.007 in binary. */
function isMoreThan(removed: number, of: number, share: number): boolean {
  return BigInt(removed) * BigInt(parts) > BigInt(Math.round(share * parts)) * BigInt(of)
}

/** Two shares that differ, as percentages with as many digits as it takes to tell them apart, one at least. */
function apart(a: number, b: number): [string, string] {
  let digits = 1
  while (digits < 10 && percent(a, digits) === percent(b, digits)) digits++
  return [percent(a, digits), percent(b, digits)]
}

function percent(share: number, digits: number): string {
  return `${Number((share * 100).toFixed(digits))} %`
}
