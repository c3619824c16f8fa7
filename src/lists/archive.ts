import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'

/** Where the original files of a database's snapshots are kept. */
export function snapshotFolder(databasePath: string): string {
  return `${databasePath}.snapshots`
}

/** Where the original file of a snapshot is kept, compressed. */
export function archivedPath(databasePath: string, sha256: string): string {
  return join(snapshotFolder(databasePath), `${sha256}.gz`)
}

/** A file on its way into the folder of archived files. */
export interface Archiving {
  /** The same bytes, for the parser. */
  bytes: Readable
  /** Once the bytes are read: the name (SHA-256) and size of what was read. */
  done: Promise<{ sha256: string; size: number }>
  /** The first bytes of what was read so far, decompressed: enough to tell what kind of file it is. */
  head(): Buffer
  /** Moves the file to its final name. @returns its path. */
  keep(sha256: string): Promise<string>
  /** Throws the copy away. */
  discard(): Promise<void>
}

const headBytes = 4096

/**
 * Copies a list file, compressed, into the folder of archived files while it is being parsed: one read, constant memory. The
 * original is evidence; only importers and verification open it.
 *
 * @param signal ends the reading: `done` rejects then, and so does who reads the bytes.
 */
export async function archive(input: Readable, folder: string, signal?: AbortSignal): Promise<Archiving> {
  // It may fail before the pipeline listens, which then fails with it.
  input.on('error', () => {})
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const temporary = join(folder, `.${randomUUID()}.part`)
  // Made at once: a stream that opens it later might do so after it was thrown away.
  const file = await open(temporary, 'wx', 0o600)
  const hash = createHash('sha256')
  let head = Buffer.alloc(0)
  let size = 0
  const bytes = new PassThrough()
  // A parser that gave up listens no more.
  bytes.on('error', () => {})
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      hash.update(chunk)
      if (head.length < headBytes) head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
      size += chunk.length
      // The slower of the two readers sets the pace; a parser that stopped reading sets none.
      if (bytes.destroyed || bytes.write(chunk)) return next(null, chunk)
      const go = () => {
        bytes.off('drain', go).off('close', go)
        next(null, chunk)
      }
      bytes.on('drain', go).on('close', go)
    },
    flush(next) {
      bytes.end()
      next()
    },
  })
  const done = pipeline(
    input,
    measure,
    createGzip({ level: 6 }),
    file.createWriteStream({ flush: true }),
    signal === undefined ? {} : { signal },
  ).then(
    () => ({ sha256: hash.digest('hex'), size }),
    (error: unknown) => {
      bytes.destroy(error instanceof Error ? error : new Error(String(error)))
      throw error
    },
  )
  // The parser may fail first; then the copy's own failure is no news.
  done.catch(() => {})
  return {
    bytes,
    done,
    head: () => head,
    keep: async (sha256) => {
      const path = join(folder, `${sha256}.gz`)
      await rename(temporary, path)
      return path
    },
    discard: async () => {
      input.destroy()
      await done.catch(() => {})
      await rm(temporary, { force: true })
    },
  }
}

/** Reads a kept file to its end. @throws ChainscreenError `bad-file` where it is gone, damaged, or not what its name says. */
export async function checkArchived(path: string, sha256: string): Promise<void> {
  const hash = createHash('sha256')
  try {
    await pipeline(createReadStream(path), createGunzip(), hash)
  } catch (cause) {
    throw new ChainscreenError(
      'bad-file',
      `The archived file ${path} can't be read (${messageOf(cause)}): import the list again.`,
      { cause },
    )
  }
  if (hash.digest('hex') === sha256) return
  throw new ChainscreenError(
    'bad-file',
    `The archived file ${path} does not have the SHA-256 in its name: it was changed. Import the list again.`,
  )
}

/** Longer than any import takes. */
const oldMs = 86_400_000

/** Removes half-written files that a crash left in the folder of archived files. Those of a day ago or later may be in use. @param now ISO-8601. */
export async function sweepParts(folder: string, now: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  for (const name of names.filter((each) => each.startsWith('.') && each.endsWith('.part'))) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.parse(now) - found.mtimeMs > oldMs) await rm(path, { force: true })
  }
}
