import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'

/** Every kind of problem: the end of its `type`, its status, and its title. They are stable: docs/api.md explains each. */
export const problems = {
  'invalid-request': [400, 'The request is not valid'],
  'token-required': [401, 'A valid token is required'],
  'scope-missing': [403, 'The token lacks the scope'],
  'cross-origin': [403, 'The request comes from another site'],
  'person-required': [403, 'A service can not do this'],
  'needs-other-person': [403, 'Another person has to confirm it'],
  'not-found': [404, 'There is no such thing'],
  'too-slow': [408, 'The request did not arrive in time'],
  'alert-changed': [409, 'The alert changed since it was seen'],
  'answer-outdated': [409, 'The lists changed since the first answer'],
  'not-held': [409, 'The version is not held'],
  'epoch-changed': [410, 'The cursor belongs to a database of before a restore'],
  'too-large': [413, 'The request is too large'],
  'unsupported-media-type': [415, 'The body is not JSON'],
  'wrong-host': [421, 'The request is for another host'],
  'key-reused': [422, 'The idempotency key was used with another request'],
  'too-many-requests': [429, 'Too many requests'],
  'headers-too-large': [431, 'The headers are too large'],
  internal: [500, 'The server failed'],
  busy: [503, 'The server can not answer now'],
  'not-ready': [503, 'The server is not ready'],
} as const satisfies Record<string, readonly [number, string]>

export type ProblemName = keyof typeof problems

/** `type` of a problem: a name, and no place to visit. */
const problemType = (name: ProblemName) => `urn:chainscreen:problem:${name}`

/** The body of every error: RFC 9457. */
export const problemShape = z
  .object({
    type: z.string().describe('Stable: what a program decides by. See docs/api.md.'),
    title: z.string(),
    status: z.int(),
    detail: z.string().describe('A sentence for a person.'),
    requestId: z.string().describe('As in the header x-request-id: the log has it where the server failed.'),
    errors: z
      .array(z.object({ in: z.string(), path: z.string(), detail: z.string() }))
      .optional()
      .describe('What of the request is not valid.'),
  })
  .meta({ id: 'Problem', description: 'application/problem+json, RFC 9457' })

export type Problem = z.output<typeof problemShape>

/** Something a request did that is answered with a problem. */
export class ProblemError extends Error {
  readonly problem: ProblemName
  readonly headers: Readonly<Record<string, string>>
  readonly errors: Problem['errors']

  constructor(
    problem: ProblemName,
    detail: string,
    options: { headers?: Readonly<Record<string, string>>; errors?: Problem['errors'] } = {},
  ) {
    super(detail)
    this.problem = problem
    this.headers = options.headers ?? {}
    this.errors = options.errors
  }
}

/** The body of an answer that has a problem. */
export function problemBody({ problem, message, errors }: ProblemError, requestId: string): Problem {
  const [status, title] = problems[problem]
  return { type: problemType(problem), title, status, detail: message, requestId, ...(errors && { errors }) }
}

/** Answers with a problem. */
export function sendProblem(request: FastifyRequest, reply: FastifyReply, error: ProblemError): FastifyReply {
  const body = problemBody(error, request.id)
  return reply
    .code(body.status)
    .headers({ ...error.headers, 'cache-control': 'no-store' })
    .type('application/problem+json')
    .serializer(JSON.stringify)
    .send(body)
}
