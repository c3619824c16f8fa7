import { z } from 'zod'
import { ChainscreenError } from '../../errors.ts'
import { checkBitcoinBlock } from './check-bitcoin-block.ts'
import { checkEvmBlock } from './check-evm-block.ts'
import {
  bitcoinLineSchema,
  evmLineSchema,
  formatName,
  formatVersion,
  headerSchema,
  type RecordedBlock,
  type RecordedView,
  type RecordingHeader,
} from './format.ts'
import { type Line, readGzipLines } from './gzip-lines.ts'

/** The header first, then blocks and views as they stand in the file. */
export type RecordingItem =
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
