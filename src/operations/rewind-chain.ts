import PQueue from 'p-queue'
import type { ChainSource } from '../chains/source.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import { heightsWithoutHash, keptHash } from '../ledger/blocks/block-hashes.ts'
import { blockAt, type Chain, type ChainState, readChainState } from '../ledger/blocks/chain.ts'
import { coverageOver, type RewindImpact, rewind, rewindImpact } from '../ledger/blocks/roll-back.ts'
import type { Db } from '../ledger/database.ts'
import { inTurn } from '../ledger/write-turns.ts'
import type { BlockRef } from '../screening/types.ts'

export interface RewindRequest {
  /** The height that the chain stands on afterwards. */
  to: number
  actor: string
  note: string | null
  /** Only says what would be taken back. */
  dryRun: boolean
  /** Now, ISO-8601. */
  at: string
  signal?: AbortSignal
  /** Told how many hashes were asked of the node, and of how many. */
  onProgress?: (done: number, total: number) => void
}

export interface RewindOutcome extends RewindImpact {
  /** The cursor before. */
  from: Pick<BlockRef, 'height' | 'hash'>
  to: Pick<BlockRef, 'height' | 'hash'>
  /** Blocks whose hashes the ledger had not kept, and whose digest is folded from the node's. */
  refolded: number
}

/**
 * Accepts a reorg deeper than final. The target is a block of the node's chain, and of the ledger's where the ledger kept its
 * hash.
 *
 * @param source is open, and of the chain's genesis.
 * @throws ChainscreenError `usage` for a target that is not below the cursor, lies below where following began, or that
 * the two chains do not share: then with the highest that they do. `node-missing-data` where the node has no such block.
 */
export async function rewindChain(
  db: Db,
  chain: Chain,
  source: Pick<ChainSource, 'hashAt' | 'header' | 'endpoint'>,
  request: RewindRequest,
): Promise<RewindOutcome> {
  const { cursor, startHeight } = readChainState(db, chain.id)
  const from = refuseOutside(chain, { cursor, startHeight }, request.to)
  const to = await sharedBlock(db, chain, source, request)
  const lowest = Math.min(to.height, ...coverageOver(db, chain.id, to.height).map((row) => row.from))
  const missing = heightsWithoutHash(db, chain.id, lowest, to.height)
  if (request.dryRun) {
    return { ...rewindImpact(db, chain.id, to.height), from, to, refolded: missing.length }
  }
  const served = await askHashes(source, missing, request)
  const { actor, note, at } = request
  const impact = await inTurn(db, () => rewind(db, chain, { to, served, actor, note, at }))
  return { ...impact, from, to, refolded: missing.length }
}

function refuseOutside(
  chain: Chain,
  { cursor, startHeight }: Pick<ChainState, 'cursor' | 'startHeight'>,
  to: number,
): BlockRef {
  if (cursor === null) {
    throw new ChainscreenError(
      'usage',
      `No block of ${chain.id} was followed yet: there is nothing to rewind.`,
    )
  }
  if (to >= cursor.height || to < (startHeight ?? 0)) {
    throw new ChainscreenError(
      'usage',
      `--to ${to} is no block to rewind ${chain.id} to; expected a height from ${startHeight ?? 0}, where following began, to ${cursor.height - 1}, the last one below the cursor.`,
    )
  }
  return cursor
}

/** The block at the target, as the node has it. */
async function sharedBlock(
  db: Db,
  chain: Chain,
  source: Pick<ChainSource, 'hashAt' | 'header' | 'endpoint'>,
  { to, signal }: RewindRequest,
): Promise<BlockRef> {
  const hash = await source.hashAt(to, signal)
  const header = hash === null ? null : await source.header(hash, signal)
  if (header === null) {
    throw new ChainscreenError(
      'node-missing-data',
      `The node at ${source.endpoint} has no block ${to} of ${chain.id}: name a height that it has, or wait until it is in sync.`,
    )
  }
  const ours = storedHash(db, chain.id, to)
  if (ours === undefined || ours === header.hash) return header
  const shared = await highestShared(db, chain.id, source, to - 1, signal)
  throw new ChainscreenError(
    'usage',
    `Block ${to} of the ledger (${ours}) is not on the node's chain, which has ${header.hash} there: ` +
      (shared === null
        ? 'the ledger has no block that both have.'
        : `the highest block that both have is ${shared}: --to ${shared}.`),
  )
}

function storedHash(db: Db, chain: string, height: number): string | undefined {
  return blockAt(db, chain, height)?.hash ?? keptHash(db, chain, height)
}

/** Below a shared block all are shared, so halving finds the highest one. */
async function highestShared(
  db: Db,
  chain: string,
  source: Pick<ChainSource, 'hashAt'>,
  below: number,
  signal: AbortSignal | undefined,
): Promise<number | null> {
  let low = readChainState(db, chain).startHeight ?? 0
  let high = below
  let found: number | null = null
  while (low <= high) {
    const middle = Math.floor((low + high) / 2)
    const ours = storedHash(db, chain, middle)
    // A height whose hash was not kept can't be told apart: what is above it may still be shared.
    if (ours === undefined) low = middle + 1
    else if ((await source.hashAt(middle, signal)) === ours) {
      found = middle
      low = middle + 1
    } else high = middle - 1
  }
  return found
}

async function askHashes(
  source: Pick<ChainSource, 'hashAt'>,
  heights: readonly number[],
  { signal, onProgress }: RewindRequest,
): Promise<Pick<BlockRef, 'height' | 'hash'>[]> {
  const queue = new PQueue({ concurrency: 8 })
  const served: Pick<BlockRef, 'height' | 'hash'>[] = []
  let done = 0
  await queue.addAll(
    heights.map((height) => async () => {
      signal?.throwIfAborted()
      const hash = await source.hashAt(height, signal)
      // A chain may have heights without a block.
      if (hash !== null) served.push({ height, hash })
      onProgress?.(++done, heights.length)
    }),
  )
  return served
}
