import { isDate } from '../is-date.ts'
import { DateReader, earliest } from '../publisher-date.ts'
import type { Entity } from './entity.ts'

/** What a Sanction entity says of the entities that it names. */
export interface Sanction {
  programs: readonly string[]
  /** The earliest of the dates given. */
  startedOn: string | null
  /** The latest of the dates given. */
  endsOn: string | null
  /** How many of its dates are none: a year alone, or damage. */
  unreadableDates: number
}

export function readSanction(entity: Entity): Sanction {
  const programs = entity.all('properties.programId')
  const named = programs.length > 0 ? programs : entity.all('properties.program')
  const dates = new DateReader()
  const days = (name: string) => entity.all(`properties.${name}`).map((text) => dates.read(text, firstTen))
  const ends = days('endDate').filter((day) => day !== null)
  return {
    programs: named.length > 0 ? named : entity.all('properties.authorityId'),
    startedOn: earliest([...days('listingDate'), ...days('startDate')]),
    endsOn: ends.sort().at(-1) ?? null,
    unreadableDates: dates.unreadable,
  }
}

/** The day of a date and time, whatever follows. */
function firstTen(text: string): string | null {
  const day = text.slice(0, 10)
  return isDate(day) ? day : null
}

/**
 * What several sanctions say together: one of them in force keeps the address listed.
 *
 * @param asOf the day of the file: an order that ends later is in force in this file.
 */
export function combineSanctions(sanctions: readonly Sanction[], asOf: string | null) {
  const ended = (sanction: Sanction) => sanction.endsOn !== null && asOf !== null && sanction.endsOn <= asOf
  const inForce = sanctions.filter((sanction) => !ended(sanction))
  const over = sanctions.length > 0 && inForce.length === 0
  const counted = over ? sanctions : inForce
  return {
    programs: [...new Set(counted.flatMap(({ programs }) => programs))],
    listedOn: earliest(counted.map(({ startedOn }) => startedOn)),
    removedOn: over
      ? (sanctions
          .map(({ endsOn }) => endsOn ?? '')
          .sort()
          .at(-1) ?? null)
      : null,
  }
}
