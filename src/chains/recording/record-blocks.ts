import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import type { RecordedBlock, RecordedView, RecordingHeader } from './format.ts'
import type { RecordOptions } from './record.ts'
import { headOf } from './recording.ts'

/** Blocks asked at once: enough to keep a node busy, few enough to hold in memory. */
const parallel = 8

/** How often a reorg may get in the way. */
const attempts = 5

/** Writes the blocks of a range that are not in the recording yet, and then the view of the chain they make. */
export async function recordBlocks(
  recorder: Recorder,
  { from, to, onProgress, signal }: RecordOptions,
  writer: RecordingWriter,
  views: RecordedView[],
  parents: Map<string, string>,
): Promise<void> {
  const total = to - from + 1

  async function addBlocks(wanted: readonly { hash: string; height: number }[]): Promise<void> {
    const missing = wanted.filter(({ hash }) => !parents.has(hash))
    for (const block of await Promise.all(missing.map(({ hash, height }) => recorder.block(hash, height)))) {
      parents.set(block.hash, block.parentHash)
      await writer.write(block)
    }
  }

  /** The range as the node sees it now, or `null` if its chain changed meanwhile. */
  async function addRange(): Promise<string[] | null> {
    const hashes: string[] = []
    for (let start = from; start <= to; start += parallel) {
      if (signal?.aborted) throw interruptedRecording()
      const heights = Array.from({ length: Math.min(parallel, to - start + 1) }, (_, index) => start + index)
      const refs = await Promise.all(
        heights.map(async (height) => ({ height, hash: await recorder.hashAt(height) })),
      )
      await addBlocks(refs)
      hashes.push(...refs.map(({ hash }) => hash))
      onProgress?.({ done: hashes.length, total, height: from + hashes.length - 1 })
    }
    const linked = hashes.every((hash, index) => index === 0 || parents.get(hash) === hashes[index - 1])
    return linked && (await recorder.hashAt(to)) === hashes.at(-1) ? hashes : null
  }

  async function addView(view: RecordedView): Promise<void> {
    // A chain that stands where it stood gives no second view; one that came back to an older branch does.
    if (JSON.stringify(views.at(-1)) === JSON.stringify(view)) return
    views.push(view)
    await writer.write(view)
  }

  await addBlocks([{ hash: recorder.header.genesisHash, height: 0 }])
  let hashes: string[] | null = null
  for (let attempt = 1; hashes === null; attempt += 1) {
    if (attempt > attempts)
      throw new ChainscreenError(
        'node-bad-answer',
        `Blocks ${from} to ${to} changed at every attempt; record later.`,
      )
    hashes = await addRange().catch((error: unknown) => {
      // The node forgets what it reorganised away: look again.
      if (attempt < attempts && error instanceof ChainscreenError && error.code === 'node-missing-data')
        return null
      throw error
    })
  }

  for (const branch of await recorder.staleBranches()) {
    const top = branch.forkHeight + branch.hashes.length
    const known = views.some((view) => headOf(view).hash === branch.hashes.at(-1))
    if (branch.forkHeight < from || top > to || known) continue
    await addBlocks(branch.hashes.map((hash, index) => ({ hash, height: branch.forkHeight + 1 + index })))
    const shared = hashes.slice(0, branch.forkHeight - from + 1)
    await addView({ kind: 'view', from, hashes: [...shared, ...branch.hashes], finalized: null })
  }

  const finalized = await recorder.finalized()
  const capped =
    finalized !== null && finalized.height >= to ? { height: to, hash: hashes.at(-1) ?? '' } : finalized
  if (capped !== null) await addBlocks([capped])
  await addView({ kind: 'view', from, hashes, finalized: capped })
}

export function interruptedRecording(cause?: unknown): ChainscreenError {
  return new ChainscreenError('aborted', 'Recording was interrupted; nothing was written.', { cause })
}

/** What the recorder needs of one chain family. */
export interface Recorder {
  readonly header: RecordingHeader
  /** Answers that were asked for and that this node does not have. */
  readonly missing: readonly string[]
  headHeight(): Promise<number>
  /** The best chain's hash at a height. */
  hashAt(height: number): Promise<string>
  /** Everything about a block, asked by its hash. */
  block(hash: string, height: number): Promise<RecordedBlock>
  /** The finalized block, where the chain has one. */
  finalized(): Promise<{ height: number; hash: string } | null>
  /** Branches that lost and that the node still has whole, in ascending order of their heads. */
  staleBranches(): Promise<readonly StaleBranch[]>
}

export interface StaleBranch {
  /** The last height it shares with the best chain. */
  forkHeight: number
  /** From `forkHeight + 1` upwards. */
  hashes: readonly string[]
}

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
  const file = createWriteStream(partial, { mode: 0o600 })
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
