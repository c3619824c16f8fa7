import type { Key } from '../address/key.ts'
import type { BlockRef, FreezeNotice } from '../screening/types.ts'
import type { Unscreened } from './source.ts'

/** Blocks that a node's index of logs names; or why it does not answer for so many at once. */
export type FoundBlocks = { blocks: readonly FoundBlock[] } | { refused: string }

/** In which block the node says that there is a notice. */
export interface FoundBlock {
  height: number
  hash: string
}

/** What token contracts say of accounts in one block. */
export interface FreezesOfBlock extends BlockRef {
  freezes: readonly FreezeNotice[]
  /** Notices that can't be read, and what of the block can't be proved. */
  unscreened: readonly Unscreened[]
}

/** What is known of one contract, for `doctor`. */
export type ContractCheck = 'no code' | 'no answer' | 'answers'

/**
 * Reads what issuers froze before a block was followed. A node's index says in which blocks to look: what it leaves out,
 * nothing can prove; what it names is read from the block itself, proved like any other. Methods reject as those of a
 * source do.
 */
export interface FreezeReader {
  /** Blocks of a range with notices of these contracts (lower-case), in order. */
  find(contracts: readonly string[], from: number, to: number, signal?: AbortSignal): Promise<FoundBlocks>
  /** The notices of one block, by all the contracts that its source watches. */
  read(height: number, signal?: AbortSignal): Promise<FreezesOfBlock>
  /**
   * What the contract itself answers of an account, after a block; `null` where it knows no such question, or the node
   * does not have that state.
   */
  isFrozen(contract: string, account: Key, blockHash: string, signal?: AbortSignal): Promise<boolean | null>
  check(contract: string, signal?: AbortSignal): Promise<ContractCheck>
}
