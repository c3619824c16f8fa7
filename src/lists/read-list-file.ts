import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { SnapshotEntries } from '../ledger/lists/list-snapshots.ts'
import { ScratchRows } from '../ledger/lists/scratch-rows.ts'
import { ForbiddenContent } from '../privacy/forbidden-columns.ts'
import { type Archiving, archive } from './archive.ts'
import { fileHash, stampOf } from './file-hash.ts'
import { kindOfFile } from './kind-of-file.ts'
import { merge } from './merge.ts'
import { defaultMaxBytes, openListFile } from './open-file.ts'
import type { ListedAddress, ListFormat, ParsedList } from './types.ts'

/** A file that holds one version of a list. */
export interface ListFile {
  path: string
  /** How messages name it: its path (the default), or the host it came from. */
  name?: string
  /** Most bytes, decompressed. */
  maxBytes?: number
  /** Made here (a copy, or of deltas): its bytes are not those that a publisher sent. */
  isOurs?: boolean
}

/** A version of a list, read whole and kept. */
export interface ArchivedList {
  sha256: string
  /** Of the file as it came, packed or not; `null` where it was made here, or changed while it was read. */
  fileSha256: string | null
  /** Bytes, decompressed. */
  size: number
  parsed: Pick<ParsedList, 'issuedOn' | 'unparsed' | 'counts'>
  entries: SnapshotEntries
  /** Lets go of what the entries are read from; they can't be read afterwards. */
  close?: () => void
}

/** A file that is there, and is no list of its format. */
export class RejectedList extends ChainscreenError {
  /** What was read of it, as far as it could be. */
  readonly read: { sha256: string; size: number } | null
  /** Whether a copy of it is kept. */
  readonly kept: boolean

  constructor(error: ChainscreenError, message: string, { read, kept }: Pick<RejectedList, 'read' | 'kept'>) {
    super(error.code, message, { details: error.details, cause: error })
    this.read = read
    this.kept = kept && read !== null
  }
}

/**
 * Reads a file once: archived, compressed, while it is parsed.
 *
 * @param options.folder where archived files are kept. @param options.keepRejected keep a rejected one too.
 * @param options.at now, ISO-8601.
 * @throws RejectedList where it is not whole, not well-formed or not of the format. It is kept as evidence then, but only
 * where it has shown that it is of the format: any other file may hold what chainscreen refuses to hold. ChainscreenError
 * `bad-file` where it can't be read at all, `aborted` with the signal. What is no fault of the file (a full disk) as it
 * comes.
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
): Promise<ArchivedList> {
  let archiving: Archiving | undefined
  let recognised = false
  const rows = new ScratchRows<ListedAddress>()
  const stamp = await stampOf(file.path)
  try {
    const input = await openListFile(file.path, file)
    archiving = await archive(input, folder, signal)
    const isOurs = () => {
      recognised = true
    }
    const parsed = await format.parse(archiving.bytes, at.slice(0, 10), isOurs, rows)
    // What the parser left unread is still part of the file.
    archiving.bytes.resume()
    const { sha256, size } = await archiving.done
    await archiving.keep(sha256)
    const fileSha256 = file.isOurs
      ? null
      : await fileHash(file.path, stamp, { sha256, size, head: archiving.head() })
    const { issuedOn, addresses, unparsed, counts } = parsed
    for (const [index, row] of addresses.entries()) rows.add(row, index)
    const entries = mergeRows(rows)
    const close = () => rows.close()
    return { sha256, fileSha256, size, parsed: { issuedOn, unparsed, counts }, entries, close }
  } catch (error) {
    rows.close()
    if (signal?.aborted) {
      await archiving?.discard()
      throw new ChainscreenError('aborted', 'Stopped before the list was loaded.')
    }
    if (!(error instanceof ChainscreenError) || error.code !== 'bad-file') {
      await archiving?.discard()
      throw error
    }
    const head = archiving?.head() ?? Buffer.alloc(0)
    const keep = keepRejected && recognised && !(error instanceof ForbiddenContent)
    const read = await finish(archiving, { ...file, stamp }, folder, keep)
    if (read === undefined) throw error
    throw new RejectedList(error, messageFor(error, file, recognised ? null : kindOfFile(head, format.id)), {
      read,
      kept: keep,
    })
  }
}

/** The entries that rows make, in the order of the keys: all rows of one make its entry. */
export function mergeRows(rows: ScratchRows<ListedAddress>): SnapshotEntries {
  return {
    length: rows.countKeys(),
    has: (key) => rows.has(key),
    *[Symbol.iterator]() {
      for (const group of rows.byKey()) {
        const [first] = group
        if (first !== undefined)
          yield merge(
            first.row.key,
            group.map(({ row }) => row),
          )
      }
    },
  }
}

/** Reads a rejected file to its end. @returns `null` = not told apart; `undefined` = the file can't even be read. */
async function finish(
  archiving: Archiving | undefined,
  file: ListFile & { stamp: string },
  folder: string,
  keep: boolean,
): Promise<RejectedList['read'] | undefined> {
  try {
    archiving?.bytes.destroy()
    const done = await archiving?.done
    if (archiving !== undefined && done !== undefined) {
      if (keep) await archiving.keep(done.sha256)
      else await archiving.discard()
      return done
    }
  } catch {
    await archiving?.discard()
  }
  return finishRaw(file, folder, keep)
}

/** The same for one that can't be decompressed, as it came. */
async function finishRaw(
  file: ListFile & { stamp: string },
  folder: string,
  keep: boolean,
): Promise<RejectedList['read'] | undefined> {
  const { maxBytes = defaultMaxBytes } = file
  const found = await stat(file.path).catch(() => undefined)
  if (found === undefined || !found.isFile()) return undefined
  if (found.size > maxBytes) return null
  const archiving = await archive(createReadStream(file.path), folder)
  try {
    archiving.bytes.resume()
    const done = await archiving.done
    // Another file that stands there now has not shown that it is of the format.
    if (keep && (await stampOf(file.path)) === file.stamp) await archiving.keep(done.sha256)
    else await archiving.discard()
    return done
  } catch {
    await archiving.discard()
    return undefined
  }
}

function messageFor(error: ChainscreenError, { path, name = path }: ListFile, kind: string | null): string {
  const what = kind === null ? '' : `${name} is ${kind}. `
  return error.message.includes(name) ? `${what}${error.message}` : `${what || `${name}: `}${error.message}`
}
