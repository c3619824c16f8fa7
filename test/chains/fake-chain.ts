import type { ChainHead, ChainSource, SourceBlock, SourceInfo, Unscreened } from '../../src/chains/source.ts'
import { ChainscreenError, type ErrorCode } from '../../src/diagnostics/errors.ts'
import type { BlockRef } from '../../src/screening/types.ts'
import { listedDeposit } from '../ledger/fixtures.ts'

/** A block, and the listed deposits in it by transaction hash. */
export interface FakeBlock extends BlockRef {
  transactions: readonly string[]
}

/**
 * A node that holds a tree of blocks in memory and follows whichever tip it is told to. Hashes are readable: `a7` is
 * block 7 of branch a. Where nothing else is said, block 7 holds one listed deposit, `0x7`, on every branch.
 */
export class FakeChain implements ChainSource {
  readonly caip2 = 'eip155:1'
  readonly endpoint = 'http://fake:8545'
  readonly blocks = new Map<string, FakeBlock>()
  tip: FakeBlock
  finalized: number | null = null
  unscreened: readonly Unscreened[] = []
  hasUnreadable = false
  /** Called before every answer; what it throws is the answer. */
  onCall: (call: 'open' | 'head' | 'header' | 'block', height?: number) => void = () => {}
  readonly calls = { open: 0, head: 0, header: 0, block: 0 }

  constructor(genesis = 'a') {
    this.tip = this.#add(genesis, 0, '', [])
  }

  /** Adds blocks on top of a block, and makes the last one the tip. */
  mine(
    count: number,
    branch = 'a',
    on: BlockRef = this.tip,
    transactions: (height: number) => readonly string[] = (height) => [`0x${height}`],
  ): FakeBlock {
    let parent = on
    for (let height = on.height + 1; height <= on.height + count; height++) {
      parent = this.#add(branch, height, parent.hash, transactions(height))
    }
    this.tip = this.at(parent.hash)
    return this.tip
  }

  /** A block by its hash. */
  at(hash: string): FakeBlock {
    const block = this.blocks.get(hash)
    if (block === undefined) throw new Error(`no block ${hash}`)
    return block
  }

  /** The blocks from genesis to a block. */
  branch(to: FakeBlock = this.tip): FakeBlock[] {
    const blocks = [to]
    for (let first = to; first.height > 0; ) {
      first = this.at(first.parentHash)
      blocks.unshift(first)
    }
    return blocks
  }

  async open(): Promise<SourceInfo> {
    this.#called('open')
    return { client: 'fake', reads: 'memory', genesisHash: 'a0' }
  }

  async head(): Promise<ChainHead> {
    this.#called('head')
    return { height: this.tip.height, hash: this.tip.hash, finalized: this.finalized }
  }

  async hashAt(height: number): Promise<string | null> {
    return this.branch()[height]?.hash ?? null
  }

  async header(hash: string): Promise<BlockRef | null> {
    this.#called('header', this.blocks.get(hash)?.height)
    return this.blocks.get(hash) ?? null
  }

  async block(height: number, signal?: AbortSignal): Promise<SourceBlock> {
    this.#called('block', height)
    signal?.throwIfAborted()
    const block = this.branch()[height]
    if (block === undefined) throw nodeError('node-missing-data')
    return this.sourceBlock(block)
  }

  sourceBlock({ transactions, ...ref }: FakeBlock): SourceBlock {
    return {
      ...ref,
      level: 'full',
      unscreened: this.unscreened,
      hasUnreadable: this.hasUnreadable,
      bytes: 1,
      content: {
        family: 'made-up',
        extraction: { transactions: transactions.map(listedDeposit), unscreened: [] },
      },
    }
  }

  async close(): Promise<void> {}

  #called(call: 'open' | 'head' | 'header' | 'block', height?: number): void {
    this.calls[call]++
    this.onCall(call, height)
  }

  #add(branch: string, height: number, parentHash: string, transactions: readonly string[]): FakeBlock {
    const time = 1_700_000_000 + height * 12
    const block = { height, hash: `${branch}${height}`, parentHash, time, transactions }
    if (this.blocks.has(block.hash)) throw new Error(`${block.hash} is there already`)
    this.blocks.set(block.hash, block)
    return block
  }
}

/** What a source rejects with. */
export function nodeError(code: ErrorCode = 'node-unreachable'): ChainscreenError {
  return new ChainscreenError(code, `the fake node says ${code}`)
}
