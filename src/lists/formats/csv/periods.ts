import type { Key } from '../../../address/key.ts'
import type { ListedAddress } from '../../types.ts'

interface Period {
  /** The line of the first row. */
  line: number
  /** `null` = not known. */
  from: string | null
  /** `null` = still. */
  to: string | null
}

/**
 * The time that the rows of each address cover together. One address has one period in a csv: rows that overlap become
 * one, and those that are apart would be joined over the gap, or the earlier ones be lost.
 */
export class Periods {
  readonly #byKey = new Map<Key, Period>()

  /** @returns what is wrong with a row beside those before it; `null` = nothing. */
  add({ key, listedOn: from, removedOn: to }: ListedAddress, line: number): string | null {
    const known = this.#byKey.get(key)
    if (known === undefined) this.#byKey.set(key, { line, from, to })
    else if (endsBefore(known, { line, from, to }) || endsBefore({ line, from, to }, known))
      return `the dates are apart from those of the same address in line ${known.line}, and an address has one period: make one row of them`
    else {
      if (from === null || (known.from !== null && from < known.from)) known.from = from
      if (to === null || (known.to !== null && to > known.to)) known.to = to
    }
    return null
  }
}

function endsBefore(one: Period, other: Period): boolean {
  if (one.from === other.from && one.to === other.to) return false
  return one.to !== null && other.from !== null && one.to <= other.from
}
