const firstCapacity = 16_384

/**
 * Writes RLP from the end to the beginning: a list's length stands before its content, and is known only after it.
 * So nothing is measured beforehand and nothing is copied. Hex goes straight from the served text into the bytes.
 *
 * @see https://ethereum.org/developers/docs/data-structures-and-encoding/rlp/
 */
export class RlpWriter {
  #buffer = Buffer.allocUnsafe(firstCapacity)
  #at = firstCapacity

  /** How many bytes were written: give it to {@link list} or {@link wrap} later, to close what began here. */
  get size(): number {
    return this.#buffer.length - this.#at
  }

  /** What was written: a view, good until the next write. */
  get written(): Uint8Array {
    return this.#buffer.subarray(this.#at)
  }

  clear(): void {
    this.#at = this.#buffer.length
  }

  /** Puts one byte in front, as it is. */
  byte(value: number): void {
    this.#room(1)
    this.#buffer[--this.#at] = value
  }

  /** Puts bytes in front, as they are. */
  raw(bytes: Uint8Array): void {
    this.#room(bytes.length)
    this.#at -= bytes.length
    this.#buffer.set(bytes, this.#at)
  }

  /** Puts bytes in front as an RLP string. */
  string(bytes: Uint8Array): void {
    this.raw(bytes)
    this.#stringPrefix(bytes.length)
  }

  /** The same for `0x…` of whole bytes (of `length` bytes, where given). @returns false, and writes nothing, where it is none. */
  hex(value: unknown, length?: number): boolean {
    if (typeof value !== 'string' || value.length % 2 !== 0 || !value.startsWith('0x')) return false
    const size = value.length / 2 - 1
    if (length !== undefined && size !== length) return false
    if (!this.#decode(value.slice(2), size)) return false
    this.#stringPrefix(size)
    return true
  }

  /** The same for a number in hex: without leading zeros, and nothing at all for zero. */
  quantity(value: unknown): boolean {
    if (typeof value !== 'string' || !value.startsWith('0x')) return false
    let first = 2
    while (value.charCodeAt(first) === 0x30) first++
    const digits = value.length - first
    if (!this.#decode(digits % 2 === 0 ? value.slice(first) : `0${value.slice(first)}`, (digits + 1) >> 1))
      return false
    this.#stringPrefix((digits + 1) >> 1)
    return true
  }

  /** Makes one list of everything written since `size` was `since`. */
  list(since: number): void {
    this.#prefix(this.size - since, 0xc0)
  }

  /** Makes one string of everything written since then, which is more than one byte. */
  wrap(since: number): void {
    this.#prefix(this.size - since, 0x80)
  }

  #decode(digits: string, size: number): boolean {
    this.#room(size)
    // It stops at the first character that is no hex digit, and says how far it came.
    if (size > 0 && this.#buffer.write(digits, this.#at - size, size, 'hex') !== size) return false
    this.#at -= size
    return true
  }

  #stringPrefix(size: number): void {
    // A single byte below 0x80 is its own encoding.
    if (size !== 1 || (this.#buffer[this.#at] ?? 0) >= 0x80) this.#prefix(size, 0x80)
  }

  #prefix(size: number, base: number): void {
    if (size < 56) {
      this.byte(base + size)
      return
    }
    let sizeBytes = 0
    for (let rest = size; rest > 0; rest = Math.floor(rest / 256), sizeBytes++) this.byte(rest % 256)
    this.byte(base + 55 + sizeBytes)
  }

  #room(size: number): void {
    if (size <= this.#at) return
    const { written } = this
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, written.length + size * 2))
    larger.set(written, larger.length - written.length)
    this.#at = larger.length - written.length
    this.#buffer = larger
  }
}

/**
 * Writes one served value.
 *
 * @throws EncodingFault where it is missing or malformed.
 */
export type WriteField = (writer: RlpWriter, value: unknown, name: string) => void

/** A number. */
export const quantity: WriteField = (writer, value, name) => {
  if (!writer.quantity(value)) throw fieldFault(name, value)
}

/** Any bytes. */
export const bytes: WriteField = (writer, value, name) => {
  if (!writer.hex(value)) throw fieldFault(name, value)
}

/** So many bytes. */
export function fixed(length: number): WriteField {
  return (writer, value, name) => {
    if (!writer.hex(value, length)) throw fieldFault(name, value)
  }
}

export const address = fixed(20)
export const word = fixed(32)

/** Why something served can't be encoded. */
export class EncodingFault extends Error {
  override readonly name = 'EncodingFault'
  /** True where a field is not there at all, or is of a kind that this version doesn't know: no node fault, but no proof either. */
  readonly unknown: boolean

  constructor(message: string, unknown: boolean) {
    super(message)
    this.unknown = unknown
  }
}

/** The fault of a field that is no hex of the right length, or is not there. */
export function fieldFault(field: string, value: unknown): EncodingFault {
  return value === undefined || value === null
    ? new EncodingFault(`${field} is not served`, true)
    : new EncodingFault(`${field} is not the hex it has to be`, false)
}

/** What JSON.parse made of an answer: fields of which nothing is believed. */
export type Served = Readonly<Record<string, unknown>>

/** All fields that were served of something, also those that its type does not name because nothing else reads them. */
export function servedFields(of: object): Served {
  return of as Served
}
