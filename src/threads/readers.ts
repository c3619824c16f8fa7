import { once as event } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { interrupted } from '../chains/node-http/http-client.ts'
import type { NodeEvent } from '../chains/pool/pool.ts'
import type { BlockOptions, SourceBlock } from '../chains/source.ts'
import type { ThreadsConfig } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { KeyTable, SharedKeys } from '../screening/key-table.ts'
import { errorOf, type FromReader, type NodeStart, type ToReader } from './messages.ts'

/** Node 20 has no TypeScript: tests, which run from src/, have the thread that was built. */
const entry = new URL(
  import.meta.url.endsWith('.ts') ? '../../dist/threads/reader-worker.js' : './reader-worker.js',
  import.meta.url,
)

/** How many readers the config asks for. */
export function readerCount({ readers }: ThreadsConfig): number {
  return readers === 'auto' ? Math.max(1, Math.min(4, availableParallelism() - 1)) : readers
}

/** A block that was under way when so many readers ended is no longer asked for by itself: it may be what ends them. */
const mostTries = 3

/** So many readers that end within a minute are followed by new ones at once. */
const mostEnds = 6
const endsWithinMs = 60_000

/** How long readers may take to close their connections at the end. */
const stopMs = 2_000

/** What readers know of one node. */
export interface ReaderNode {
  start: NodeStart
  own: KeyTable
  onEvent: (event: NodeEvent) => void
}

interface Asked {
  message: Extract<ToReader, { type: 'block' }>
  tries: number
  resolve: (block: SourceBlock) => void
  reject: (error: unknown) => void
}

/** One thread, or the next in its place. */
interface Reader {
  worker: Worker | null
  asked: Map<number, Asked>
  /** What the thread was sent of each node's own addresses. */
  known: Map<number, SharedKeys>
}

/**
 * Threads that read blocks, started with the first one that is asked for. A block goes to a reader by its height, so that a block
 * that is asked for again comes to the reader that knows how it failed. A reader that ends by itself is a fault like a
 * node's: another one takes its place, and its blocks are read again.
 */
export class Readers {
  readonly #readers: Reader[]
  readonly #log: Pick<Log, 'warn'>
  readonly #nodes = new Map<number, ReaderNode>()
  /** When readers ended by themselves, of late. */
  #ends: number[] = []
  #ids = 0
  #isStopped = false

