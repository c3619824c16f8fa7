const hexDigits = /^[0-9a-fA-F]*$/

/** How many bytes stand in `0x…` data; `null` where it is not whole bytes. */
export function dataLength(data: string): number | null {
  return data.length % 2 === 0 ? data.length / 2 - 1 : null
}

/**
 * Whether data holds these many words, and may be an event's that ends with them. Whole words beyond them are ignored, as
 * ABI decoders do: a token may add some.
 */
export function hasWords(data: string, count: number): boolean {
  const bytes = dataLength(data)
  return bytes !== null && bytes >= count * 32 && bytes % 32 === 0
}

/** The 32-byte word at a byte offset as an integer; `null` where the data ends before or is no hex. */
export function wordAt(data: string, byteOffset: number): bigint | null {
  const start = 2 + byteOffset * 2
  const digits = data.slice(start, start + 64)
  return digits.length === 64 && hexDigits.test(digits) ? BigInt(`0x${digits}`) : null
}

/** The word at a byte offset as a topic, lower-case: how an address stands in unindexed data. */
export function topicAt(data: string, byteOffset: number): string | null {
  const start = 2 + byteOffset * 2
  const digits = data.slice(start, start + 64)
  return digits.length === 64 && hexDigits.test(digits) ? `0x${digits.toLowerCase()}` : null
}

/** The address in a topic's last 20 bytes. What stands in the 12 bytes before, contracts ignore, and so do we. */
export function topicAddress(topic: string): string {
  return `0x${topic.slice(26)}`
}

/** Hex digits of padding before the 40 of an address. */
const padding = 24
/** An address whose first eight bytes are zero: nobody can search for one, so such a word is a number. */
const leading = 16
const zeroDigit = 0x30

/**
 * Whether the 64 hex digits at `start` may be an address, rather than a number or a hash: 12 bytes of zero, and not 20. It
 * decides from digits alone, without a copy, since it runs for every word of every log.
 */
export function mayBeAddress(hex: string, start: number): boolean {
  // Most words are numbers: these are told first, by few digits.
  let at = start + padding
  while (at < start + padding + leading && hex.charCodeAt(at) === zeroDigit) at++
  if (at === start + padding + leading) return false
  for (let i = start; i < start + padding; i++) if (hex.charCodeAt(i) !== zeroDigit) return false
  return true
}
