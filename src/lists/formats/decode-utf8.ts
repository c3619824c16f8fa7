import type { Readable } from 'node:stream'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { takingTurns } from '../../in-slices.ts'

/** Whoever parses works through a piece at once: of a list of addresses, some milliseconds. */
const pieceBytes = 8 * 1024

/** A piece of decoded text, and how many bytes of the file have been read with it. */
export interface DecodedText {
  text: string
  bytesRead: number
}

/**
 * Decodes a stream of bytes as UTF-8, in small pieces between which others have their turn on the thread; a character
 * cut by a border is put together. A byte order mark is dropped.
 *
 * @throws ChainscreenError `bad-file` at the first byte that is not UTF-8. Damage must not pass as U+FFFD: an
 * address would silently become another text.
 */
export async function* decodeUtf8(input: Readable): AsyncGenerator<DecodedText> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const turn = takingTurns()
  let bytesRead = 0
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes)
      const before = bytesRead
      bytesRead += piece.length
      const text = decode(() => decoder.decode(piece, { stream: true }), before, bytesRead)
      yield { text, bytesRead }
      await turn()
    }
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
