import { fieldFault } from './fault.ts'
import type { RlpWriter } from './rlp-writer.ts'

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
