import { once } from 'node:events'
import { ChainscreenError, isTemporary } from '../../diagnostics/errors.ts'
import type { ChainHead, ChainSource, SourceBlock, SourceInfo } from '../source.ts'
import {
  askEndpoint,
  type BreakerPauses,
  createAgreement,
  createEndpoint,
  type Endpoint,
  isOurs,
  refuseEndpoint,
} from './endpoint.ts'
import { pooledFreezes } from './pooled-freezes.ts'
import { preferTraces } from './prefer-traces.ts'

/** So many blocks behind the best head an endpoint may be and still lead. */
const allowedLag = 3

/** Something about one node that its operator should know. */
export interface NodeEvent {
  endpoint: string
  /** Suspended; answers again after that; leads now; heads are polled, since it can't be asked to wait for them; blocks are read by another method; it answered 503. */
  what: 'suspended' | 'answers' | 'leads' | 'polled' | 'reads' | 'busy'
  reason: string | null
}

export interface PoolOptions {
  clock?: { nowMs(): number }
  /** The pause before nodes that disagree are asked again; default 2 s. */
  secondLookMs?: number
  /** How long an endpoint that fails is left alone. */
  pauses?: BreakerPauses
  /** An endpoint was suspended, or leads now. */
  onChange?: (event: NodeEvent) => void
}

/**
 * Several nodes of one chain as one source. One of them leads and is asked; when it fails, lies or lags, the next
 * one is, in order of health, and it is tried again later. Everything about one block comes from one endpoint.
 *
 * @param sources in order of preference.
 * @throws from `head`: `node-disagreement` when two endpoints keep to different final blocks.
 */
