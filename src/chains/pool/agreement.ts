import { setTimeout as sleep } from 'node:timers/promises'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { askEndpoint, type Endpoint } from './endpoint.ts'

/** Watches that the endpoints of one chain keep to the same final blocks. */
export interface Agreement {
  /**
   * Compares the leading endpoint's final block with what the others have at that height.
   *
   * @throws `node-disagreement` when they still differ after a second look.
   */
  check(leading: Endpoint, endpoints: readonly Endpoint[], signal?: AbortSignal): Promise<void>
}

/** @param secondLookMs a node that just reorganised may answer from both sides of it for a moment. */
export function createAgreement(clock: { nowMs(): number }, secondLookMs: number): Agreement {
  let checked = -1
  /** `undefined`: one of them has no block there. */
  const differing = async (leading: Endpoint, other: Endpoint, height: number, signal?: AbortSignal) => {
    const hash = (endpoint: Endpoint) =>
      askEndpoint(endpoint, (source) => source.hashAt(height, signal), clock, signal)
    const [ours, theirs] = await Promise.all([hash(leading), hash(other)])
    if (ours === null || theirs === null) return undefined
    return ours === theirs ? null : { ours, theirs }
  }
  return {
    async check(leading, endpoints, signal) {
      const height = leading.head?.finalized ?? null
      if (height === null || height <= checked) return
      const others = endpoints.filter(
        (other) =>
          other !== leading && (other.head?.finalized ?? -1) >= height && other.breaker.ready(clock.nowMs()),
      )
      let compared = false
      for (const other of others) {
        const first = await differing(leading, other, height, signal).catch(() => undefined)
        if (first !== undefined) compared = true
        if (first === null || first === undefined) continue
        await sleep(secondLookMs, undefined, { ...(signal && { signal }) })
        const second = await differing(leading, other, height, signal)
        if (second !== null && second !== undefined) throw disagreement(leading, other, height, second)
      }
      // A tag that no other node has reached was compared with nothing: it may be wrong itself.
      if (compared) checked = height
    },
  }
}

function disagreement(
  leading: Endpoint,
  other: Endpoint,
  height: number,
  hashes: { ours: string; theirs: string },
): ChainscreenError {
  return new ChainscreenError(
    'node-disagreement',
    `Two nodes report different final blocks at height ${height}: ${leading.source.endpoint} has ${hashes.ours}, ${other.source.endpoint} has ${hashes.theirs}.`,
    { details: ['One of them is not on the chain: find out which, take it out of `rpc`, and start again.'] },
  )
}
