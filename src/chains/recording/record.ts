import { existsSync } from 'node:fs'
import { ZodError } from 'zod'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { NodeAuth } from '../node-http/node-client.ts'
import type { RecordedView, RecordingHeader } from './format.ts'
import { openRawNode, type RawNode } from './raw-node.ts'
import { bitcoinRecorder } from './record-bitcoin.ts'
import {
  createRecordingWriter,
  interruptedRecording,
  type Recorder,
  type RecordingWriter,
  recordBlocks,
} from './record-blocks.ts'
import { evmRecorder } from './record-evm.ts'
import { headOf, readRecording } from './recording.ts'

export interface RecordOptions {
  family: 'evm' | 'bitcoin'
  url: string
  auth?: NodeAuth
  /** The first height. */
  from: number
  /** The last height; it becomes the head of the recorded view. */
  to: number
  /** The file to write. It appears when it is whole. */
  out: string
  /** Adds what the node's chain is now, as one more view, to a recording that exists: how both branches of a reorg get into one file. */
  append?: boolean
  /** EVM: call traces too, where the node serves them. Default true. */
  traces?: boolean
  /** Also what chainscreen does not ask by default: EVM `trace_block`, Bitcoin `getblock 3`. */
  everything?: boolean
  signal?: AbortSignal
  onProgress?: (progress: { done: number; total: number; height: number }) => void
}

export interface RecordResult {
  header: RecordingHeader
  /** In the file now. */
  blocks: number
  views: number
  head: { height: number; hash: string }
  /** What was asked for and the node does not have. */
  missing: readonly string[]
}

/**
 * Records what a node serves for a range of blocks: heights are turned into hashes, and everything else is
 * asked by hash. Bitcoin: branches that lost inside the range and that the node still has whole (`valid-fork` in
 * getchaintips) go in as earlier views, so that a replay has the reorg too.
 *
 * @throws ChainscreenError `usage` (no range, or one that ends above the node's head), `node-*`, `wrong-chain` (append: the file is of another chain), `bad-file`, `aborted`
 * @example
 * await record({ family: 'evm', url: 'http://127.0.0.1:8545', from: 1, to: 30, out: 'a.recording.jsonl.gz' })
 */
export async function record(options: RecordOptions): Promise<RecordResult> {
  if (options.from < 0 || options.to < options.from)
    throw new ChainscreenError(
      'usage',
      `Blocks ${options.from} to ${options.to} are no range; expected from ≤ to.`,
    )
  if (existsSync(options.out) && options.append !== true)
    throw new ChainscreenError(
      'usage',
      `${options.out} is there already: add to it with --append, or choose another name. It may be the only copy.`,
    )
  const node = openRawNode(options.url, options.auth, options.signal)
  try {
    return await recordFrom(node, options)
  } catch (error) {
    if (options.signal?.aborted) throw interruptedRecording(error)
    throw error
  } finally {
    await node.close()
  }
}

async function recordFrom(node: RawNode, options: RecordOptions): Promise<RecordResult> {
  const everything = options.everything === true
  const recorder = await (options.family === 'evm'
    ? evmRecorder(node, options)
    : bitcoinRecorder(node, everything)
  ).catch((error: unknown) => {
    throw error instanceof ZodError ? badAnswer(node.endpoint, error) : error
  })
  const head = await recorder.headHeight()
  if (head < options.to) {
    const message = `The node at ${node.endpoint} has blocks up to ${head}; asked to record up to ${options.to}.`
    throw new ChainscreenError('usage', message)
  }
  const writer = createRecordingWriter(options.out)
  try {
    const views: RecordedView[] = []
    const parents = new Map<string, string>()
    if (options.append === true && existsSync(options.out))
      await copyRecording(options.out, recorder, writer, views, parents)
    else await writer.write(recorder.header)
    await recordBlocks(recorder, options, writer, views, parents)
    await writer.commit()
    const last = views.at(-1)
    if (last === undefined) throw new ChainscreenError('failure', 'Nothing was recorded.')
    return {
      header: recorder.header,
      blocks: parents.size,
      views: views.length,
      head: headOf(last),
      missing: recorder.missing,
    }
  } catch (error) {
    await writer.abort()
    throw error instanceof ZodError ? badAnswer(node.endpoint, error) : error
  }
}

function badAnswer(endpoint: string, cause: ZodError): ChainscreenError {
  const [issue] = cause.issues
  const where = issue?.path.join('.') || 'an answer'
  return new ChainscreenError(
    'node-bad-answer',
    `The node at ${endpoint} served something unexpected: ${where}: ${issue?.message ?? 'wrong shape'}.`,
    { cause },
  )
}

async function copyRecording(
  path: string,
  { header }: Recorder,
  writer: RecordingWriter,
  views: RecordedView[],
  parents: Map<string, string>,
): Promise<void> {
  for await (const item of readRecording(path)) {
    if (item.kind === 'header') {
      if (item.header.caip2 !== header.caip2 || item.header.genesisHash !== header.genesisHash)
        throw new ChainscreenError(
          'wrong-chain',
          `${path} records ${item.header.caip2} (genesis ${item.header.genesisHash}), the node serves ${header.caip2} (genesis ${header.genesisHash}).`,
        )
      await writer.write(item.header)
    } else if (item.kind === 'block') {
      parents.set(item.block.hash, item.block.parentHash)
      await writer.write(item.block)
    } else {
      views.push(item.view)
      await writer.write(item.view)
    }
  }
}
