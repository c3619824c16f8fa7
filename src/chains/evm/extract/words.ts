const hexDigits = /^[0-9a-fA-F]*$/

/** How many bytes stand in `0x…` data; `null` where it is not whole bytes. */
export function dataLength(data: string): number | null {
  return data.length % 2 === 0 ? data.length / 2 - 1 : null
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
