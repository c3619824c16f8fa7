/** Blocks from one height to another, both included. */
export interface BlockRange {
  from: number
  to: number
}

/** What of a range none of others holds, lowest first. */
export function without(range: BlockRange, others: readonly BlockRange[]): BlockRange[] {
  const left: BlockRange[] = []
  let next = range.from
  for (const { from, to } of [...others].sort((a, b) => a.from - b.from)) {
    if (to < next) continue
    if (from > range.to) break
    if (from > next) left.push({ from: next, to: from - 1 })
    next = to + 1
  }
  if (next <= range.to) left.push({ from: next, to: range.to })
  return left
}

/** What two ranges share; `null` where they share nothing. */
export function shared(a: BlockRange, b: BlockRange): BlockRange | null {
  const both = { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) }
  return both.from > both.to ? null : both
}

/** How many blocks ranges hold that don't overlap. */
export function countBlocks(ranges: readonly BlockRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
}
