import { isDayToCome } from '../is-date.ts'

/**
 * The latest of the days on which entities were seen, which is the date of the file. Days still to come are no such
 * days: one of the year 2926 would date the whole file.
 */
export class LatestDay {
  /** How many were still to come. */
  toCome = 0
  readonly #today: string
  #latest: string | null = null
  #earliestToCome: string | null = null

  /** @param today in UTC. */
  constructor(today: string) {
    this.#today = today
  }

  add(day: string | null): void {
    if (day === null) return
    if (!isDayToCome(day, this.#today)) {
      if (this.#latest === null || day > this.#latest) this.#latest = day
      return
    }
    this.toCome++
    if (this.#earliestToCome === null || day < this.#earliestToCome) this.#earliestToCome = day
  }

  /** Where every day is still to come, the earliest: what is wrong with the file, or the clock, must be seen. */
  get day(): string | null {
    return this.#latest ?? this.#earliestToCome
  }
}
