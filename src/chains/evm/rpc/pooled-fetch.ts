import { isAscii } from 'node:buffer'
import { refuseDenseJson } from '../../answer-limits.ts'
import { HttpClient } from '../../node-http/http-client.ts'

/** Counts the bytes of the bodies a node sent. */
export interface ByteTally {
  bytes: number
}

/** What an answer may be, and whose it is. */
export interface AnswerBounds {
  method: string
  maxBytes: number
}

/** A `fetch` for viem's http transport, over the HTTP client for nodes. */
export class PooledFetch {
  readonly #http: HttpClient
  readonly #path: string

  constructor(url: string, options: { timeoutMs: number; maxResponse?: number | undefined }) {
    const parsed = new URL(url)
    this.#http = new HttpClient(parsed, { ...options, connections: null, asksAgain: false })
    this.#path = `${parsed.pathname}${parsed.search}`
  }

  /**
   * The function to give viem; every body it reads is added to the tally. None is decompressed (no encoding is asked for), so
   * that none can grow afterwards.
   *
   * @throws ChainscreenError of {@link HttpClient.request}, `node-bad-answer`: as `cause` of what viem throws.
   */
  counting(
    tally: ByteTally,
    { method, maxBytes }: AnswerBounds,
  ): (input: unknown, init?: RequestInit) => Promise<Response> {
    return async (_input, init) => {
      const signal = init?.signal ?? undefined
      const headers = { ...(init?.headers as Record<string, string>) }
      const sent = {
        method: 'POST',
        path: this.#path,
        what: method,
        headers,
        body: String(init?.body),
      } as const
      const { status, body, retryAfter } = await this.#http
        .request({ ...sent, maxBytes, signal })
        .catch((error: unknown) => {
          // viem tells its own time limit by the reason of the signal.
          signal?.throwIfAborted()
          throw error
        })
      tally.bytes += body.length
      refuseDenseJson(body, this.#http.endpoint, method)
      // JSON of nodes is ASCII but for the rarest: as latin1 it is text at once.
      const text = body.toString(isAscii(body) ? 'latin1' : 'utf8')
      this.#http.memory.give(body)
      // viem reads just these of a Response. The text is always JSON or an error: no content type decides.
      const response = {
        ok: status >= 200 && status < 300,
        status,
        statusText: '',
        headers: new Headers(retryAfter === null ? {} : { 'retry-after': retryAfter }),
        text: async () => text,
      }
      return response as unknown as Response
    }
  }

  close(): Promise<void> {
    return this.#http.close()
  }
}
