import type { FastifyReply, FastifyRequest } from 'fastify'
import { ChainscreenError, type ErrorCode, messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import { ProblemError, type ProblemName, sendProblem } from './problem.ts'

/**
 * Errors of operations whose sentence is for who asks. What is not here is answered without its text: it names files of this
 * machine (`bad-file`, `disk`, `database`), or hosts.
 */
const told: Partial<Record<ErrorCode, ProblemName>> = {
  usage: 'invalid-request',
  'alert-changed': 'alert-changed',
  'needs-other-person': 'needs-other-person',
  'needs-person': 'person-required',
}

const later = { 'retry-after': '1' }

/** Who asks in vain asks again and again: of what a route refuses as busy, the log has the first in so long. */
const quietMs = 60_000

/** Answers whatever a route throws, and logs what is a fault of the server. */
export function errorHandler(log: Log) {
  const refusedAt = new Map<string, number>()
  const isFirst = (text: string) => {
    const isQuiet = performance.now() - (refusedAt.get(text) ?? Number.NEGATIVE_INFINITY) < quietMs
    if (!isQuiet) refusedAt.set(text, performance.now())
    return !isQuiet
  }
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const problem = problemOf(error)
    const about = { requestId: request.id, route: request.routeOptions.url }
    if (error instanceof ProblemError) {
      if (problem.problem === 'busy' && isFirst(`${about.route} ${problem.message}`))
        log.warn(about, `requests are refused: ${problem.message}`)
    } else if (problem.problem === 'internal' || problem.problem === 'busy') {
      const stack = error instanceof Error && problem.problem === 'internal' ? error.stack : undefined
      log.error({ ...about, stack }, `a request failed: ${messageOf(error)}`)
    }
    return sendProblem(request, reply, problem)
  }
}

function problemOf(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  if (error instanceof ChainscreenError) return ofOperation(error)
  return ofFramework(error) ?? new ProblemError('internal', 'The server failed: its log has the request id.')
}

function ofOperation({ code, message, details }: ChainscreenError): ProblemError {
  const problem = told[code]
  if (problem !== undefined) {
    const text = [message, ...details]
      .join(' ')
      .replace(/--(actor|note|on|assignee|reference|since)\b/g, '`$1`')
    return new ProblemError(problem, text)
  }
  if (code === 'database-busy' || code === 'database-disk')
    return new ProblemError('busy', 'The database can not be written now: try again.', { headers: later })
  return new ProblemError('internal', 'The server failed: its log has the request id.')
}

interface FrameworkError {
  code?: unknown
  statusCode?: unknown
  validation?: readonly { instancePath?: string; message?: string }[]
  validationContext?: string
}

/** What fastify refuses before a route is asked. Its own texts quote nothing of the request. */
function ofFramework(error: unknown): ProblemError | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, statusCode, validation, validationContext = 'body' } = error as FrameworkError
  if (validation !== undefined) {
    const errors = validation.map(({ instancePath = '', message = '' }) => ({
      ...{ in: validationContext, path: instancePath, detail: message },
    }))
    const first = errors[0]
    return new ProblemError(
      'invalid-request',
      first === undefined ? 'The request is not valid.' : `${first.in}${first.path}: ${first.detail}`,
      { errors },
    )
  }
  if (statusCode === 413) return new ProblemError('too-large', 'The body is larger than this route takes.')
  if (statusCode === 415)
    return new ProblemError('unsupported-media-type', 'Expected `content-type: application/json`.')
  if (code === 'FST_ERR_CTP_EMPTY_JSON_BODY')
    return new ProblemError('invalid-request', 'The body is empty; expected JSON.')
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500)
    return new ProblemError('invalid-request', 'The request can not be read: expected valid JSON.')
  return undefined
}
