import { ChainscreenError, isTemporary } from '../diagnostics/errors.ts'
import { pause, startLoop } from '../lifecycle/loop.ts'
import { retryDelayMs } from '../network/retry.ts'
import type { BlockRef } from '../screening/types.ts'
import { type Finality, finalHeight } from './final-height.ts'
import { prefetch } from './prefetch.ts'
import { type ChainHead, type ChainSource, reportRefusals, type SourceBlock } from './source.ts'
import { walkBack } from './walk-back.ts'

/** Where a follower keeps what it read. Every call is one transaction, but for a step that has to be taken in parts. */
export interface FollowerStore {
  state(): { startHeight: number | null; cursor: BlockRef | null; finalHeight: number | null }
  /** A block of the followed branch, while it is in the hash window. */
  blockAt(height: number): BlockRef | undefined
  /** The hash of a block that was read below where following began, or is in the hash window. */
  hashAt(height: number): string | undefined
  /** The lowest block that was read, and that a reorg may reach or fork at; `null`: there is none. */
  lowestOpen(): number | null
  /** Consecutive blocks that follow on the cursor. */
  commit(blocks: readonly SourceBlock[], head: ChainHead, finalHeight: number | null): void | Promise<void>
  /** What the node says of its head, whatever becomes of it. */
  noteHead(head: ChainHead, finalHeight: number | null): void | Promise<void>
  rollBack(fork: BlockRef | null): void | Promise<void>
  /** Blocks of the followed branch that the hash window lacks, each the parent of the one before. */
  remember(blocks: readonly BlockRef[]): void | Promise<void>
}

export interface FollowerOptions {
  /** The chain's id, for messages. */
  chain: string
  source: ChainSource
  store: FollowerStore
  start: number | 'latest'
  finality: Finality
  /** How many blocks are asked for at once. */
  prefetch: number
  pollMs: number
  /** How long to wait after the first failure in a row; doubled with each further one. Default 250. */
  firstRetryMs?: number
  /** The longest pause between attempts; default 30 s. */
  longestRetryMs?: number
  /** Catch up with the head as it is, and return. */
  once: boolean
  signal: AbortSignal
  /** The node answered for the first time. */
  onOpen?: () => void
  onProgress?: (progress: { height: number; head: number }) => void
  /** A look at the head was completed, whatever it found. */
  onLook?: () => void | Promise<void>
  onFailure?: (error: unknown, retryMs: number) => void
  onReorg?: (from: BlockRef, fork: BlockRef | null) => unknown
  /** The chain has not grown to `start` yet: nothing is read until then. */
  onAboveHead?: (start: number, head: number) => void
}

const defaultFirstRetryMs = 250
const defaultLongestRetryMs = 30_000
/** With `once`, a node gets this many chances in a row. */
const onceAttempts = 5

/**
 * Follows one chain: backfills, keeps up with the tip, walks back reorgs. Heads are hints: it advances only on a
 * block whose parent is the cursor. Returns when `signal` aborts, or, with `once`, at the head.
 *
 * @throws ChainscreenError what waiting can't mend (`wrong-chain`, `deep-reorg`, …); with `once`, also a node that
 * does not answer after several attempts.
 */
export async function follow(options: FollowerOptions): Promise<void> {
  const { source, store, signal, firstRetryMs = defaultFirstRetryMs } = options
  const { longestRetryMs = defaultLongestRetryMs } = options
  let failures = 0
  let failedAt: string | undefined
  let deepLooks = 0
  let opened = false
  const round = async (): Promise<number | null> => {
    try {
      if (!opened) {
        await source.open(signal)
        await refillWindow(options)
        options.onOpen?.()
      }
      opened = true
      const caughtUp = await advance(options)
      failures = 0
      deepLooks = 0
      await options.onLook?.()
      if (options.once && caughtUp !== null) return null
      if (caughtUp !== null) await waitForNext(options, caughtUp)
      return 0
    } catch (error) {
      if (signal.aborted) return null
      // A node that fails now and then in a long backfill gets on: only failures without progress add up.
      const standsAt = store.state().cursor?.hash
      failures = standsAt === failedAt ? failures + 1 : 1
      failedAt = standsAt
      if (isDeep(error)) deepLooks++
      const permanent = isDeep(error) ? deepLooks > 1 : !isTemporary(error)
      if (permanent || (options.once && failures >= onceAttempts)) throw error
      const askedMs = error instanceof ChainscreenError ? error.retryAfterMs : undefined
      const retryMs = retryDelayMs({ firstMs: firstRetryMs, longestMs: longestRetryMs }, failures, askedMs)
      options.onFailure?.(error, retryMs)
      return retryMs
    }
  }
  await startLoop(round, { signal }).ended
}

