import { z } from 'zod'

/**
 * A group of keys that takes no others. For an unknown key, the message of the issue is the list of allowed
 * keys, joined with `, `: that is how `mistakes.ts` learns them.
 */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const allowed = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? allowed : `a group of keys (${allowed})`),
  })
}
