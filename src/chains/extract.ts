import type { Key } from '../address/key.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { OwnLookup, ScreenableTx } from '../screening/types.ts'
import {
  type BitcoinContent,
  type BitcoinPending,
  bitcoinConflicts,
  extractBitcoin,
  extractBitcoinPending,
} from './bitcoin/extract-block.ts'
import {
  type EvmContent,
  type EvmPending,
  evmConflicts,
  extractEvm,
  extractEvmPending,
} from './evm/extract/extract.ts'
import {
  type Conflict,
  type Extraction,
  type PendingTransaction,
  RefusedBlock,
  type SourceBlock,
} from './source.ts'

/** A block that no node served, such as the canary's: what is found in it is known beforehand. */
export interface MadeUpContent {
  family: 'made-up'
  extraction: Extraction
  conflicts?: readonly Conflict[]
}

/**
 * What a node served of a block, checked, with all that extraction needs beside the own addresses. Data alone: a structured
 * clone of it, such as another thread receives, gives the same.
 */
export type BlockContent = EvmContent | BitcoinContent | MadeUpContent

/**
 * Finds what touches own addresses in a block, and what of that was not understood or is not proved. Pure: the same block and
 * the same own addresses give the same, however often it is called.
 *
 * @throws RefusedBlock `node-bad-answer` where the node lied about what touches own addresses.
 */
export function extract(block: SourceBlock, own: OwnLookup): Extraction {
  const used = new Set<Key>()
  const has = (key: Key) => {
    const isOwn = own.has(key)
    if (isOwn) used.add(key)
    return isOwn
  }
  try {
    const found = extractContent(block.content, { ...own, has })
    return { ...found, used: [...(found.used ?? []), ...used] }
  } catch (error) {
    throw error instanceof ChainscreenError ? new RefusedBlock(block, error) : error
  }
}

function extractContent(content: BlockContent, own: OwnLookup): Extraction {
  switch (content.family) {
    case 'evm':
      return extractEvm(content, own)
    case 'bitcoin':
      return extractBitcoin(content, own)
    case 'made-up':
      return content.extraction
  }
}

/** An unconfirmed transaction, with all that extraction needs beside the own addresses. Data alone, as a block's content. */
export type PendingContent = EvmPending | BitcoinPending | { family: 'made-up'; transaction: ScreenableTx }

/** As {@link extract}, of one unconfirmed transaction. @returns `null` where it moves nothing between own addresses and others. */
export function extractPending(
  { content }: Pick<PendingTransaction, 'content'>,
  own: OwnLookup,
): ScreenableTx | null {
  switch (content.family) {
    case 'evm':
      return extractEvmPending(content, own)
    case 'bitcoin':
      return extractBitcoinPending(content, own)
    case 'made-up':
      return content.transaction.transfers.some((transfer) => own.has(transfer.own))
        ? content.transaction
        : null
  }
}

/** Which of these outpoints and nonces (see `PendingTransaction`) a block spends, and which transaction of it does. Pure. */
export function conflictsIn(
  { content }: Pick<SourceBlock, 'content'>,
  spends: ReadonlySet<string>,
): Conflict[] {
  switch (content.family) {
    case 'evm':
      return evmConflicts(content, spends)
    case 'bitcoin':
      return bitcoinConflicts(content, spends)
    case 'made-up':
      return (content.conflicts ?? []).filter(({ spent }) => spends.has(spent))
  }
}
