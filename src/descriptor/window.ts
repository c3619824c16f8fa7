import { maxIndex } from './derive.ts'

/** How many addresses an exchange may have handed out and not seen paid, where nothing else is said. */
export const defaultGap = 1_000
export const smallestGap = 20
export const largestGap = 100_000

/**
 * How many addresses of a branch have to be known: `gap` beyond the highest one in use, rounded up to tenths of the
 * gap, so that not every payment moves the own revision. A function of these two alone: however the blocks came, the
 * same addresses are derived.
 *
 * @param used the highest index in use; `null` for none.
 */
export function windowEnd(used: number | null, gap: number): number {
  const portion = Math.max(1, Math.floor(gap / 10))
  const end = Math.ceil(((used ?? -1) + 1 + gap) / portion) * portion
  return Math.min(end, maxIndex + 1)
}