  constructor(count: number, log: Pick<Log, 'warn'>) {
    this.#readers = Array.from({ length: count }, () => ({
      worker: null,
      asked: new Map(),
      known: new Map(),
    }))
    this.#log = log
  }

  /** @returns the node's number, for the calls below. */
  add(node: ReaderNode): number {
    const id = this.#ids++
    this.#nodes.set(id, node)
    return id
  }

  /**
   * Reads a block of a node, and reduces it unless it is wanted whole.
   *
   * @throws ChainscreenError as the node's source does; `thread-lost` where reader after reader ended over it.
   */
  async block(
    node: number,
    height: number,
    signal: AbortSignal | undefined,
    options: BlockOptions,
  ): Promise<SourceBlock> {
    if (signal?.aborted) throw interrupted(signal.reason)
    const reader = this.#of(height)
    const id = this.#ids++
    let abort = () => {}
    try {
      return await new Promise<SourceBlock>((resolve, reject) => {
        abort = () => {
          reader.asked.delete(id)
          reader.worker?.postMessage({ type: 'abort', id } satisfies ToReader)
          reject(interrupted(signal?.reason))
        }
        signal?.addEventListener('abort', abort)
        const asked: Asked = {
          message: { type: 'block', id, node, height, options },
          tries: 0,
          resolve,
          reject,
        }
        reader.asked.set(id, asked)
        this.#ask(reader, asked)
      })
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  /** Gives the memory of a block back to the reader that read it. */
  release(node: number, block: SourceBlock): void {
    const { content } = block
    if (content.family !== 'bitcoin') return
    const { worker, known } = this.#of(block.height)
    const [bytes, spent] = [content.bytes, content.spent?.bytes]
    if (worker === null || !known.has(node)) return
    const memory = [bytes, spent].flatMap((body) =>
      body?.buffer instanceof ArrayBuffer && body.buffer.byteLength > 0 ? [body.buffer] : [],
    )
    const rest = { family: 'bitcoin', bytes, spent: spent ? { bytes: spent } : null }
    const message = { type: 'release', node, block: { content: rest } } as unknown as ToReader
    worker.postMessage(message, memory)
  }

  forget(node: number): void {
    this.#nodes.delete(node)
    for (const { worker, known } of this.#readers)
      if (known.delete(node)) worker?.postMessage({ type: 'forget', node } satisfies ToReader)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    await Promise.all(
      this.#readers.map(async ({ worker, asked }) => {
        for (const { reject } of asked.values()) reject(interrupted())
        asked.clear()
        if (worker === null) return
        const ended = event(worker, 'exit')
        worker.postMessage({ type: 'stop' } satisfies ToReader)
        const late = setTimeout(() => void worker.terminate(), stopMs)
        await ended
        clearTimeout(late)
      }),
    )
  }

  #of(height: number): Reader {
    const reader = this.#readers[height % this.#readers.length]
    if (reader === undefined) throw new Error('there is no reader')
    return reader
  }

  #ask(reader: Reader, asked: Asked): void {
    const { node: id } = asked.message
    const node = this.#nodes.get(id)
    if (node === undefined || this.#isStopped) {
      reader.asked.delete(asked.message.id)
      asked.reject(interrupted())
      return
    }
    if (reader.worker === null) {
      const lost = this.#restsMs()
      if (lost > 0) {
        reader.asked.delete(asked.message.id)
        asked.reject(lostReader(`${this.#ends.length} readers ended within a minute`, lost))
        return
      }
      reader.worker = this.#start(reader)
    }
    const post = (message: ToReader) => reader.worker?.postMessage(message)
    const { shared } = node.own
    if (!reader.known.has(id)) post({ type: 'node', node: id, start: node.start })
    if (reader.known.get(id) !== shared) post({ type: 'own', node: id, own: shared })
    reader.known.set(id, shared)
    asked.tries++
    post(asked.message)
  }

  #start(reader: Reader): Worker {
    const worker = new Worker(entry, { name: 'chainscreen reader' })
    reader.known = new Map()
    let why = ''
    worker.on('error', (error) => {
      why = messageOf(error)
    })
    worker.on('exit', (code) => {
      if (!this.#isStopped) this.#lost(reader, why === '' ? `exit code ${code}` : why)
    })
    worker.on('message', (message: FromReader) => {
      if (message.type === 'event') return this.#nodes.get(message.node)?.onEvent(message.event)
      const asked = reader.asked.get(message.id)
      reader.asked.delete(message.id)
      if (message.type === 'block') asked?.resolve(message.block)
      else asked?.reject(errorOf(message.error))
    })
    return worker
  }

  /** Milliseconds until the next reader is started. */
  #restsMs(): number {
    const now = performance.now()
    this.#ends = this.#ends.filter((at) => now - at < endsWithinMs)
    return this.#ends.length < mostEnds ? 0 : endsWithinMs - (now - (this.#ends[0] ?? now))
  }

  #lost(reader: Reader, why: string): void {
    this.#ends.push(performance.now())
    reader.worker = null
    const asked = [...reader.asked.values()]
    this.#log.warn(
      { blocks: asked.length },
      `a thread that reads blocks ended by itself (${why}): another one reads its ${asked.length} blocks again`,
    )
    for (const each of asked) {
      if (each.tries < mostTries) this.#ask(reader, each)
      else {
        reader.asked.delete(each.message.id)
        each.reject(lostReader(`reading block ${each.message.height} ended ${each.tries} of them: ${why}`))
      }
    }
  }
}

function lostReader(why: string, retryAfterMs?: number): ChainscreenError {
  return new ChainscreenError('thread-lost', `Threads that read blocks ended by themselves: ${why}.`, {
    retryAfterMs,
  })
}
