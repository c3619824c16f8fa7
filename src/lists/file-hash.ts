import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'

/**
 * The SHA-256 of a file as it is, packed or not.
 *
 * @param content of what it holds: a plain file of that size is the same, and is not read again.
 * @returns `null` where it can't be read any more: that is no reason to refuse what was read of it.
 */
export async function fileHash(
  path: string,
  content: { sha256: string; size: number },
): Promise<string | null> {
  try {
    if ((await stat(path)).size === content.size) return content.sha256
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    return hash.digest('hex')
  } catch {
    return null
  }
}
