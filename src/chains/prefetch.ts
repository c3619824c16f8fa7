import { setMaxListeners } from 'node:events'
import PQueue from 'p-queue'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { pause } from '../lifecycle/loop.ts'
import type { ChainSource, SourceBlock } from './source.ts'

/**
 * How long blocks that are ready may wait for the ones behind them: one step of eight blocks costs a ledger a third
 * of eight steps of one. The last block, such as the only one at the tip, waits for nothing.
 */
const gatherMs = 50

/** What may be held of blocks, as sent: parsed, those of an EVM chain take a few times as much. */
const defaultMaxBytes = 128 * 1024 ** 2

/**
 * Reads blocks `from` to `to` several at a time, and hands them over in order and in portions: `concurrency` blocks,
 * or fewer when the next one is not there 50 ms after the first. Whether they follow on each other is for the caller
 * to check. A block's memory is given back when the next ones are asked for.
 *
 * @param options.concurrency how many blocks are asked for at once; three times as many are held in memory, as far
 * as `maxBytes` allows (as large as the largest of late, the next one is expected to be).
 * @throws what the source throws, when the failed block's turn comes; requests still under way are aborted.
 */
export async function* prefetch(
  source: Pick<ChainSource, 'block' | 'release'>,
  from: number,
  to: number,
  options: { concurrency: number; maxBytes?: number; signal?: AbortSignal },
): AsyncGenerator<SourceBlock[]> {
  const { concurrency, maxBytes = defaultMaxBytes } = options
  const stop = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, stop.signal]) : stop.signal
  // Every request under way listens to it.
  setMaxListeners(0, signal)
  const queue = new PQueue({ concurrency })
  const asked = new Map<number, { answer: Promise<SourceBlock>; ready: Promise<boolean> }>()
  let next = from
  let ask = from
  let expected = 0
  /** The next block is always asked for, however large. */
  const hasRoom = () =>
    ask === next || (ask < next + concurrency * 2 && (ask - next + 1) * expected <= maxBytes)
  const refill = () => {
    for (; ask <= to && hasRoom(); ask++) {
      const height = ask
      const answer = queue.add(() => source.block(height, signal))
      // A failure is reported when its turn comes; until then it must not count as unhandled.
      const ready = answer.then(
        () => true,
        () => false,
      )
      asked.set(height, { answer, ready })
    }
  }
  const take = async (height: number): Promise<SourceBlock> => {
    const request = asked.get(height)
    if (request === undefined) throw new Error(`block ${height} was not asked for`)
    asked.delete(height)
    const block = await request.answer
    expected = Math.max(block.bytes, expected * 0.9)
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
      const stopGathering = new AbortController()
      const late = pause(gatherMs, stopGathering.signal).then(() => false)
      const isFull = () => blocks.length >= concurrency || (blocks.length + 1) * expected > maxBytes
      while (!isFull() && (await isReady(asked.get(next)?.ready, late))) {
        blocks.push(await take(next++))
        refill()
      }
      stopGathering.abort()
      yield blocks
      for (const block of blocks) source.release?.(block)
    }
  } finally {
    queue.clear()
    stop.abort()
  }
}

async function isReady(ready: Promise<boolean> | undefined, late: Promise<boolean>): Promise<boolean> {
  return ready === undefined ? false : Promise.race([ready, late])
}
