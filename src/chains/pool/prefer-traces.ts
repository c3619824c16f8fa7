import { ChainscreenError, isTemporary } from '../../diagnostics/errors.ts'
import type { SourceBlock } from '../source.ts'
import type { Endpoint } from './endpoint.ts'

/** So long the nodes that serve call traces are waited for, before blocks are taken from one that has none. */
const waitMs = 60_000
const askAgainMs = 20_000

/** Prefers nodes that have a block's call traces to the first that has the block. */
export interface TracePreference {
  /**
   * @param block as the first node had it. @param others the other nodes that may be asked now. @param read reads it from one.
   * @param release takes one back that is not needed.
   * @throws `node-unreachable` while nodes that serve traces can't be asked, and not for long: one of them is asked first.
   */
  better(
    block: SourceBlock,
    others: readonly Endpoint[],
    read: (endpoint: Endpoint) => Promise<SourceBlock>,
    release: (block: SourceBlock) => void,
  ): Promise<SourceBlock>
}

/** @param endpoints all nodes of the chain. */
export function preferTraces(endpoints: readonly Endpoint[], clock: { nowMs(): number }): TracePreference {
  const serving = ({ info }: Endpoint) => info?.traces === true
  /** Since when blocks would have been taken without traces for want of a node. */
  let waitsSinceMs: number | null = null
  return {
    async better(block, others, read, release) {
      if (block.traces === 'read') waitsSinceMs = null
      if (block.traces === undefined || block.traces === 'read') return block
      let best = block
      for (const endpoint of others.filter(serving)) {
        const theirs = await read(endpoint).catch((error: unknown) => {
          if (isTemporary(error)) return null
          throw error
        })
        // A node that serves traces, and was asked often enough, knows better why there are none than one that has none.
        const isBetter = theirs !== null && theirs.traces !== 'none' && best.traces !== 'read'
        if (!isBetter) {
          if (theirs !== null) release(theirs)
        } else {
          release(best)
          best = theirs
        }
        if (best.traces === 'read') {
          waitsSinceMs = null
          return best
        }
      }
      const expected = endpoints.find(serving)
      if (best.traces !== 'none' || expected === undefined) return best
      const { source, failure, breaker } = expected
      const nowMs = clock.nowMs()
      waitsSinceMs ??= nowMs
      const away = `${source.endpoint} serves call traces, and could not be asked: ${failure ?? 'it did not answer'}`
      if (nowMs - waitsSinceMs >= waitMs) return { ...best, traces: { away } }
      release(best)
      throw new ChainscreenError(
        'node-unreachable',
        `No other node of this chain serves call traces: ${away}`,
        {
          retryAfterMs: Math.max(breaker.waitMs(nowMs), askAgainMs),
        },
      )
    },
  }
}
