import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { Redactor } from '../privacy/redactor.ts'

/**
 * Classes of SQLSTATE whose messages name what is in the config (a login, a database, a column of the query) and quote no row:
 * https://www.postgresql.org/docs/current/errcodes-appendix.html. All others may quote what stands in a table.
 */
const quotable = ['08', '0A', '25', '28', '3D', '3F', '42', '53', '57', '58']

/** Those where the same may work later: connections, resources, a server that starts or stops. */
const temporary = ['08', '40', '53', '55', '57', '58']

/**
 * The error of a client of PostgreSQL as one of ours: without a login, and without anything that stands in a row.
 *
 * @returns ChainscreenError `postgres-unreachable`, `postgres-refused` or `aborted`.
 */
export function postgresError(
  error: unknown,
  { place, redactor, isAborted }: { place: string; redactor: Redactor; isAborted: boolean },
): ChainscreenError {
  if (error instanceof ChainscreenError) return error
  if (isAborted) return new ChainscreenError('aborted', `Asking ${place} was interrupted.`)
  const state = stateOf(error)
  if (state === null)
    return new ChainscreenError(
      'postgres-unreachable',
      `${place} does not answer: ${redactor.quote(whyNoAnswer(error))}.`,
    )
  const kind = state.slice(0, 2)
  const text = quotable.includes(kind)
    ? `${redactor.quote(messageOf(error))} (SQLSTATE ${state})`
    : `SQLSTATE ${state}; its message may quote a row and is not shown, the log of the server has it`
  const code = temporary.includes(kind) ? 'postgres-unreachable' : 'postgres-refused'
  return new ChainscreenError(code, `${place} answers with an error: ${text}.`)
}

/** Five letters or digits; `null` where the error is not one of the server's. Node's own codes are longer, or begin with E. */
function stateOf(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return null
  const { code } = error
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

/** Of several addresses of a host, each refused, Node gives an error without a text of its own. */
function whyNoAnswer(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return messageOf(error)
}
