import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'

/** Reads a kept file to its end. @throws ChainscreenError `bad-file` where it is gone, damaged, or not what its name says. */
export async function checkSealed(path: string, sha256: string): Promise<void> {
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
