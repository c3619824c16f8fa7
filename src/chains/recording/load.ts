import { ChainscreenError } from '../../errors.ts'
import type { BitcoinBlock, EvmBlock, RecordedView, RecordingHeader } from './format.ts'
import { readRecording } from './read.ts'
import type { Recording } from './recording.ts'

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
