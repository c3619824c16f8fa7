import { type Dispatcher, Pool } from 'undici'
import { ChainscreenError, redactUrl } from '../../diagnostics/errors.ts'
import { describeTransportError, isLostConnection, transportCode } from '../../network/transport-errors.ts'
import { AnswerTooLarge, defaultMaxResponse } from '../answer-limits.ts'
import type { ReleaseOptions } from '../source.ts'

export interface HttpRequest {
  method: 'GET' | 'POST'
  path: string
  /** What is asked, for errors: the RPC's method, or a path of REST. */
  what: string
  headers?: Record<string, string>
  body?: string
  /** An answer with more bytes than this is an error. */
  maxBytes: number
  signal?: AbortSignal | undefined
}

export interface HttpAnswer {
  status: number
  body: Buffer
  /** The header of this name. */
  retryAfter: string | null
}

/** HTTP to one node over a few kept-alive connections. */
export class HttpClient {
  /** Scheme and host, safe to print. */
  readonly endpoint: string
  /** Bodies of 64 kB to 4 MB stand in it. */
  readonly memory = new BufferPool()
  readonly #pool: Pool
  readonly #maxResponse: number
  readonly #asksAgain: boolean
  readonly #timeLimitMs: number | undefined

  /**
   * @param options.timeoutMs how long the node may stay silent, before and within an answer
   * @param options.timeLimitMs how long a request may take, its answer included; default any time
   * @param options.connections at most; `null`: as many as there are requests at once
   * @param options.asksAgain once more, where the connection was lost; default true
   * @param options.maxResponse most bytes of any answer; default 64 MB
   */
  constructor(
    url: URL,
    options: {
      timeoutMs: number
      timeLimitMs?: number
      connections: number | null
      asksAgain?: boolean
      maxResponse?: number | undefined
    },
  ) {
    this.#asksAgain = options.asksAgain ?? true
    this.#timeLimitMs = options.timeLimitMs
    this.#maxResponse = options.maxResponse ?? defaultMaxResponse
    this.endpoint = redactUrl(url.href)
    this.#pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      connect: { timeout: options.timeoutMs },
      headersTimeout: options.timeoutMs,
      bodyTimeout: options.timeoutMs,
    })
  }

  /**
   * Sends a request; by default once more if a kept-alive connection turns out to be closed: all our requests only
   * read.
   *
   * @throws ChainscreenError `node-unreachable`, `node-bad-answer` (too large), `aborted`
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#once(request)
    } catch (error) {
      const isAskedAgain = this.#asksAgain && isLostConnection(error) && !request.signal?.aborted
      if (!isAskedAgain) throw this.#translate(error, request)
    }
    try {
      return await this.#once(request)
    } catch (error) {
      throw this.#translate(error, request)
    }
  }

  close(): Promise<void> {
    return this.#pool.destroy()
  }

  #once({ signal, what, maxBytes: most, ...request }: HttpRequest): Promise<HttpAnswer> {
    const maxBytes = Math.min(most, this.#maxResponse)
    const tooLarge = () => new AnswerTooLarge(this.endpoint, what, maxBytes)
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const chunks: Buffer[] = []
      let whole: Buffer | null = null
      let status = 0
      let retryAfter: string | null = null
      let received = 0
      let controller: Dispatcher.DispatchController | undefined
      let ended: Error | undefined
      const end = (reason: Error) => {
        ended = reason
        controller?.abort(reason)
        settle(() => reject(reason))
      }
      const abort = () => end(new Error('aborted'))
      const late =
        this.#timeLimitMs === undefined
          ? undefined
          : setTimeout(() => end(this.#late(what)), this.#timeLimitMs)
      const settle = (act: () => void) => {
        signal?.removeEventListener('abort', abort)
        clearTimeout(late)
        act()
      }
      signal?.addEventListener('abort', abort)
      this.#pool.dispatch(request, {
        onRequestStart: (started) => {
          controller = started
          if (ended !== undefined) started.abort(ended)
        },
        onResponseStart: (current, statusCode, headers) => {
          status = statusCode
          if (headers['retry-after'] !== undefined) retryAfter = String(headers['retry-after'])
          const announced = Number(headers['content-length'])
          if (announced > maxBytes) current.abort(tooLarge())
          else whole = this.memory.take(announced)
        },
        onResponseData: (current, chunk) => {
          received += chunk.length
          if (received > maxBytes) current.abort(tooLarge())
          else if (whole !== null) whole.set(chunk, received - chunk.length)
          else chunks.push(chunk)
        },
        onResponseEnd: () =>
          settle(() => resolve({ status, body: whole ?? joined(chunks, received), retryAfter })),
        onResponseError: (_controller, error) => settle(() => reject(error)),
      })
    })
  }

  #late(what: string): ChainscreenError {
    return new ChainscreenError(
      'node-unreachable',
      `The node at ${this.endpoint} did not answer ${what} within ${this.#timeLimitMs} ms: check that it runs and that the URL in the config is right.`,
    )
  }

  #translate(error: unknown, { signal }: HttpRequest): ChainscreenError {
    if (error instanceof ChainscreenError) return error
    if (signal?.aborted) return interrupted(error)
    const advice =
      transportCode(error) === 'ECONNREFUSED' ? ': it does not run, or this is not its RPC port' : ''
    const message = `The node at ${this.endpoint} ${describeTransportError(error)}${advice}.`
    return new ChainscreenError('node-unreachable', message, { cause: error })
  }
}

function joined(chunks: Buffer[], length: number): Buffer {
  const [only] = chunks
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, length)
}

/** The error of a call whose signal was aborted. */
export function interrupted(cause?: unknown): ChainscreenError {
  return new ChainscreenError('aborted', 'Interrupted while waiting for a node.', { cause })
}

