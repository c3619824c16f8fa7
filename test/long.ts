/** Whether `npm run test:long` runs: more of what `npm test` runs a few of. */
export const isLong = process.env.CHAINSCREEN_TESTS === 'long'

/**
 * How many random cases a property is tried with.
 *
 * @param all in the long run; a fifth of them every day
 */
export function randomRuns(all: number): number {
  return isLong ? all : Math.ceil(all / 5)
}

/**
 * How far apart a test puts the places at which it crashes.
 *
 * @param least in the long run; five times as far every day
 */
export function crashStride(least: number): number {
  return isLong ? least : least * 5
}
