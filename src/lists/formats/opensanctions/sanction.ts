import { isDate } from '../is-date.ts'
import { earliest } from '../publisher-date.ts'
import type { Entity } from './entity.ts'

/** What a Sanction entity says of the entities that it names. */
export interface Sanction {
  programs: readonly string[]
  /** The earliest of the dates given. */
  startedOn: string | null
  /** The latest of the dates given. */
  endsOn: string | null
}

export function readSanction(entity: Entity): Sanction {
  const programs = entity.all('properties.programId')
  const named = programs.length > 0 ? programs : entity.all('properties.program')
  const days = (name: string) =>
    entity.all(`properties.${name}`).map((text) => (isDate(text.slice(0, 10)) ? text.slice(0, 10) : null))
  const ends = days('endDate').filter((day) => day !== null)
  return {
    programs: named.length > 0 ? named : entity.all('properties.authorityId'),
    startedOn: earliest([...days('listingDate'), ...days('startDate')]),
    endsOn: ends.sort().at(-1) ?? null,
  }
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
