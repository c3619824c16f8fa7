import { Readable } from 'node:stream'

/** Longer than any white space that stands before a file's content. */
const reach = 4096

/**
 * The first character of a file that is no white space and no byte order mark, with the stream as it was: whole.
 *
 * @returns an empty character for a file without content.
 */
export async function firstCharacter(input: Readable): Promise<{ character: string; whole: Readable }> {
  const iterator = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  const read: Buffer[] = []
  let text = ''
  let bytes = 0
  while (text === '' && bytes < reach) {
    const { done, value } = await iterator.next()
    if (done) break
    read.push(value)
    bytes += value.length
    text = Buffer.concat(read)
      .toString('latin1')
      .replace(/^(?:\xef\xbb\xbf|\xef\xbb$|\xef$|[\t\n\v\f\r ])+/, '')
  }
  return { character: text.slice(0, 1), whole: Readable.from(again(read, iterator), { objectMode: false }) }
}

async function* again(read: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* read
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
