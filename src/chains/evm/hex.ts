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
