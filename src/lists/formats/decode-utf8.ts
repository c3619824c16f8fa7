import type { Readable } from 'node:stream'
import { ChainscreenError } from '../../errors.ts'

/** A piece of decoded text, and how many bytes of the file have been read with it. */
export interface DecodedText {
  text: string
  bytesRead: number
}

/**
 * Decodes a stream of bytes as UTF-8, piece by piece; a character cut by a chunk's border is put together. A byte
 * order mark is dropped.
 *
 * @throws ChainscreenError `bad-file` at the first byte that is not UTF-8. Damage must not pass as U+FFFD: an
 * address would silently become another text.
 */
export async function* decodeUtf8(input: Readable): AsyncGenerator<DecodedText> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytesRead = 0
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    const before = bytesRead
    bytesRead += chunk.length
    const text = decode(() => decoder.decode(chunk, { stream: true }), before, bytesRead)
    yield { text, bytesRead }
  }
  const rest = decode(() => decoder.decode(), bytesRead, bytesRead)
  if (rest !== '') yield { text: rest, bytesRead }
}

function decode(step: () => string, from: number, to: number): string {
  try {
    return step()
  } catch (cause) {
    const where =
      from === to ? `it ends inside a character, at byte ${to}` : `between bytes ${from} and ${to}`
    throw new ChainscreenError('bad-file', `The file is not valid UTF-8: ${where}.`, { cause })
  }
}
