import type { ChainSource } from '../../chains/source.ts'
import type { ChainConfig } from '../../config/chains.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { pendingLookback, queueLookback } from '../../ledger/own/lookbacks.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { openSource } from '../blocks/create-source.ts'
import type { ChainContext } from '../blocks/ledger-store.ts'
import { firstServed, missingBlocks } from './rescan-now.ts'

/**
 * Times of Bitcoin's blocks do not grow strictly: each may be two hours ahead of the clock, and is later than the median of the
 * eleven before it alone (https://en.bitcoin.it/wiki/Block_timestamp). The search begins earlier by as much.
 */
const slackSeconds = { bitcoin: 7_200, evm: 0 } as const

/**
 * Turns what own sources asked for since the last time into a rescan: finds the first block of that time, with some 25 pairs of calls.
 * Blocks that the node does not have are left out, and the log says which.
 *
 * @throws what the node throws; it is asked again then.
 */
export async function resolveLookback(
  { db, chain, now }: ChainContext,
  config: ChainConfig,
  { freezeContracts, log, signal }: { freezeContracts: readonly string[]; log: Log; signal: AbortSignal },
): Promise<void> {
  const asked = pendingLookback(db, chain.id)
  if (asked === null) return
  const { cursor, startHeight } = readChainState(db, chain.id)
  let from: number | null = null
  if (cursor !== null) {
    const source = await openSource(config, { freezeContracts }, signal)
    try {
      const range = { from: startHeight ?? 0, to: cursor.height }
      from = await firstBlockSince(source, asked.since - slackSeconds[config.type], range, signal)
    } finally {
      await source.close()
    }
    if (from !== null) from = await firstThatIsServed(config, from, cursor.height, { log, signal })
  }
  const first = from
  await inTurn(db, () => queueLookback(db, chain.id, asked, first, now()))
}

/**
 * The first block of a range that is not older than a time.
 *
 * @param time unix seconds. @returns `null` where none is.
 * @throws ChainscreenError `node-missing-data` where the node does not have a block of the range.
 */
export async function firstBlockSince(
  source: Pick<ChainSource, 'hashAt' | 'header'>,
  time: number,
  { from, to }: { from: number; to: number },
  signal?: AbortSignal,
): Promise<number | null> {
  let low = from
  let high = to + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await timeOf(source, middle, signal)) < time) low = middle + 1
    else high = middle
  }
  return low > to ? null : low
}

async function timeOf(
  source: Pick<ChainSource, 'hashAt' | 'header'>,
  height: number,
  signal?: AbortSignal,
): Promise<number> {
  const hash = await source.hashAt(height, signal)
  const header = hash === null ? null : await source.header(hash, signal)
  if (header !== null) return header.time
  throw new ChainscreenError(
    'node-missing-data',
    `The node has no block ${height}, which is needed to find the first one to rescan for new own addresses.`,
  )
}

async function firstThatIsServed(
  config: ChainConfig,
  height: number,
  last: number,
  { log, signal }: { log: Log; signal: AbortSignal },
): Promise<number> {
  if ((await missingBlocks(config, [height], signal)).size === 0) return height
  const first = await firstServed(config, height, last, signal)
  if (first === null)
    throw new ChainscreenError(
      'node-missing-data',
      `The node does not have blocks ${height} to ${last}, which are to be rescanned for new own addresses.`,
    )
  log.warn(
    { chain: config.id, from: height, to: first - 1 },
    `${config.id}: blocks ${height} to ${first - 1} can't be rescanned for new own addresses: the node does not have them`,
  )
  return first
}
