import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/** What tells that a file has changed, or that another stands in its place; `''` where there is none. */
export async function stampOf(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined)
  return found === undefined ? '' : [found.mtimeNs, found.ctimeNs, found.size, found.ino].join(' ')
}

/**
 * The SHA-256 of a file that was read, as it is, packed or not.
 *
 * @param stamp of {@link stampOf}, before it was read.
 * @param content of what was read of it: a plain file has the same, and is not read again. `head`: its first bytes.
 * @returns `null` where it changed since, or can't be read any more: that is no reason to refuse what was read of it.
 */
export async function fileHash(
  path: string,
  stamp: string,
  content: { sha256: string; size: number; head: Buffer },
): Promise<string | null> {
  try {
    if (await isPlain(path, content)) return (await stampOf(path)) === stamp ? content.sha256 : null
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return (await stampOf(path)) === stamp ? hash.digest('hex') : null
  } catch {
    return null
  }
}

/** Small files may be packed into as many bytes. */
async function isPlain(path: string, { size, head }: { size: number; head: Buffer }): Promise<boolean> {
  const file = await open(path)
  try {
    if ((await file.stat()).size !== size) return false
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.subarray(0, bytesRead).equals(head.subarray(0, 4))
  } finally {
    await file.close()
  }
}
