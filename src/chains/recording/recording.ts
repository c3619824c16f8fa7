import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { ChainscreenError, whyUnreadable } from '../../diagnostics/errors.ts'
import {
  type BitcoinBlock,
  type BitcoinHeader,
  bitcoinLineSchema,
  checkBitcoinBlock,
  checkEvmBlock,
  type EvmBlock,
  type EvmHeader,
  evmLineSchema,
  formatName,
  formatVersion,
  headerSchema,
  type RecordedBlock,
  type RecordedView,
  type RecordingHeader,
} from './format.ts'

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

/** The header first, then blocks and views as they stand in the file. */
type RecordingItem =
  | { kind: 'header'; header: RecordingHeader }
  | { kind: 'block'; block: RecordedBlock }
  | { kind: 'view'; view: RecordedView }

/**
 * Reads a recording as a stream and trusts nothing in it: every line is checked against the format, every block
 * against its own hash or name, and every view against the blocks before it.
 *
 * @throws ChainscreenError `bad-file` naming the file and the line
 */
export async function* readRecording(path: string): AsyncGenerator<RecordingItem> {
  let header: RecordingHeader | undefined
  const parents = new Map<string, { height: number; parentHash: string }>()
  for await (const line of readGzipLines(path)) {
    const fail = (what: string) => new ChainscreenError('bad-file', `${path}, line ${line.number}: ${what}.`)
    if (header === undefined) {
      header = parseHeader(line, fail)
      yield { kind: 'header', header }
      continue
    }
    const item =
      header.family === 'evm'
        ? parseWith(evmLineSchema, line, fail)
        : parseWith(bitcoinLineSchema, line, fail)
    if (item.kind === 'view') {
      const why = whyBrokenView(item, header.genesisHash, parents)
      if (why !== null) throw fail(why)
      yield { kind: 'view', view: item }
    } else {
      const why = 'receipts' in item ? checkEvmBlock(item) : checkBitcoinBlock(item)
      if (why !== null) throw fail(`block ${item.height}: ${why}`)
      parents.set(item.hash, { height: item.height, parentHash: item.parentHash })
      yield { kind: 'block', block: item }
    }
  }
  if (header === undefined) throw new ChainscreenError('bad-file', `${path}: the file is empty.`)
}

type Fail = (what: string) => ChainscreenError

function parseHeader(line: Line, fail: Fail): RecordingHeader {
  const named = z.object({ format: z.string(), version: z.number() }).safeParse(parseJson(line, fail))
  if (!named.success || named.data.format !== formatName)
    throw fail(`not a chainscreen recording: expected a header with "format":"${formatName}"`)
  if (named.data.version > formatVersion)
    throw fail(
      `the recording has version ${named.data.version}, this program reads up to ${formatVersion}; update chainscreen`,
    )
  return parseWith(headerSchema, line, fail)
}

function parseWith<T>(schema: z.ZodType<T>, line: Line, fail: Fail): T {
  const parsed = schema.safeParse(parseJson(line, fail))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw fail(`${issue?.path.join('.') || 'the line'}: ${issue?.message ?? 'not as the format asks'}`)
}

function parseJson(line: Line, fail: Fail): unknown {
  try {
    return JSON.parse(line.text)
  } catch {
    throw fail('not valid JSON')
  }
}

function whyBrokenView(
  view: RecordedView,
  genesisHash: string,
  blocks: ReadonlyMap<string, { height: number; parentHash: string }>,
): string | null {
  if (!blocks.has(genesisHash)) return 'the genesis block is not in the recording before its first view'
  for (const [index, hash] of view.hashes.entries()) {
    const block = blocks.get(hash)
    const height = view.from + index
    if (block === undefined) return `the view names block ${hash}, which is not in the recording before it`
    if (block.height !== height)
      return `the view has block ${hash} at ${height}, its height is ${block.height}`
    if (index > 0 && block.parentHash !== view.hashes[index - 1])
      return `the view's blocks ${height - 1} and ${height} are not parent and child`
  }
  if (view.finalized !== null && blocks.get(view.finalized.hash)?.height !== view.finalized.height)
    return `the finalized block ${view.finalized.height} is not in the recording`
  return null
}

/** More than the largest answers known (a traced block), and under the longest string Node can hold. */
const maxLineBytes = 400 * 1024 * 1024

/** One line of a file, without its newline; counted from 1. */
interface Line {
  number: number
  text: string
}

/**
 * The lines of a gzip'd text file, streamed: memory holds one line at a time.
 *
 * @throws ChainscreenError `bad-file` when the file is missing, is not gzip or ends early
 */
async function* readGzipLines(path: string): AsyncGenerator<Line> {
  let parts: Buffer[] = []
  let size = 0
  let number = 1
  for await (const chunk of unzipped(path)) {
    let start = 0
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end))
      yield { number, text: Buffer.concat(parts).toString('utf8') }
      parts = []
      size = 0
      number += 1
      start = end + 1
    }
    parts.push(chunk.subarray(start))
    size += chunk.length - start
    if (size > maxLineBytes)
      throw new ChainscreenError(
        'bad-file',
        `${path}, line ${number}: longer than 400 MiB; this is no recording.`,
      )
  }
  if (size > 0)
    throw new ChainscreenError(
      'bad-file',
      `${path}, line ${number}: the line is cut off, the file is not complete; record or copy it again.`,
    )
}

async function* unzipped(path: string): AsyncGenerator<Buffer> {
  const file = createReadStream(path)
  const gunzip = createGunzip()
  file.on('error', (error) => gunzip.destroy(error))
  try {
    yield* file.pipe(gunzip)
  } catch (error) {
    throw new ChainscreenError(
      'bad-file',
      `${path}${whyDamaged(error) ?? ` can't be read: ${whyUnreadable(error)}`}.`,
      { cause: error },
    )
  } finally {
    file.destroy()
  }
}

/** What a file that was opened lacks; `undefined` where it could not even be read. */
function whyDamaged(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'Z_BUF_ERROR')
    return ': the compressed data end early, the file is not complete; record or copy it again'
  if (code === 'Z_DATA_ERROR')
    return ': not a gzip file, or a damaged one; a recording is gzip-compressed JSON Lines'
  return undefined
}
