import { createReadStream } from 'node:fs'
import { open as openHandle, stat } from 'node:fs/promises'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { ChainscreenError, whyUnreadable } from '../diagnostics/errors.ts'
import { limitStream } from './limit-stream.ts'
import { openZip } from './open-zip.ts'

/** More than ten times the largest list there is. */
export const defaultMaxBytes = 2 * 1024 ** 3

const chunkBytes = 1 << 18

/**
 * Opens a list file for reading: plain, gzip, or a zip with one file in it, told apart by their first bytes and not
 * by the file's name. The stream gives the decompressed bytes; checksums of gzip and zip are verified.
 *
 * @param options.maxBytes most bytes the decompressed file may have (default 2 GiB).
 * @param options.name how messages name the file (default: its path).
 * @throws ChainscreenError `bad-file` where the file can't be opened, is no file (a pipe, a device), or is a zip with none
 * or several files. What
 * shows only while reading (damage, a cut, too many bytes) is an error of the same kind on the stream.
 */
export async function openListFile(
  path: string,
  options: { maxBytes?: number; name?: string } = {},
): Promise<Readable> {
  const { maxBytes = defaultMaxBytes, name = path } = options
  const start = await firstBytes(path)
  if (start.startsWith('504b0304') || start.startsWith('504b0506')) return openZip(path, maxBytes, name)
  const file = createReadStream(path, { highWaterMark: chunkBytes })
  if (!start.startsWith('1f8b')) return limitStream(file, { name, kind: 'file', maxBytes })
  const gunzip = createGunzip({ chunkSize: chunkBytes })
  // Its errors surface on gunzip, which limitStream reads. One that comes after the reader gave up is nobody's: it must
  // not end the process.
  gunzip.on('error', () => {})
  pipeline(file, gunzip, () => {})
  return limitStream(gunzip, { name, kind: 'gzip file', maxBytes })
}

/** The first four bytes in hex. */
async function firstBytes(path: string): Promise<string> {
  try {
    // Opening a pipe waits for somebody to write into it, and nothing ends that. A folder says itself what it is.
    const found = await stat(path)
    if (!found.isFile() && !found.isDirectory()) throw noFile(path)
    const handle = await openHandle(path)
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(4), 0, 4, 0)
      return buffer.toString('hex', 0, bytesRead)
    } finally {
      await handle.close()
    }
  } catch (cause) {
    if (cause instanceof ChainscreenError) throw cause
    throw new ChainscreenError('bad-file', `${path} can't be read: ${whyUnreadable(cause)}.`, { cause })
  }
}

function noFile(path: string): ChainscreenError {
  return new ChainscreenError(
    'bad-file',
    `${path} can't be read: it is a pipe or a device, and a list must be a file, which is read more than once. Write what comes out of it into a file, and name that.`,
  )
}
