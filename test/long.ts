/** Whether `npm run test:long` runs: more of what `npm test` runs a few of. */
export const isLong = process.env.CHAINSCREEN_TESTS === 'long'

/**
 * How many random cases a property is tried with.
 *
 * @param all in the long run; a tenth of them every day, and at least five
 */
export function randomRuns(all: number): number {
  return isLong ? all : Math.max(Math.ceil(all / 10), Math.min(all, 5))
}

/**
 * Which of several inputs a case of a table tries: all in the long run; every day a third, and the next case the next third, so
 * that all of them are tried with some case.
 *
 * @param at the number of the case in its table.
 */
export function someOf<T>(inputs: readonly T[], at: number): T[] {
  return inputs.filter((_, index) => isLong || (index + at) % 3 === 0)
}

/**
 * How far apart a test puts the places at which it crashes.
 *
 * @param least in the long run; five times as far every day
 */
export function crashStride(least: number): number {
  return isLong ? least : least * 5
}
