/**
 * Two orders of distinct keys, going by in step: each key with what either side has of it.
 *
 * @param before, after each in the order of its keys. @param keyOf the key of one.
 */
export function* inStep<T>(
  before: Iterable<T>,
  after: Iterable<T>,
  keyOf: (item: T) => string,
): Generator<[old: T | undefined, now: T | undefined]> {
  const [olds, nows] = [before[Symbol.iterator](), after[Symbol.iterator]()]
  let [old, now] = [nextOf(olds), nextOf(nows)]
  while (old !== undefined || now !== undefined) {
    if (now === undefined || (old !== undefined && keyOf(old) < keyOf(now))) {
      yield [old, undefined]
      old = nextOf(olds)
    } else if (old === undefined || keyOf(now) < keyOf(old)) {
      yield [undefined, now]
      now = nextOf(nows)
    } else {
      yield [old, now]
      ;[old, now] = [nextOf(olds), nextOf(nows)]
    }
  }
}

function nextOf<T>(items: Iterator<T>): T | undefined {
  const { done, value } = items.next()
  return done ? undefined : value
}
