import type { RecordedBlock, RecordingHeader } from './format.ts'

/** What the recorder needs of one chain family. */
export interface Recorder {
  readonly header: RecordingHeader
  /** Answers that were asked for and that this node does not have. */
  readonly missing: readonly string[]
  headHeight(): Promise<number>
  /** The best chain's hash at a height. */
  hashAt(height: number): Promise<string>
  /** Everything about a block, asked by its hash. */
  block(hash: string, height: number): Promise<RecordedBlock>
  /** The finalized block, where the chain has one. */
  finalized(): Promise<{ height: number; hash: string } | null>
  /** Branches that lost and that the node still has whole, in ascending order of their heads. */
  staleBranches(): Promise<readonly StaleBranch[]>
}

export interface StaleBranch {
  /** The last height it shares with the best chain. */
  forkHeight: number
  /** From `forkHeight + 1` upwards. */
  hashes: readonly string[]
}
