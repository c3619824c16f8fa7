import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import type { Writable } from 'node:stream'
import { messageOf } from '../diagnostics/errors.ts'
import type { Envelope } from '../events/shapes.ts'
import { endsWithin } from '../lifecycle/loop.ts'
import type { Outcome, Sink } from './sink.ts'

const batch = 500

/** `jsonl`: a line for each event, in a file that may be rotated: it is opened again where it was moved or deleted, and on SIGHUP. */
export function createJsonlSink({ file }: { file: string }): Sink {
  let handle: FileHandle | undefined
  const close = async () => {
    const held = handle
    handle = undefined
    await held?.close()
  }
  let isAsked = false
  const reopen = () => {
    isAsked = true
  }
  process.on('SIGHUP', reopen)
  return {
    batch,
    deliver: (events) =>
      allOrNone(events, file, async () => {
        if (handle !== undefined && (isAsked || !(await isSame(handle, file)))) await close()
        isAsked = false
        handle ??= await openForLines(file)
        try {
          await handle.appendFile(linesOf(events))
          // What is taken for delivered stays, also when the power goes.
          await handle.datasync()
        } catch (error) {
          // A part of a line may be in the file: it is ended when the file is opened again, before the same events are written.
          await close().catch(() => {})
          throw error
        }
      }),
    async close() {
      process.off('SIGHUP', reopen)
      await close()
    },
  }
}

/** Ends a line that a crash, or a write that failed, cut off, so that the next one stands alone. @throws what the disk answers. */
async function openForLines(file: string): Promise<FileHandle> {
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600)
  try {
    const { size } = await handle.stat()
    const last = Buffer.alloc(1)
    if (size > 0) await handle.read(last, 0, 1, size - 1)
    if (size > 0 && last.toString() !== '\n') await handle.appendFile('\n')
    return handle
  } catch (error) {
    await handle.close().catch(() => {})
    throw error
  }
}

async function isSame(handle: FileHandle, file: string): Promise<boolean> {
  const [held, there] = await Promise.all([handle.stat(), stat(file).catch(() => null)])
  return there !== null && held.ino === there.ino && held.dev === there.dev && held.size <= there.size
}

/** How long one waits for the reader of a pipe, in milliseconds. */
const unreadMs = 30_000

/** `stdout`: a line for each event. The log goes to stderr. */
export function createStdoutSink(output: Writable = process.stdout, longestMs = unreadMs): Sink {
  /** What nobody has read yet: nothing is written behind it. */
  let unread: Promise<void> = Promise.resolve()
  let isTorn = false
  const write = (text: string) =>
    new Promise<void>((resolve, reject) =>
      output.write(text, (error) => {
        isTorn = Boolean(error)
        if (error) reject(error)
        else resolve()
      }),
    )
  const readInTime = async () => {
    if (!(await endsWithin(unread, longestMs)))
      throw new Error(`nobody reads it for ${longestMs / 1000} seconds`)
  }
  return {
    batch,
    deliver: (events) =>
      allOrNone(events, null, async () => {
        await readInTime()
        unread = write((isTorn ? '\n' : '') + linesOf(events))
        // What failed is known, and is written again: it stands in nobody's way.
        const failed = unread.catch(() => {})
        await readInTime().finally(() => {
          unread = failed
        })
      }),
    close: async () => {},
  }
}

function linesOf(events: readonly Envelope[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('')
}

/** @param file left out of what is said: `/health` names no path of the machine. */
async function allOrNone(
  events: readonly Envelope[],
  file: string | null,
  write: () => Promise<void>,
): Promise<Outcome[]> {
  try {
    await write()
    return events.map(() => ({ kind: 'sent' }))
  } catch (error) {
    const why = file === null ? messageOf(error) : messageOf(error).replaceAll(file, 'its file')
    return events.map(() => ({ kind: 'later', why }))
  }
}
