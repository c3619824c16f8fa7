import { ChainscreenError } from '../../../diagnostics/errors.ts'

/** The error for an answer of the wrong shape. What stood there is only described: an answer may be megabytes long. */
export function badAnswer(
  method: string,
  field: string,
  found: unknown,
  expected?: string,
): ChainscreenError {
  const wanted = expected === undefined ? 'which is not what this method answers' : `expected ${expected}`
  return new ChainscreenError(
    'node-bad-answer',
    `The node answered ${method} with ${field} = ${show(found)}, ${wanted}: check that the URL is that of an ` +
      `Ethereum JSON-RPC node, and that the node works.`,
  )
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  // Other text than hex is not repeated: it could be anything, an echo of our credentials included.
  if (typeof value === 'string')
    return /^0x[0-9a-f]{0,80}$/i.test(value) ? value : `a text of ${value.length} characters`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return String(value)
}