/** One look at the head, and everything up to it. @returns that head, if the cursor now stands on it; else `null`. */
async function advance(options: FollowerOptions): Promise<ChainHead | null> {
  const { source, store, signal } = options
  const head = await source.head(signal)
  const { cursor, startHeight } = store.state()
  const finalAt = (read: BlockRef | null) => finalHeight(read?.height ?? null, head, options.finality)
  const begin = startHeight ?? (options.start === 'latest' ? head.height : options.start)
  const from = cursor === null ? begin : cursor.height + 1
  if (from > head.height) {
    if (cursor === null) options.onAboveHead?.(from, head.height)
    if (cursor === null || cursor.hash === head.hash || store.blockAt(head.height)?.hash === head.hash) {
      // At the head, or the node is behind what we have already read from it: nothing to do but wait.
      await store.noteHead(head, finalAt(cursor))
      return head
    }
    refuseFarBehind(options, cursor, head)
    await reorganise(options, cursor, head)
    return null
  }
  for await (const blocks of readAhead(options, from, head, finalAt(cursor))) {
    const tip = store.state().cursor
    const linked = linkedPart(blocks, tip)
    const last = linked.at(-1)
    if (last !== undefined) {
      await reportRefusals(source, () => store.commit(linked, head, finalAt(last)))
      options.onProgress?.({ height: last.height, head: head.height })
    }
    const broken = blocks[linked.length]
    if (broken !== undefined) {
      const reached = last ?? tip
      if (reached !== null)
        await reorganise(options, reached, { hash: broken.parentHash, height: broken.height - 1 })
      return null
    }
    if (signal.aborted) return null
  }
  return head
}

/** The blocks up to the head. Where not even the first can be had, what the node says of its head is noted all the same. */
async function* readAhead(
  { source, store, signal, ...options }: FollowerOptions,
  from: number,
  head: ChainHead,
  final: number | null,
): AsyncGenerator<SourceBlock[]> {
  let any = false
  try {
    for await (const blocks of prefetch(source, from, head.height, {
      concurrency: options.prefetch,
      signal,
    })) {
      any = true
      yield blocks
    }
  } catch (error) {
    if (!any && !signal.aborted) await store.noteHead(head, final)
    throw error
  }
}

/** Until the next poll, or until the source thinks that there is something new. */
async function waitForNext({ source, pollMs, signal }: FollowerOptions, head: ChainHead): Promise<void> {
  const stop = new AbortController()
  const either = AbortSignal.any([signal, stop.signal])
  const poll = pause(pollMs, either)
  // A hint that fails is no hint; the poll comes in any case.
  const hint = source.waitForHead?.(head, either).catch(() => poll)
  await Promise.race(hint === undefined ? [poll] : [poll, hint])
  stop.abort()
}

/** A node that resyncs has a head that lies below everything we could compare: that is no reorg. */
function refuseFarBehind({ store, source }: FollowerOptions, cursor: BlockRef, head: ChainHead): void {
  if (store.blockAt(head.height) !== undefined) return
  throw new ChainscreenError(
    'node-syncing',
    `The head of ${source.endpoint} is at height ${head.height}, far below the cursor ${cursor.height}: the node seems to be syncing.`,
  )
}

/**
 * The hash window reaches down to what is final. Where it does not, since a higher block counted as final when it was
 * written, the headers that the cursor's block builds on are asked for, as far as the node has them.
 */
async function refillWindow({ source, store, signal }: FollowerOptions): Promise<void> {
  const { cursor, startHeight, finalHeight } = store.state()
  if (cursor === null) return
  const lowest = Math.max(startHeight ?? 0, finalHeight ?? 0)
  const found: BlockRef[] = []
  for (let child = cursor; child.height > lowest; ) {
    const known = store.blockAt(child.height - 1)
    const parent = known ?? (child.parentHash === '' ? null : await source.header(child.parentHash, signal))
    if (parent === null || parent.height !== child.height - 1) break
    if (known === undefined) found.push(parent)
    child = parent
  }
  if (found.length > 0) await store.remember(found)
}

/** The blocks from the first on that follow on the tip, each on the one before. */
function linkedPart(blocks: readonly SourceBlock[], tip: BlockRef | null): SourceBlock[] {
  let parent = tip
  const broken = blocks.findIndex((block) => {
    const follows =
      parent === null || (block.parentHash === parent.hash && block.height === parent.height + 1)
    parent = block
    return !follows
  })
  return blocks.slice(0, broken === -1 ? undefined : broken)
}

async function reorganise(
  options: FollowerOptions,
  from: BlockRef,
  newBranch: Pick<BlockRef, 'hash' | 'height'>,
): Promise<void> {
  const { source, store, signal } = options
  const { startHeight, finalHeight } = store.state()
  const known = {
    lowest: Math.min(startHeight ?? 0, store.lowestOpen() ?? Number.POSITIVE_INFINITY),
    finalHeight,
    hashAt: (height: number) => store.hashAt(height),
  }
  const fork = await walkBack(source, known, newBranch, signal)
  if (fork?.hash === from.hash) return
  await store.rollBack(fork)
  await options.onReorg?.(from, fork)
}

function isDeep(error: unknown): boolean {
  return error instanceof ChainscreenError && error.code === 'deep-reorg'
}
