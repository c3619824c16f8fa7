import type { Key } from '../address/key.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { BlockRef, FreezeNotice, ScreenableTx } from '../screening/types.ts'
import type { BlockContent, PendingContent } from './extract.ts'

/** How much of a block was read. `full`: every movement the chain knows. `logs`: EVM without call traces. `outputs`: Bitcoin without previous outputs. */
export type CoverageLevel = 'full' | 'logs' | 'outputs'

/** Something in a block that was not, or could not be, screened. Becomes a row in `unscreened`. */
export interface Unscreened {
  /** A short stable word, such as `traces`. */
  what: string
  reason: string
  /** Where one transaction alone is meant: its hash, as in {@link ScreenableTx}. Everything else in the block was screened. */
  txHash?: string
}

/** What a block holds for some own addresses. */
export interface Extraction {
  /** What moved value between them and others. */
  transactions: readonly ScreenableTx[]
  /** What of a transaction that names one of them, or can't be told not to, was not understood or is not proved. */
  unscreened: readonly Unscreened[]
  /** Logs that name some of them, and that no decoder knows: screened all the same, and counted, so that a decoder can follow. */
  undecoded?: readonly UndecodedCount[]
  /** The own addresses that it names, also where own money only moved to own addresses, and no transfer tells. */
  used?: readonly Key[]
}

/** How many undecoded logs of one kind a block holds. */
export interface UndecodedCount {
  /** The contract that wrote them, and their first topic (empty: without topics). Both empty: kinds that are not told apart. */
  contract: string
  topic: string
  logs: number
}

/** A block as one node served it, whole, and not yet looked through: data, without behaviour. See `extract` of `extract.ts`. */
export interface SourceBlock extends BlockRef {
  level: CoverageLevel
  /**
   * Of an EVM block with transactions: its call traces were read; none are wanted, or the node has none; or why they could not
   * be read this time (`away`), as a sentence without secrets.
   */
  traces?: 'read' | 'none' | { away: string }
  unscreened: readonly Unscreened[]
  /** Something of a transaction is not understood, also when it was asked for again: another node may serve it better. */
  hasUnreadable?: boolean
  /** Nothing of it was proved (`verify: off`): it does not answer for an earlier reading that was `unverified`. */
  unproved?: boolean
  /** Bytes the node sent for it. */
  bytes: number
  content: BlockContent
  /** Which node of a pool served it, by its place in the config. */
  node?: number
  /** What can't touch own addresses was left out or marked, with all that are own up to this revision: see `reduce` of `reduce.ts`. */
  ownRevision?: number
  /** What the token contracts that the source watches say of accounts, in the order of the block. */
  freezes?: readonly FreezeNotice[]
}

/** An outpoint or nonce, and the hash of the transaction that spends it. */
export interface Conflict {
  spent: string
  by: string
}

/** An unconfirmed transaction, as one node served it: data, as a block is. See `extractPending` of `extract.ts`. */
export interface PendingTransaction {
  hash: string
  /** What can be spent once: `txid:n` of a Bitcoin output, `0x…:nonce` of an EVM account. Of two transactions that spend the same, one can be mined. */
  spends: readonly string[]
  content: PendingContent
}

/** The mempool of one node, as it was when the node was asked. */
export interface Mempool {
  /**
   * Hashes of the node's best block before and after the answer: one where it stayed the same, two where a block came
   * meanwhile. `null` where the list is not known to be whole.
   */
  tips: readonly string[] | null
  hashes: readonly string[]
  /** The transactions themselves, proved by their hashes. One that left meanwhile, or that can't be understood without what the node does not tell now, is left out. */
  read(hashes: readonly string[], signal?: AbortSignal): Promise<PendingTransaction[]>
}

export interface ChainHead {
  height: number
  hash: string
  /** Height of the node's `finalized` block, where the chain has the tag and the node serves it. */
  finalized: number | null
}

/** What a node is and can do; shown by `doctor` and at start. */
export interface SourceInfo {
  /** Such as `/Satoshi:30.0.0/` or `anvil/v1.7.1`. */
  client: string
  /** How blocks are read, in a few words: `REST block + spenttxouts`. */
  reads: string
  /** An EVM node that serves call traces. */
  traces?: true
  genesisHash: string
}

