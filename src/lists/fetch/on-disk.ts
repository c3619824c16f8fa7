import type { FileHandle } from 'node:fs/promises'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'

/**
 * A step of a download that only the local disk can fail: what it throws is never taken for a fault of the server.
 *
 * @param folder that is written into. @throws ChainscreenError `disk`, which names the folder.
 */
export async function onDisk<Result>(folder: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step()
  } catch (cause) {
    throw diskTrouble(folder, messageOf(cause), cause)
  }
}

/** The error for a download that could not be written. @param what went wrong, as a clause. */
export function diskTrouble(folder: string, what: string, cause?: unknown): ChainscreenError {
  return new ChainscreenError(
    'disk',
    `The download can't be written into ${folder} (${what}): check the free space and the permissions.`,
    cause === undefined ? {} : { cause },
  )
}

/** Writes all of a chunk: one write may take a part of it only (write(2)), as where a disk is nearly full. */
export async function writeWhole(file: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done)
    if (bytesWritten === 0) throw new Error('nothing more is written')
    done += bytesWritten
  }
}
