import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import type { RecordedBlock, RecordedView, RecordingHeader } from './format.ts'

/** Writes a recording beside its place and puts it there when it is whole. */
export interface RecordingWriter {
  write(line: RecordingHeader | RecordedBlock | RecordedView): Promise<void>
  /** Closes the file and moves it to its place, in one step. */
  commit(): Promise<void>
  /** Removes what was written so far. */
  abort(): Promise<void>
}

/**
 * The same lines give the same bytes: no time or name goes into the gzip header.
 *
 * @throws ChainscreenError `failure` when the file can't be written
 */
export function createRecordingWriter(out: string): RecordingWriter {
  const partial = `${out}.${process.pid}.partial`
  const file = createWriteStream(partial)
  const gzip = createGzip({ level: 9 })
  let broken: Error | undefined
  const done = finished(gzip.pipe(file))
  file.on('error', (error) => {
    broken = error
    gzip.destroy(error)
  })
  gzip.on('error', (error) => {
    broken ??= error
  })
  done.catch(() => undefined)
  const failure = (error: unknown) =>
    new ChainscreenError('failure', `${out}: could not be written (${messageOf(error)}).`, { cause: error })
  return {
    async write(line) {
      if (broken !== undefined) throw failure(broken)
      const error = await new Promise<Error | null | undefined>((resolve) => {
        gzip.write(`${JSON.stringify(line)}\n`, resolve)
      })
      if (error) throw failure(broken ?? error)
    },
    async commit() {
      try {
        gzip.end()
        await done
        await rename(partial, out)
      } catch (error) {
        throw failure(broken ?? error)
      }
    },
    async abort() {
      gzip.destroy()
      file.destroy()
      await done.catch(() => undefined)
      await rm(partial, { force: true })
    },
  }
}
