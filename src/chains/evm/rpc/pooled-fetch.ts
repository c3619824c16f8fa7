import { isAscii } from 'node:buffer'
import { Pool } from 'undici'
import { redactUrl } from '../../../errors.ts'
import { AnswerTooLarge, refuseDenseJson } from '../../answer-limits.ts'

/** Counts the bytes of the bodies a node sent. */
export interface ByteTally {
  bytes: number
}

/** What an answer may be, and whose it is. */
export interface AnswerBounds {
  method: string
  maxBytes: number
}

/**
 * A `fetch` for viem's http transport, over undici's request API: it reads the same bodies about 1.3 times as fast
 * as fetch, whose streams and Response objects cost more than the parsing.
 */
export class PooledFetch {
  readonly #pool: Pool
  readonly #path: string
  readonly #endpoint: string

  constructor(url: string) {
    const { origin, pathname, search } = new URL(url)
    this.#endpoint = redactUrl(url)
    this.#pool = new Pool(origin)
    this.#path = `${pathname}${search}`
  }

  /**
   * The function to give viem; every body it reads is added to the tally. A body beyond the bounds is not received: its
   * connection is dropped. None is decompressed (no encoding is asked for), so that none can grow afterwards.
   *
   * @throws AnswerTooLarge, ChainscreenError `node-bad-answer`: as `cause` of what viem throws.
   */
  counting(
    tally: ByteTally,
    { method, maxBytes }: AnswerBounds,
  ): (input: unknown, init?: RequestInit) => Promise<Response> {
    return async (_input, init) => {
      const answer = await this.#pool.request({
        path: this.#path,
        method: 'POST',
        headers: { ...(init?.headers as Record<string, string>) },
        body: String(init?.body),
        signal: init?.signal ?? null,
      })
      const tooLarge = () => {
        answer.body.on('error', () => {}).destroy()
        return new AnswerTooLarge(this.#endpoint, method, maxBytes)
      }
      if (Number(answer.headers['content-length']) > maxBytes) throw tooLarge()
      const chunks: Buffer[] = []
      let bytes = 0
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        bytes += chunk.length
        if (bytes > maxBytes) throw tooLarge()
        chunks.push(chunk)
      }
      const [only] = chunks
      const body = chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, bytes)
      tally.bytes += bytes
      refuseDenseJson(body, this.#endpoint, method)
      const retryAfter = answer.headers['retry-after']
      const ok = answer.statusCode >= 200 && answer.statusCode < 300
      // viem reads just these of a Response. The text is always JSON or an error: no content type decides.
      const response = {
        ok,
        status: answer.statusCode,
        statusText: '',
        headers: new Headers(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        // JSON of nodes is ASCII but for the rarest: as latin1 it is text at once.
        text: async () => body.toString(isAscii(body) ? 'latin1' : 'utf8'),
      }
      return response as unknown as Response
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy()
  }
}
