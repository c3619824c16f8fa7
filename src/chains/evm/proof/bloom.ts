import type { Keccak } from './keccak.ts'

/**
 * The 2,048-bit bloom filter of logs: of each address and each topic, three bits that its hash names.
 *
 * @param logs as served; what is malformed in them sets no bit.
 * @see https://ethereum.github.io/yellowpaper/paper.pdf, 4.3.1
 */
export function bloomOf(logs: Iterable<unknown>, keccak: Keccak): Uint8Array {
  const bloom = new Uint8Array(256)
  const seen = new Set<unknown>()
  for (const log of logs) {
    const { address, topics } = (log ?? {}) as { address?: unknown; topics?: unknown }
    for (const item of [address, ...(Array.isArray(topics) ? topics : [])]) {
      // Most items come again and again in a block.
      if (typeof item !== 'string' || seen.has(item)) continue
      seen.add(item)
      addItem(bloom, keccak(Buffer.from(item.slice(2), 'hex')))
    }
  }
  return bloom
}

/** Whether each bit of `part` is set in `whole` too. */
export function coversBloom(whole: Uint8Array, part: Uint8Array): boolean {
  return part.every((byte, i) => (byte & ~(whole[i] ?? 0)) === 0)
}

/** A served bloom as bytes; `null` where it is none. */
export function readBloom(value: unknown): Uint8Array | null {
  return typeof value === 'string' && /^0x[0-9a-f]{512}$/i.test(value)
    ? Uint8Array.from(Buffer.from(value.slice(2), 'hex'))
    : null
}

function addItem(bloom: Uint8Array, hash: Uint8Array): void {
  for (const at of [0, 2, 4]) {
    const bit = (((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0)) & 2047
    const byte = 255 - (bit >> 3)
    bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7))
  }
}