/** One thing that a node was tried for. */
export interface Trial {
  state: 'ok' | 'warn' | 'fail'
  /** A sentence that names the node. */
  found: string
  /** What to change, where something is wrong. */
  advice: string | null
  /** Of the trial of the block that is due: whether the node has it. Absent if that is not known, and for other trials. */
  block?: 'served' | 'missing'
}

/** @see ChainSource.block */
export interface BlockOptions {
  /** From `hashOf`, where it is known. */
  hash?: string | undefined
  /** Also where other threads read: leaves nothing out of it that touches no own address. */
  whole?: boolean | undefined
}

/** @see ChainSource.release */
export interface ReleaseOptions {
  /** The memory comes back from another thread, which makes other objects of it. */
  returned?: boolean
}

/**
 * What a follower reads one chain through. Methods reject with a `ChainscreenError`: `node-unreachable`,
 * `node-auth`, `node-syncing`, `wrong-chain`, `node-missing-data`, `node-bad-answer`.
 */
export interface ChainSource {
  /** CAIP-2 (https://chainagnostic.org/CAIPs/caip-2): `eip155:1`, `bip122:000000000019d6689c085ae165831e93`. */
  readonly caip2: string
  /** Scheme and host of the node, safe to print. */
  readonly endpoint: string
  /** Checks that the node is there, synced and of the right chain, and chooses how to read it. */
  open(signal?: AbortSignal): Promise<SourceInfo>
  head(signal?: AbortSignal): Promise<ChainHead>
  /** Waits until the node may have another head than this one. A hint at best: it may come late, for nothing, or never. */
  waitForHead?(current: ChainHead, signal: AbortSignal): Promise<void>
  /** The hash of the best chain's block at this height, or `null` where the node has none. */
  hashAt(height: number, signal?: AbortSignal): Promise<string | null>
  /** The block's header by its hash, or `null` if the node does not know it. */
  header(hash: string, signal?: AbortSignal): Promise<BlockRef | null>
  /** Reads what was frozen before; absent where no chain of its kind knows of such a thing. */
  readonly freezes?: FreezeReader
  /**
   * The hash by which `block` asks for the block at this height: for who has another source of the same node read it. Absent where
   * blocks are asked for by height.
   */
  hashOf?(height: number, signal?: AbortSignal): Promise<string>
  /** The whole block that the node holds for the best chain at this height, everything about it asked by its hash. */
  block(height: number, signal?: AbortSignal, options?: BlockOptions): Promise<SourceBlock>
  /** Takes back the memory of a block of its. To be called, if at all, by whoever is done with it: nothing can be extracted after it. */
  release?(block: SourceBlock, options?: ReleaseOptions): void
  /**
   * Extraction found a block of this source untrue: another node is asked, where there is one, and what is secret is taken out of
   * the error.
   */
  refuse?(block: SourceBlock, error: unknown): void
  /** The unconfirmed transactions. Absent where this can't be asked. @throws `node-missing-data` where the node has no such feed. */
  mempool?(signal?: AbortSignal): Promise<Mempool>
  /** For `doctor`, once it is open: what the next blocks, and the first reorg, will need of the node. @param next the height of the block that is due. */
  tryOut?(next: number, signal?: AbortSignal): Promise<Trial[]>
  close(): Promise<void>
}

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

/** Extraction found that the node lied in a block. The block is refused; {@link reportRefusals} has another node asked. */
export class RefusedBlock extends ChainscreenError {
  readonly block: SourceBlock

  constructor(block: SourceBlock, { code, message, details, cause }: ChainscreenError) {
    super(code, message, { details, cause })
    this.block = block
  }
}

/**
 * Runs work that extracts blocks of a source, and reports a block that is refused in it to the source.
 *
 * @throws what the work throws.
 */
export async function reportRefusals<T>(
  source: Pick<ChainSource, 'refuse'>,
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedBlock) source.refuse?.(error.block, error)
    throw error
  }
}
