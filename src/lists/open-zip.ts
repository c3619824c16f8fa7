import type { Readable } from 'node:stream'
import * as yauzl from 'yauzl'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { limitStream, tooLarge } from './limit-stream.ts'

/** More files of a zip are not counted. */
const manyFiles = 5

/**
 * The content of the one file in a zip. yauzl checks sizes but no CRC-32 (its README says so), so that is done here.
 *
 * @throws ChainscreenError `bad-file` for a zip that is cut short, damaged or encrypted, or does not hold exactly
 * one file.
 */
export async function openZip(path: string, maxBytes: number, name: string): Promise<Readable> {
  const zip = await open(path, name)
  try {
    const entry = await onlyFile(zip, name)
    if (entry.uncompressedSize > maxBytes) throw tooLarge(name, maxBytes)
    if (!entry.canDecodeFileData())
      throw bad(
        `${name} is a zip that is encrypted or packed by an unsupported method: pack it again, or unpack it.`,
      )
    const content = await new Promise<Readable>((resolve, reject) => {
      zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)))
    })
    content.once('close', () => zip.close())
    return limitStream(content, { name, kind: 'zip', maxBytes, crc: entry.crc32 })
  } catch (error) {
    zip.close()
    throw error instanceof ChainscreenError ? error : damaged(name, error)
  }
}

function open(path: string, name: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(damaged(name, error)) : resolve(zip),
    )
  })
}

/** Reads a zip's directory; folders don't count. */
async function onlyFile(zip: yauzl.ZipFile, name: string): Promise<yauzl.Entry> {
  const files: yauzl.Entry[] = []
  await new Promise<void>((resolve, reject) => {
    zip.on('entry', (entry) => {
      if (!entry.fileName.endsWith('/')) files.push(entry)
      if (files.length > manyFiles) resolve()
      else zip.readEntry()
    })
    zip.on('end', resolve)
    zip.on('error', reject)
    zip.readEntry()
  })
  const [file] = files
  if (file !== undefined && files.length === 1) return file
  const found = files.length === 0 ? 'none' : files.length > manyFiles ? 'many' : String(files.length)
  throw bad(`${name} is a zip that must hold exactly one file; found ${found}.`)
}

function damaged(name: string, cause: unknown): ChainscreenError {
  // yauzl names what it found behind a colon: a file's name, a comment.
  const reason = messageOf(cause).replace(/(?::.*)?\.?$/s, '')
  return bad(`${name} is a zip that is cut short or damaged (${reason}): get it again.`)
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
