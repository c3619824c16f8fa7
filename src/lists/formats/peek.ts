import { Readable } from 'node:stream'

/**
 * The beginning of a file, with the stream as it was: whole.
 *
 * @param enough whether no more than these bytes need be looked at. The file may end before.
 */
export async function peek(
  input: Readable,
  enough: (head: Buffer) => boolean,
): Promise<{ head: Buffer; whole: Readable }> {
  const iterator = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  const read: Buffer[] = []
  let head = Buffer.alloc(0)
  while (!enough(head)) {
    const { done, value } = await iterator.next()
    if (done) break
    read.push(value)
    head = Buffer.concat([head, value])
  }
  return { head, whole: Readable.from(again(read, iterator), { objectMode: false }) }
}

async function* again(read: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* read
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}
