import { ChainscreenError } from '../../diagnostics/errors.ts'

/** The value if it is 20 bytes of hex, in lower case (nodes write it so: the slow path is rare), else `undefined`. */
export function asAddress(value: unknown): string | undefined {
  return typeof value === 'string' && value.length === 42 ? asLowerHex(value) : undefined
}

/** The value if it is 32 bytes of hex (a hash, a topic), in lower case, else `undefined`. */
export function asWord(value: unknown): string | undefined {
  return typeof value === 'string' && value.length === 66 ? asLowerHex(value) : undefined
}

/** The value if it is a number in hex of at most 256 bits, in lower case, else `undefined`. */
export function asQuantity(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 2 && value.length <= 66 ? asLowerHex(value) : undefined
}

/** A hex quantity as a number, or `undefined` where it is none or too large to be exact. */
export function asNumber(value: unknown): number | undefined {
  const hex = asQuantity(value)
  if (hex === undefined) return undefined
  const number = Number(hex)
  return Number.isSafeInteger(number) ? number : undefined
}

const notLowerHex = /[^0-9a-fx]/

/**
 * Looking for one wrong character takes half the time of matching the whole text, and this runs for every topic of
 * every log.
 */
function isLowerHex(value: string): boolean {
  return value.startsWith('0x') && value.lastIndexOf('x') === 1 && !notLowerHex.test(value)
}

function asLowerHex(value: string): string | undefined {
  if (isLowerHex(value)) return value
  // JSON-RPC does not promise the case. Everything behind this line compares text, so that case must not matter.
  const lower = value.toLowerCase()
  return isLowerHex(lower) ? lower : undefined
}

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
