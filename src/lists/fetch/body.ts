import { PassThrough } from 'node:stream'
import type { Answer } from './ask.ts'

/** What is read ahead of the disk. */
const aheadBytes = 1 << 20

/**
 * The bytes of a body, and then, if it broke off, the error: undici's own stream forgets what nobody had read yet when
 * the connection breaks. Call it in the same tick as the answer comes.
 */
export function readBody({ body }: Answer): AsyncIterable<Buffer> {
  const through = new PassThrough({ highWaterMark: aheadBytes })
  let failure: unknown
  body.on('error', (error: unknown) => {
    failure = error
    through.end()
  })
  body.pipe(through)
  return {
    async *[Symbol.asyncIterator]() {
      try {
        yield* through as AsyncIterable<Buffer>
        if (failure !== undefined) throw failure
      } finally {
        body.destroy()
      }
    },
  }
}
