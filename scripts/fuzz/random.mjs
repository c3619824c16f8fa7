/** A repeatable source of chance (mulberry32): the same seed gives the same inputs on every machine. */
export function randomFrom(text) {
  let state = 2166136261
  for (const character of text) state = Math.imul(state ^ character.codePointAt(0), 16777619)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  /** A whole number below `limit`. */
  const below = (limit) => Math.floor(next() * limit)
  return { below, chance: (part) => next() < part, pick: (list) => list[below(list.length)] }
}
