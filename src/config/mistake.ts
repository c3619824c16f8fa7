import { notShown, secretIn } from '../address/secret.ts'

/** Where a value stands in the config: `['lists', 0, 'guard', 'maxRemoved']`. */
export type KeyPath = readonly PropertyKey[]

/** One thing in the config that must change. Never holds the value of a variable or a secret. */
export interface Mistake {
  path: KeyPath
  /** What is wrong, to be read after the key: `: found …, expected …` or ` is not built yet …`. */
  text: string
  /** The config is right, but this version can't do it. */
  notBuilt: boolean
}

export function found(path: KeyPath, what: string, expected: string): Mistake {
  return { path, text: `: found ${what}, expected ${expected}`, notBuilt: false }
}

/** `lists[0].guard.maxRemoved`. */
export function keyText(path: KeyPath): string {
  const name = (step: PropertyKey) => (secretIn(String(step)) === null ? String(step) : notShown)
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : index === 0 ? name(step) : `.${name(step)}`,
    )
    .join('')
}
