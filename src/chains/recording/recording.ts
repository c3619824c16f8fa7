import { ChainscreenError } from '../../diagnostics/errors.ts'
import type {
  BitcoinBlock,
  BitcoinHeader,
  EvmBlock,
  EvmHeader,
  RecordedView,
  RecordingHeader,
} from './format.ts'
import { readRecording } from './read.ts'

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

/**
 * Reads a whole recording into memory.
 *
 * @throws ChainscreenError `bad-file` naming the file and the line
 * @example
 * const recording = await loadRecording('demo-evm.recording.jsonl.gz')
 */
export async function loadRecording(path: string): Promise<Recording> {
  let header: RecordingHeader | undefined
  const evm = new Map<string, EvmBlock>()
  const bitcoin = new Map<string, BitcoinBlock>()
  const views: RecordedView[] = []
  for await (const item of readRecording(path)) {
    if (item.kind === 'header') header = item.header
    else if (item.kind === 'view') views.push(item.view)
    else if ('receipts' in item.block) evm.set(item.block.hash, item.block)
    else bitcoin.set(item.block.hash, item.block)
  }
  if (header === undefined || views.length === 0)
    throw new ChainscreenError(
      'bad-file',
      `${path}: holds no view of a chain, the file is not complete; record it again.`,
    )
  return header.family === 'evm'
    ? { family: 'evm', header, blocks: evm, views }
    : { family: 'bitcoin', header, blocks: bitcoin, views }
}
