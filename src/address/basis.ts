/** Why two keys are taken for the same party, most direct first. */
export const bases = ['exact', 'same-key', 'same-script', 'same-account'] as const

export type MatchBasis = (typeof bases)[number]

/** The weaker of two bases: a chain of equivalences is as good as its weakest link. */
export function weaker(a: MatchBasis, b: MatchBasis): MatchBasis {
  return bases.indexOf(a) >= bases.indexOf(b) ? a : b
}