export function createPool(
  sources: readonly [ChainSource, ...ChainSource[]],
  options: PoolOptions = {},
): ChainSource {
  const clock = options.clock ?? { nowMs: () => Date.now() }
  const endpoints = sources.map((source) => createEndpoint(source, options.pauses))
  const agreement = createAgreement(clock, options.secondLookMs ?? 2_000)
  const traces = preferTraces(endpoints, clock)
  let lead: Endpoint | undefined
  /** Suspended, and not heard of since. */
  const away = new Set<Endpoint>()
  const [first] = sources

  /** The order in which endpoints are asked: the lead while it does well, then by head height, latency, and the config. */
  const inOrder = (): Endpoint[] => {
    const ready = endpoints.filter(({ breaker }) => breaker.ready(clock.nowMs()))
    const best = Math.max(...ready.map(({ head }) => head?.height ?? -1))
    const lags = ({ head }: Endpoint) => Number((head?.height ?? -1) < best - allowedLag)
    return ready.sort(
      (a, b) => lags(a) - lags(b) || Number(b === lead) - Number(a === lead) || a.latencyMs - b.latencyMs,
    )
  }

  /** Those that are known to be of this chain. */
  const opened = (): ChainSource[] =>
    inOrder()
      .filter(({ info }) => info !== null)
      .map(({ source }) => source)

  const askOne = async <T>(
    question: (source: ChainSource) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<{ endpoint: Endpoint; answer: T }> => {
    const errors: unknown[] = []
    for (const endpoint of inOrder()) {
      try {
        const answer = await askEndpoint(endpoint, question, clock, signal)
        answered(endpoint)
        follow(endpoint)
        return { endpoint, answer }
      } catch (error) {
        if (signal?.aborted || isOurs(error)) throw error
        errors.push(error)
        suspended(endpoint)
      }
    }
    // What halts a chain is for all its nodes to say: one that fails for a while may not.
    const temporary = errors.findLast(isTemporary)
    if (temporary !== undefined) throw temporary
    throw errors.length === endpoints.length ? errors.at(-1) : allSuspended(endpoints, clock.nowMs())
  }

  const ask = async <T>(question: (source: ChainSource) => Promise<T>, signal?: AbortSignal): Promise<T> =>
    (await askOne(question, signal)).answer

  const suspended = (endpoint: Endpoint): void => {
    away.add(endpoint)
    options.onChange?.({ endpoint: endpoint.source.endpoint, what: 'suspended', reason: endpoint.failure })
  }

  const answered = (endpoint: Endpoint): void => {
    if (!away.delete(endpoint)) return
    options.onChange?.({ endpoint: endpoint.source.endpoint, what: 'answers', reason: null })
  }

  const release = (block: SourceBlock): void => sources[block.node ?? -1]?.release?.(block)

  const follow = (endpoint: Endpoint): void => {
    if (lead === endpoint) return
    lead = endpoint
    options.onChange?.({ endpoint: endpoint.source.endpoint, what: 'leads', reason: null })
  }

  return {
    caip2: first.caip2,
    get endpoint() {
      return (lead?.source ?? first).endpoint
    },
    open: (signal) => openAll(endpoints, clock, signal),
    async head(signal) {
      await Promise.allSettled(
        endpoints
          .filter(({ breaker }) => breaker.ready(clock.nowMs()))
          .map(async (endpoint) => {
            // A head that can't be had now must not count as one.
            endpoint.head = null
            endpoint.head = await askEndpoint(endpoint, (source) => source.head(signal), clock, signal)
            answered(endpoint)
          }),
      )
      signal?.throwIfAborted()
      const [leading] = inOrder().filter(({ head }) => head !== null)
      if (leading?.head === undefined || leading.head === null) throw allSuspended(endpoints, clock.nowMs())
      follow(leading)
      await agreement.check(leading, endpoints, signal)
      return leading.head satisfies ChainHead
    },
    // The leading node's hint; where it gives none, the poll does.
    waitForHead: async (current, signal) => {
      const waiting = lead?.source.waitForHead?.(current, signal)
      if (waiting !== undefined) await waiting
      else if (!signal.aborted) await once(signal, 'abort')
    },
    async header(hash, signal) {
      const header = await ask((source) => source.header(hash, signal), signal)
      if (header !== null) return header
      // A node behind the others, or one that forgets branches that lost: another may know it.
      for (const endpoint of inOrder().filter((other) => other !== lead)) {
        const theirs = await askEndpoint(
          endpoint,
          (source) => source.header(hash, signal),
          clock,
          signal,
        ).catch(() => null)
        if (theirs !== null) return theirs
      }
      return null
    },
    // The leading node's alone, and never a reason to set a node aside: blocks are what a chain is followed by.
    ...(first.mempool && {
      mempool: (signal?: AbortSignal) => {
        const mempool = (lead?.source ?? first).mempool
        if (mempool === undefined) throw new Error('unreachable: all nodes of a pool are of one kind')
        return mempool.call(lead?.source ?? first, signal)
      },
    }),
    hashAt: (height, signal) => ask((source) => source.hashAt(height, signal), signal),
    async block(height, signal, options) {
      const read = async (source: ChainSource): Promise<SourceBlock> => {
        return { ...(await source.block(height, signal, options)), node: sources.indexOf(source) }
      }
      const { endpoint, answer } = await askOne(read, signal)
      const others = () => inOrder().filter((other) => other !== endpoint)
      const block = await traces.better(
        answer,
        others(),
        async (other) => {
          const theirs = await askEndpoint(other, read, clock, signal)
          if (theirs.traces === 'read') follow(other)
          return theirs
        },
        release,
      )
      if (!block.hasUnreadable) return block
      // What is the same with every node is in the block.
      for (const other of others()) {
        const theirs = await askEndpoint(other, read, clock, signal).catch(() => null)
        if (theirs?.hash === block.hash && theirs.level === block.level && !theirs.hasUnreadable) {
          release(block)
          return theirs
        }
        if (theirs !== null) release(theirs)
      }
      return block
    },
    release,
    refuse(block, error) {
      const endpoint = endpoints[block.node ?? -1]
      if (endpoint === undefined) return
      endpoint.source.refuse?.(block, error)
      refuseEndpoint(endpoint, error, clock)
      suspended(endpoint)
    },
    ...(first.freezes && { freezes: pooledFreezes(opened) }),
    close: async () => {
      await Promise.all(sources.map((source) => source.close()))
    },
  }
}

async function openAll(
  endpoints: readonly Endpoint[],
  clock: { nowMs(): number },
  signal?: AbortSignal,
): Promise<SourceInfo> {
  const ends = await Promise.allSettled(
    endpoints.map((endpoint) => askEndpoint(endpoint, async () => endpoint.info, clock, signal)),
  )
  const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []))
  // A node of another chain is a mistake in the config, not a weak node.
  const wrong = failures.find((error) => error instanceof ChainscreenError && error.code === 'wrong-chain')
  if (wrong !== undefined) throw wrong
  const info = endpoints.find((endpoint) => endpoint.info !== null)?.info
  if (info === undefined || info === null) throw failures[0]
  return info
}

function allSuspended(endpoints: readonly Endpoint[], nowMs: number): ChainscreenError {
  const waitMs = Math.min(...endpoints.map(({ breaker }) => breaker.waitMs(nowMs)))
  return new ChainscreenError('node-unreachable', 'No node of this chain is available at the moment.', {
    details: endpoints.map(({ source, failure }) => `${source.endpoint}: ${failure ?? 'no answer yet'}`),
    retryAfterMs: waitMs,
  })
}
