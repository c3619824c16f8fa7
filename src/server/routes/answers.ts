import { z } from 'zod'
import type { App, ServerContext } from '../context.ts'
import { type ProblemName, problemShape, problems } from '../problem.ts'

/** Adds the routes of one group. */
export type Routes = (app: App, context: ServerContext) => void

/** What any route with a token may answer. */
export const always = [
  'invalid-request',
  'token-required',
  'scope-missing',
  'too-many-requests',
  'internal',
] as const

type Content = Readonly<Record<string, z.ZodType>>

/**
 * The answers of a route for the description: what it gives, and the problems it may have.
 *
 * @param ok the shape, or one for each content type.
 */
export function answers(ok: z.ZodType | Content, names: readonly ProblemName[], status = 200) {
  const contents = ok instanceof z.ZodType ? { 'application/json': ok } : ok
  const byStatus = new Map<number, ProblemName[]>()
  for (const name of names)
    byStatus.set(problems[name][0], [...(byStatus.get(problems[name][0]) ?? []), name])
  return {
    [status]: { description: 'Done.', content: withSchemas(contents) },
    ...Object.fromEntries(
      [...byStatus].map(([code, kinds]) => [
        code,
        { description: kinds.join(', '), content: withSchemas({ 'application/problem+json': problemShape }) },
      ]),
    ),
  }
}

function withSchemas(contents: Content) {
  return Object.fromEntries(Object.entries(contents).map(([type, schema]) => [type, { schema }]))
}
