import { setMaxListeners } from 'node:events'
import PQueue from 'p-queue'
import { ChainscreenError } from '../errors.ts'
import type { ChainSource, SourceBlock } from './source.ts'

/**
 * Reads blocks `from` to `to` several at a time, and hands them over in order: whatever is ready in one piece, at
 * least one block, at most `2 × concurrency`. Whether they follow on each other is for the caller to check.
 *
 * @param options.concurrency how many blocks are asked for at once; twice as many are held in memory.
 * @throws what the source throws, when the failed block's turn comes; requests still under way are aborted.
 */
export async function* prefetch(
  source: Pick<ChainSource, 'block'>,
  from: number,
  to: number,
  options: { concurrency: number; signal?: AbortSignal },
): AsyncGenerator<SourceBlock[]> {
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  // Every request under way listens to it.
  setMaxListeners(0, signal)
  const queue = new PQueue({ concurrency: options.concurrency })
  const window = options.concurrency * 2
  const asked = new Map<number, { answer: Promise<SourceBlock>; ready: boolean }>()
  let next = from
  let ask = from
  const refill = () => {
    for (; ask <= to && ask < next + window; ask++) {
      const height = ask
      const request = { answer: queue.add(() => source.block(height, signal)), ready: false }
      request.answer.then(
        () => {
          request.ready = true
        },
        // Reported when its turn comes; until then it must not count as unhandled.
        () => {},
      )
      asked.set(height, request)
    }
  }
  const take = async (height: number): Promise<SourceBlock> => {
    const request = asked.get(height)
    if (request === undefined) throw new Error(`block ${height} was not asked for`)
    asked.delete(height)
    const block = await request.answer
    // Asked for one block and given another, a follower would go round in circles.
    if (block.height === height) return block
    throw new ChainscreenError(
      'node-bad-answer',
      `Asked for block ${height}, the node answered with block ${block.height}.`,
    )
  }
  try {
    while (next <= to) {
      signal.throwIfAborted()
      refill()
      const blocks = [await take(next++)]
      while (asked.get(next)?.ready) blocks.push(await take(next++))
      refill()
      yield blocks
    }
  } finally {
    queue.clear()
    stop.abort()
  }
}
