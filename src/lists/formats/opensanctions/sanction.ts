import { DateReader, dayAfter, earliest, isDate } from '../dates.ts'
import type { Entity } from './entity.ts'

/** What a Sanction entity says of the entities that it names. */
export interface Sanction {
  programs: readonly string[]
  /** The earliest of the dates given. */
  startedOn: string | null
  /** The last day on which it is in force: the latest of the dates given. `null` = none, or one of them can't be read: it may be later. */
  endsOn: string | null
  /** How many of its dates could not be read. */
  unreadableDates: number
}

export function readSanction(entity: Entity): Sanction {
  const programs = entity.all('properties.programId')
  const named = programs.length > 0 ? programs : entity.all('properties.program')
  const dates = new DateReader()
  const days = (name: string, as: (text: string) => string | null) =>
    entity.all(`properties.${name}`).map((text) => dates.read(text, as))
  const ends = days('endDate', lastDayOf)
  const isEndKnown = !ends.includes(null)
  return {
    programs: named.length > 0 ? named : entity.all('properties.authorityId'),
    startedOn: earliest([...days('listingDate', firstTen), ...days('startDate', firstTen)]),
    endsOn: isEndKnown ? (ends.sort().at(-1) ?? null) : null,
    unreadableDates: dates.unreadable,
  }
}

/** The day of a date and time, whatever follows. */
function firstTen(text: string): string | null {
  const day = text.slice(0, 10)
  return isDate(day) ? day : null
}

/**
 * The last day of the year, the month or the day that an end date names: OpenSanctions writes dates as precisely as it knows
 * them, and calls an order over when all of what its end date names has elapsed. Source: `is_active` in `zavod/helpers/sanctions.py`
 * of https://github.com/opensanctions/opensanctions, by `ended_before` in `rigour/dates.py` of https://github.com/opensanctions/rigour
 */
function lastDayOf(text: string): string | null {
  const [, year, month] = /^(\d{4})(?:-(\d{2}))?$/.exec(text.trim()) ?? []
  if (year === undefined) return firstTen(text)
  if (month === undefined) return firstTen(`${year}-12-31`)
  if (!isDate(`${year}-${month}-01`)) return null
  // Day 0 of the month behind it.
  return new Date(Date.UTC(Number(year), Number(month), 0)).toISOString().slice(0, 10)
}

/** What is said of a wallet. */
export interface SanctionsOfWallet {
  /** Sanctions that name the wallet itself, and those that name its holders only. */
  own: readonly Sanction[]
  holders: readonly Sanction[]
  /** The file gives the wallet itself the topic `sanction` or `crime.terror`. */
  isCalledSanctioned: boolean
}

/**
 * What several sanctions say together: one of them in force keeps the address listed. So does the wallet's own topic, whatever
 * has ended: OpenSanctions gives it to a wallet while an order is active, and takes it away then. Source: the crawler of `il_mod_crypto`
 * in https://github.com/opensanctions/opensanctions adds it `if h.is_active(sanction)`.
 *
 * @param asOf the day of the file: an order that ends on it, or later, is in force in this file.
 */
export function combineSanctions(
  { own, holders, isCalledSanctioned }: SanctionsOfWallet,
  asOf: string | null,
): { programs: string[]; listedOn: string | null; removedOn: string | null } {
  const sanctions = [...own, ...holders]
  const ended = ({ endsOn }: Sanction) => endsOn !== null && asOf !== null && endsOn < asOf
  const inForce = sanctions.filter((sanction) => !ended(sanction))
  const allEnded = sanctions.length > 0 && inForce.length === 0
  const isOver = allEnded && !isCalledSanctioned
  const counted = allEnded ? sanctions : inForce
  const lastDays = counted.map(({ endsOn }) => endsOn ?? '').sort()
  return {
    programs: [...new Set(counted.flatMap(({ programs }) => programs))],
    listedOn: earliest(counted.map(({ startedOn }) => startedOn)),
    removedOn: isOver ? dayAfter(lastDays.at(-1) ?? '') : null,
  }
}
