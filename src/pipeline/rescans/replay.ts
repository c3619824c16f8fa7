import { type Finality, finalHeight, hashUnderDepth } from '../../chains/final-height.ts'
import { prefetch } from '../../chains/prefetch.ts'
import { type ChainSource, reportRefusals, type SourceBlock } from '../../chains/source.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { keptHash } from '../../ledger/blocks/block-hashes.ts'
import { blockAt, readChainState } from '../../ledger/blocks/chain.ts'
import { commitReplay, type ReplayProgress } from '../../ledger/blocks/commit-replay.ts'
import { commitHead, type StepCounts } from '../../ledger/blocks/commit-step.ts'
import { endCoveredReplays } from '../../ledger/blocks/replays.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { type ChainContext, partsAtFreezes } from '../blocks/ledger-store.ts'
import { rereadWhole, type ScreenedAt, screenAndWiden } from '../blocks/screen-blocks.ts'

export interface ReplayRange {
  from: number
  to: number
  prefetch: number
  finality: Finality
  /** The row of `replays` that this is done for. */
  job?: number
  signal?: AbortSignal
  onProgress?: (height: number) => void
}

/**
 * Screens a historic range again, the way a block goes at the tip. Same ids, no duplicates.
 *
 * @param source is open.
 * @returns how many alerts are new, reinstated, or existed already.
 * @throws `usage` for a range that is neither behind the cursor nor final: only the follower may go there, since
 * only it takes back what a reorg undoes. `wrong-chain` when the node's blocks are not those of the ledger.
 */
export async function replay(
  chainContext: ChainContext,
  source: ChainSource,
  range: ReplayRange,
): Promise<StepCounts> {
  const context = { ...chainContext, reread: rereadWhole(source, range.signal) }
  const { db, chain, now } = context
  if (range.from > range.to) {
    throw new ChainscreenError(
      'usage',
      `Blocks ${range.from} to ${range.to} are no range; expected --from ≤ --to.`,
    )
  }
  const head = await source.head(range.signal)
  // What the node says: enough to refuse a range, and not to call a block final.
  const final = finalHeight(head.height, head, range.finality)
  const { cursor } = readChainState(db, chain.id)
  const last = Math.max(cursor?.height ?? -1, final ?? -1)
  if (range.to > last) {
    throw new ChainscreenError(
      'usage',
      `--to ${range.to} is above ${last}, the last block of ${chain.id} that is final or was followed: a reorg there would not be noticed. Let \`run\` go there first.`,
    )
  }
  const settled =
    range.to > (cursor?.height ?? -1)
      ? { height: range.to, hash: await hashUnderDepth(source, range.to, range.finality, range.signal) }
      : undefined
  const total: StepCounts = { created: 0, reinstated: 0, known: 0 }
  const progress: ReplayProgress = { row: undefined, terms: '' }
  const signal = range.signal ? { signal: range.signal } : {}
  let parent: string | undefined
  for await (const blocks of prefetch(source, range.from, range.to, {
    concurrency: range.prefetch,
    ...signal,
  })) {
    const before = parent
    const { job = null } = range
    const write = (screened: ScreenedAt, isOver: () => boolean) => {
      // A follower beside may have moved to another branch at any moment before this one.
      refuseOtherBranch(context, blocks, { before, final, settled })
      return commitReplay(db, chain, { ...screened, at: now(), replay: job }, progress, isOver)
    }
    for (const part of partsAtFreezes(blocks)) {
      const counts = await reportRefusals(source, () => screenAndWiden(context, part, write, job))
      total.created += counts.created
      total.reinstated += counts.reinstated
      total.known += counts.known
    }
    parent = blocks.at(-1)?.hash
    const height = blocks.at(-1)?.height
    if (height !== undefined) range.onProgress?.(height)
  }
  // Once blocks are followed, only the follower says what of them is final: it knows whether the node is still on
  // the branch that the ledger holds.
  if (cursor === null) {
    const step = { head, finalHeight: range.to, windowFrom: range.to, at: now() }
    await inTurn(db, () => commitHead(db, chain, step))
  }
  await inTurn(db, () => endCoveredReplays(db, chain.id, now()))
  return total
}

/**
 * @param known.before the hash of the block before, where it was read. @param known.final height of the node's final block.
 * @param known.settled a block that is proved to be final.
 */
function refuseOtherBranch(
  { db, chain }: ChainContext,
  blocks: readonly SourceBlock[],
  known: {
    before: string | undefined
    final: number | null
    settled: { height: number; hash: string } | undefined
  },
): void {
  const last = Math.max(readChainState(db, chain.id).cursor?.height ?? -1, known.final ?? -1)
  let { before } = known
  for (const block of blocks) {
    const { height } = block
    const ours =
      blockAt(db, chain.id, height)?.hash ??
      (known.settled?.height === height ? known.settled.hash : keptHash(db, chain.id, height))
    const child = blockAt(db, chain.id, height + 1)?.parentHash
    const parent = before ?? keptHash(db, chain.id, height - 1)
    const isOther = [ours, child].some((hash) => hash !== undefined && hash !== block.hash)
    if (isOther || height > last || (parent !== undefined && block.parentHash !== parent)) {
      throw new ChainscreenError(
        'wrong-chain',
        `The node's block ${height} (${block.hash}) is not on the branch that the ledger follows: let \`run\` catch up with the reorg, then replay.`,
      )
    }
    before = block.hash
  }
}
