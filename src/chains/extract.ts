import type { Key } from '../address/key.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { OwnLookup } from '../screening/types.ts'
import { type BitcoinContent, blockClaimants, extractBitcoin } from './bitcoin/extract-block.ts'
import { type EvmContent, extractEvm } from './evm/extract/extract.ts'
import { nonceClaimants } from './evm/mempool/account-nonce.ts'
import { type Claimant, type Extraction, RefusedBlock, type SourceBlock } from './source.ts'

/** A block that no node served, such as the canary's: what is found in it is known beforehand. */
export interface MadeUpContent {
  family: 'made-up'
  extraction: Extraction
  conflicts?: readonly Claimant[]
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

/** Which of these claims (see `PendingTransaction`) the transactions of a block use, and which transaction does. Pure. */
export function conflictsIn(
  { content }: Pick<SourceBlock, 'content'>,
  claims: ReadonlySet<string>,
): Claimant[] {
  switch (content.family) {
    case 'evm':
      return nonceClaimants(content.block.transactions, claims)
    case 'bitcoin':
      return blockClaimants(content, claims)
    case 'made-up':
      return (content.conflicts ?? []).filter(({ claim }) => claims.has(claim))
  }
}
