/** Sorting this many takes about a millisecond. */
const runLength = 2_000

/** Sorts distinct texts as `<` does, yielding often: of many, a sort at once would keep the thread for long. */
export function* sorted<T extends string>(texts: readonly T[]): Generator<undefined, T[]> {
  let runs: T[][] = []
  for (let from = 0; from < texts.length; from += runLength) {
    runs.push(texts.slice(from, from + runLength).sort())
    yield
  }
  while (runs.length > 1) {
    const longer: T[][] = []
    for (let at = 0; at < runs.length; at += 2) longer.push(yield* merged(runs[at] ?? [], runs[at + 1] ?? []))
    runs = longer
  }
  return runs[0] ?? []
}

function* merged<T extends string>(a: readonly T[], b: readonly T[]): Generator<undefined, T[]> {
  const both: T[] = []
  for (let i = 0, j = 0; ; ) {
    if (both.length % runLength === 0) yield
    const [left, right] = [a[i], b[j]]
    if (left !== undefined && (right === undefined || left < right)) {
      both.push(left)
      i++
    } else if (right !== undefined) {
      both.push(right)
      j++
    } else return both
  }
}
