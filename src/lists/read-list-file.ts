import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { ChainscreenError } from '../errors.ts'
import { ForbiddenColumns } from '../forbidden-columns.ts'
import { inSlices } from '../in-slices.ts'
import type { SnapshotEntry } from '../ledger/list-snapshots.ts'
import { merging } from './merge.ts'
import { defaultMaxBytes, openListFile } from './open-file.ts'
import { type Sealing, seal } from './seal.ts'
import type { ListFormat, ParsedList } from './types.ts'

/** A file that holds one version of a list. */
export interface ListFile {
  path: string
  /** How messages name it: its path (the default), or the host it came from. */
  name?: string
  /** Most bytes, decompressed. */
  maxBytes?: number
}

/** A version of a list, read whole and kept. */
export interface SealedList {
  sha256: string
  /** Bytes, decompressed. */
  size: number
  parsed: ParsedList
  entries: SnapshotEntry[]
}

/** A file that is there, and is no list of its format. */
export class RejectedList extends ChainscreenError {
  /** What it is kept by; `null` where it is not kept. */
  readonly kept: { sha256: string; size: number } | null

  constructor(error: ChainscreenError, message: string, kept: RejectedList['kept']) {
    super(error.code, message, { details: error.details, cause: error })
    this.kept = kept
  }
}

/**
 * Reads a file once: sealed, compressed, while it is parsed.
 *
 * @param options.folder where sealed files are kept. @param options.keepRejected keep a rejected one too.
 * @param options.at now, ISO-8601.
 * @throws RejectedList where it is not whole, not well-formed or not of the format: it is kept as evidence then,
 * unless it brings columns that chainscreen refuses to hold. ChainscreenError `bad-file` where it can't be read at
 * all, `aborted` with the signal. What is no fault of the file (a full disk) as it comes.
 */
export async function readListFile(
  format: ListFormat,
  file: ListFile,
  {
    folder,
    keepRejected,
    at,
    signal,
  }: { folder: string; keepRejected: boolean; at: string; signal?: AbortSignal | undefined },
): Promise<SealedList> {
  let sealing: Sealing | undefined
  try {
    const input = await openListFile(file.path, file)
    if (signal !== undefined) addAbortSignal(signal, input)
    sealing = await seal(input, folder)
    const parsed = await format.parse(sealing.bytes, at.slice(0, 10))
    // What the parser left unread is still part of the file.
    sealing.bytes.resume()
    const { sha256, size } = await sealing.done
    await sealing.keep(sha256)
    return { sha256, size, parsed, entries: await inSlices(merging(parsed.addresses)) }
  } catch (error) {
    if (signal?.aborted) {
      await sealing?.discard()
      throw new ChainscreenError('aborted', 'Stopped before the list was loaded.')
    }
    if (!(error instanceof ChainscreenError) || error.code !== 'bad-file') {
      await sealing?.discard()
      throw error
    }
    const kept = keepRejected ? await keep(error, sealing, file, folder) : null
    if (!keepRejected) await sealing?.discard()
    if (kept === undefined) throw error
    throw new RejectedList(error, await messageFor(error, file), kept)
  }
}

/** Keeps what was rejected. @returns `null` = not kept; `undefined` = the file can't even be read. */
async function keep(
  error: ChainscreenError,
  sealing: Sealing | undefined,
  file: ListFile,
  folder: string,
): Promise<RejectedList['kept'] | undefined> {
  if (error instanceof ForbiddenColumns) {
    await sealing?.discard()
    return null
  }
  try {
    sealing?.bytes.destroy()
    const done = await sealing?.done
    if (sealing !== undefined && done !== undefined) {
      await sealing.keep(done.sha256)
      return done
    }
  } catch {
    await sealing?.discard()
  }
  return keepRaw(file, folder)
}

/** Keeps a file that can't be decompressed as it came. */
async function keepRaw(file: ListFile, folder: string): Promise<RejectedList['kept'] | undefined> {
  const { maxBytes = defaultMaxBytes } = file
  const found = await stat(file.path).catch(() => undefined)
  if (found === undefined || !found.isFile()) return undefined
  if (found.size > maxBytes) return null
  const sealing = await seal(createReadStream(file.path), folder)
  try {
    sealing.bytes.resume()
    const done = await sealing.done
    await sealing.keep(done.sha256)
    return done
  } catch {
    await sealing.discard()
    return undefined
  }
}

async function messageFor(error: ChainscreenError, { path, name = path }: ListFile): Promise<string> {
  const page = (await isWebPage(path)) ? `${name} is a web page (HTML) and no list. ` : ''
  return error.message.includes(name) ? `${page}${error.message}` : `${page || `${name}: `}${error.message}`
}

async function isWebPage(path: string): Promise<boolean> {
  // Opening a pipe might never end.
  const found = await stat(path).catch(() => undefined)
  const handle = found?.isFile() ? await open(path).catch(() => undefined) : undefined
  if (handle === undefined) return false
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0)
    return /^\uFEFF?\s*(?:<!--(?:[^-]|-(?!->))*-->\s*)*<(!doctype\s+html|html)\b/i.test(
      buffer.toString('utf8', 0, bytesRead),
    )
  } catch {
    // What can't be read has been told already.
    return false
  } finally {
    await handle.close()
  }
}
