import { Readable } from 'node:stream'

/** A text or bytes as a stream of pieces of `size` bytes. */
export function chunks(content: string | Uint8Array, size = 7): Readable {
  const bytes = Buffer.from(content)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
  return Readable.from(pieces, { objectMode: false })
}
