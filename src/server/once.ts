import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { once } from '../ledger/idempotency.ts'
import { actOf } from './callers.ts'
import type { ServerContext } from './context.ts'
import { ProblemError } from './problem.ts'

/** Of routes that may be asked twice with one key. */
export const onceHeaders = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 visible characters')
    .optional()
    .describe('A name of your own for this request: for 24 hours the same request has the first answer.'),
})

/**
 * Does work in one commit with what others ask for, once for each Idempotency-Key. When this resolves, it is on the disk.
 *
 * @throws ProblemError `key-reused`, `answer-outdated`; and what the work throws.
 */
export async function doOnce<T>(
  context: ServerContext,
  request: FastifyRequest,
  reply: FastifyReply,
  work: () => T,
  dependsOnLists = false,
): Promise<T> {
  const key = request.headers['idempotency-key']
  if (typeof key !== 'string') return context.group.write(work)
  const at = context.now()
  const { actor } = actOf(request, at)
  const asked = { actor, route: `${request.method} ${request.url}`, key, body: request.body, at }
  const outcome = await context.group.write(() => once(context.db, asked, work, dependsOnLists))
  if ('answer' in outcome) {
    if (outcome.state === 'again') reply.header('idempotent-replayed', 'true')
    return outcome.answer
  }
  if (outcome.state === 'other')
    throw new ProblemError('key-reused', 'This Idempotency-Key was used with another body.')
  throw new ProblemError(
    'answer-outdated',
    'The lists changed since this request was first answered: ask again with another Idempotency-Key.',
  )
}