/** Stops waiting when the signal aborts, and leaves the work to others who wait for it. */
export async function abortable<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  let stop = () => {}
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(interrupted())
  })
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** Enough for what a backfill holds at once; beyond it memory goes back to the system. */
const mostKept = 64
/** What is shorter costs little; what is longer is rare, and no reason to keep so much. */
const leastBytes = 64 * 1024
const mostBytes = 4 * 1024 * 1024

/**
 * Memory for blocks, used again. A backfill reads hundreds of megabytes a second: as new buffers they would cost more
 * in garbage collection than the scanning of all the blocks in them.
 */
export class BufferPool {
  readonly #free: ArrayBuffer[] = []
  readonly #ours = new WeakSet<ArrayBufferLike>()

  /** Not cleared: whoever takes it fills it. `null` for a length that is not worth it. */
  take(length: number): Buffer | null {
    if (!(length >= leastBytes && length <= mostBytes)) return null
    const size = 2 ** Math.ceil(Math.log2(length))
    const kept = this.#free.findLastIndex(({ byteLength }) => byteLength === size)
    const [memory = this.#allocate(size)] = kept === -1 ? [] : this.#free.splice(kept, 1)
    return Buffer.from(memory, 0, length)
  }

  /**
   * Takes memory back when nobody will read it any more, as another thread would take it over: every view of it has a length of
   * 0 from then on. Buffers of elsewhere, and those that were given before, are left alone.
   *
   * @param options.returned it was with another thread meanwhile, and is known by its size alone.
   */
  give({ buffer }: Uint8Array, { returned = false }: ReleaseOptions = {}): void {
    if (!(buffer instanceof ArrayBuffer)) return
    if (!this.#ours.delete(buffer) && !(returned && isPooledSize(buffer.byteLength))) return
    const memory = structuredClone(buffer, { transfer: [buffer] })
    this.#ours.add(memory)
    // Sizes that are not asked for any more make room for those that are.
    if (this.#free.push(memory) > mostKept) this.#free.shift()
  }

  #allocate(size: number): ArrayBuffer {
    const memory = new ArrayBuffer(size)
    this.#ours.add(memory)
    return memory
  }
}

function isPooledSize(size: number): boolean {
  return size >= leastBytes && size <= mostBytes && Number.isInteger(Math.log2(size))
}
