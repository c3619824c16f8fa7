import type { Readable } from 'node:stream'
import { peek } from './peek.ts'

/** Longer than any white space that stands before a file's content. */
const reach = 4096

/**
 * The first character of a file that is no white space and no byte order mark, with the stream as it was: whole.
 *
 * @returns an empty character for a file without content.
 */
export async function firstCharacter(input: Readable): Promise<{ character: string; whole: Readable }> {
  const { head, whole } = await peek(input, (bytes) => bytes.length >= reach || first(bytes) !== '')
  return { character: first(head), whole }
}

function first(bytes: Buffer): string {
  const text = bytes.toString('latin1').replace(/^(?:\xef\xbb\xbf|\xef\xbb$|\xef$|[\t\n\v\f\r ])+/, '')
  return text.slice(0, 1)
}
