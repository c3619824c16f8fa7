import { setImmediate } from 'node:timers/promises'
import type { FreezeReader, FreezesOfBlock } from '../../chains/source.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { Db } from '../../ledger/database.ts'
import { commitPast, nextPastRange, type PastRange } from '../../ledger/freezes/freeze-past.ts'
import { inTurn } from '../../ledger/write-turns.ts'

/** How many blocks a node is asked to look through at first, and at most. It is asked for twice as many each time. */
const firstSize = 1_000
const largestSize = 200_000
/** Blocks read at the same time: the follower of the same chain asks the same node. */
const readAtOnce = 4

/** Freezes that one transaction takes over, about: some tens of milliseconds, in which no follower can write. */
const freezesAtOnce = 100

/** What a node was last asked for: it goes on with as much after a failure. */
export interface PastPace {
  size: number
}

export function newPace(): PastPace {
  return { size: firstSize }
}

/**
 * Reads what issuers froze in final blocks before those that were followed: range by range, each of them one
 * transaction, or several where it holds much, with how far that brings the list. Wherever it is broken off, it goes
 * on from there.
 *
 * @param options.pace carried on from call to call.
 * @returns how many ranges it read: 0 = there is nothing to read (yet).
 * @throws what the reader throws, and `node-missing-data` where a node refuses even one block.
 */
export async function readPastFreezes(
  db: Db,
  chain: { id: string },
  reader: FreezeReader,
  options: { now: () => string; signal: AbortSignal; pace: PastPace },
): Promise<number> {
  const { now, signal, pace } = options
  for (let ranges = 0; ; ranges++) {
    const range = signal.aborted ? null : nextPastRange(db, chain.id, pace.size)
    if (range === null) return ranges
    const blocks = await readRange(reader, range, signal, pace)
    if (blocks === null) continue
    for (const part of partsOf(range, blocks)) {
      await inTurn(db, () => commitPast(db, chain, part.range, part.blocks, now()))
      // The follower of the same process has a turn.
      await setImmediate()
    }
  }
}

/** A range and its blocks, which are in order, cut behind blocks so that no part holds much more than {@link freezesAtOnce}. */
function* partsOf(
  range: PastRange,
  blocks: readonly FreezesOfBlock[],
): Generator<{ range: PastRange; blocks: FreezesOfBlock[] }> {
  let { from } = range
  let part: FreezesOfBlock[] = []
  let freezes = 0
  for (const block of blocks) {
    if (freezes >= freezesAtOnce) {
      yield { range: { ...range, from, to: block.height - 1 }, blocks: part }
      from = block.height
      part = []
      freezes = 0
    }
    part.push(block)
    freezes += block.freezes.length
  }
  yield { range: { ...range, from }, blocks: part }
}

/** @returns `null` when the node refuses so many at once. */
async function readRange(
  reader: FreezeReader,
  range: PastRange,
  signal: AbortSignal,
  pace: PastPace,
): Promise<FreezesOfBlock[] | null> {
  const asked = range.to - range.from + 1
  try {
    const found = await reader.find(range.contracts, range.from, range.to, signal)
    if ('refused' in found) {
      if (asked === 1) throw refusedAltogether(found.refused)
      pace.size = Math.ceil(asked / 2)
      return null
    }
    const blocks: FreezesOfBlock[] = []
    for (let i = 0; i < found.blocks.length; i += readAtOnce) {
      const some = found.blocks.slice(i, i + readAtOnce)
      blocks.push(
        ...(await Promise.all(
          some.map(async ({ height, hash }) => asNamed(await reader.read(height, signal), hash)),
        )),
      )
    }
    pace.size = Math.min(Math.max(pace.size, asked) * 2, largestSize)
    return blocks
  } catch (error) {
    // Too much for the time it had, perhaps.
    pace.size = Math.max(1, Math.ceil(asked / 2))
    throw error
  }
}

/**
 * The index of logs and the blocks of one node can be of two branches, or of two nodes behind one address. Of one branch, it
 * can name an event that the receipts of the block do not have: which of the two is wrong is not known.
 */
function asNamed(block: FreezesOfBlock, hash: string): FreezesOfBlock {
  const isFound = block.freezes.length > 0 || block.unscreened.some(({ what }) => what === 'freeze')
  if (block.hash === hash)
    return isFound ? block : { ...block, unscreened: [...block.unscreened, notInReceipts] }
  throw new ChainscreenError(
    'node-bad-answer',
    `The node's index of logs has block ${block.height} as ${hash}, and the node has it as ${block.hash}: it is not consistent, it will be asked again.`,
  )
}

const notInReceipts = {
  what: 'freeze',
  reason: 'the node’s index of logs names an issuer’s event in this block, and its receipts have none',
}

function refusedAltogether(reason: string): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `Past freezes can't be read: ${reason} Use a node that serves eth_getLogs for all blocks of the past, or set \`from\` of the list higher.`,
  )
}
