import type { KeyPath, Mistake } from './mistakes.ts'

/**
 * What the documented config has and this version can't do. Such a key is refused, never ignored. Building a
 * feature ends with taking its lines out of here.
 */
interface NotBuilt {
  /** `*` stands for every item of a list. */
  path: readonly string[]
  /** For a key that is refused only with some values, or only beside others. */
  when?: (value: unknown, beside: Readonly<Record<string, unknown>>) => boolean
  /** What to do instead. */
  instead: string
}

const notBuilt: readonly NotBuilt[] = [
  { path: ['delivery'], instead: 'remove it (alerts are in the database)' },
]

/** Every key of the config that asks for something this version does not have. */
export function findNotBuilt(config: unknown): Mistake[] {
  return notBuilt.flatMap(({ path, when, instead }) =>
    places(config, path, []).flatMap(({ at, value, beside }): Mistake[] => {
      if (when && !when(value, beside)) return []
      const shown = when && typeof value === 'string' ? `: ${value}` : ''
      return [{ path: at, text: `${shown} is not built yet in this version: ${instead}`, notBuilt: true }]
    }),
  )
}

interface Place {
  at: KeyPath
  value: unknown
  beside: Readonly<Record<string, unknown>>
}

function places(value: unknown, path: readonly string[], at: KeyPath): Place[] {
  const [step, ...rest] = path
  if (step === '*') {
    return Array.isArray(value) ? value.flatMap((item, index) => places(item, rest, [...at, index])) : []
  }
  if (step === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return []
  if (!Object.hasOwn(value, step)) return []
  const beside = value as Readonly<Record<string, unknown>>
  const here = [...at, step]
  return rest.length === 0 ? [{ at: here, value: beside[step], beside }] : places(beside[step], rest, here)
}
