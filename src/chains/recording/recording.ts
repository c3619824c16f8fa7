import type { BitcoinBlock, BitcoinHeader, EvmBlock, EvmHeader, RecordedView } from './format.ts'

/** A whole recording in memory; see `format.ts` for what its parts mean. */
export type Recording = EvmRecording | BitcoinRecording

export interface EvmRecording {
  readonly family: 'evm'
  readonly header: EvmHeader
  /** By hash. */
  readonly blocks: ReadonlyMap<string, EvmBlock>
  /** In the order in which they were seen; at least one. */
  readonly views: readonly RecordedView[]
}

export interface BitcoinRecording {
  readonly family: 'bitcoin'
  readonly header: BitcoinHeader
  /** By hash. */
  readonly blocks: ReadonlyMap<string, BitcoinBlock>
  /** In the order in which they were seen; at least one. */
  readonly views: readonly RecordedView[]
}

/** The head of a view. */
export function headOf(view: RecordedView): { height: number; hash: string } {
  return { height: view.from + view.hashes.length - 1, hash: view.hashes.at(-1) ?? '' }
}

/** The hash a view (and the genesis) gives for a height; `undefined` outside of what was recorded. */
export function hashAt(view: RecordedView, genesisHash: string, height: number): string | undefined {
  if (height === 0) return genesisHash
  if (height === view.finalized?.height) return view.finalized.hash
  return height < view.from ? undefined : view.hashes[height - view.from]
}
