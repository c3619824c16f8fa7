import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { ChainscreenError, messageOf, redactUrl } from '../../diagnostics/errors.ts'
import { Redactor } from '../../privacy/redactor.ts'
import { memberText } from './member-text.ts'

/** How a node is reached; a cookie file is read at every call, since it changes when the node restarts. */
export type NodeAuth = { username: string; password: string } | { cookie: string }

/** A JSON-RPC answer: the result's text as served, or the node's error. */
export type RawAnswer = { result: string } | { error: { code: number; message: string } }

/** A node as the recorder sees it: questions out, the bytes of the answers back. */
export interface RawNode {
  /** Scheme and host, safe to print. */
  readonly endpoint: string
  /** For text that the node wrote. */
  readonly redactor: Redactor
  rpc(method: string, params: readonly unknown[]): Promise<RawAnswer>
  /** The result's text; a JSON-RPC error throws `node-bad-answer`. */
  call(method: string, params: readonly unknown[]): Promise<string>
  /** The body, or `null` for a status other than 200. */
  get(path: string): Promise<Buffer | null>
}

const timeoutMs = 120_000
const attempts = 4

const answerSchema = z.object({
  result: z.unknown().optional(),
  error: z.object({ code: z.number(), message: z.string() }).nullish(),
})

/** @throws ChainscreenError `node-unreachable`, `node-auth`, `node-bad-answer` */
export function openRawNode(url: string, auth?: NodeAuth, signal?: AbortSignal): RawNode {
  const endpoint = redactUrl(url)
  const redactor = new Redactor('node', [url])
  const base = new URL(url)
  const inUrl = base.username === '' ? undefined : decodeURIComponent(`${base.username}:${base.password}`)
  base.username = ''
  base.password = ''

  async function send(path: string, body?: string): Promise<{ status: number; bytes: Buffer }> {
    const login = auth === undefined ? inUrl : await loginOf(auth)
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' }
    if (login !== undefined) {
      const [user = '', ...password] = login.split(':')
      redactor.addLogin(user, password.join(':'))
      headers.authorization = `Basic ${Buffer.from(login).toString('base64')}`
    }
    const timeout = AbortSignal.timeout(timeoutMs)
    const request: RequestInit = {
      headers,
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    }
    if (body !== undefined) Object.assign(request, { method: 'POST', body })
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await fetch(path === '' ? base : new URL(path, base), request)
        const bytes = Buffer.from(await response.arrayBuffer())
        // Bitcoin Core's work queue is full: it asks to come back later.
        if (response.status !== 503 || attempt === attempts) return { status: response.status, bytes }
      } catch (error) {
        if (signal?.aborted)
          throw new ChainscreenError('aborted', 'Recording was interrupted; nothing was written.')
        throw new ChainscreenError(
          'node-unreachable',
          `The node at ${endpoint} does not answer (${why(error)}).`,
          {
            cause: error,
          },
        )
      }
      await new Promise((resolve) => setTimeout(resolve, 250 * attempt))
    }
  }

  async function rpc(method: string, params: readonly unknown[]): Promise<RawAnswer> {
    const { status, bytes } = await send('', JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
    if (status === 401 || status === 403)
      throw new ChainscreenError(
        'node-auth',
        `The node at ${endpoint} refuses the credentials (HTTP ${status}).`,
      )
    const text = bytes.toString('utf8')
    const parsed = parseAnswer(text)
    if (parsed?.error) return { error: parsed.error }
    const result = parsed === null ? undefined : memberText(text, 'result')
    if (result !== undefined) return { result }
    const message = `The node at ${endpoint} answered ${method} with HTTP ${status} and no JSON-RPC answer.`
    throw new ChainscreenError('node-bad-answer', message)
  }

  return {
    endpoint,
    redactor,
    rpc,
    async call(method, params) {
      const answer = await rpc(method, params)
      if ('result' in answer) return answer.result
      const { code, message } = answer.error
      throw new ChainscreenError(
        code === -28 ? 'node-syncing' : 'node-bad-answer',
        `The node at ${endpoint} answered ${method} with error ${code}: ${redactor.quote(message)}.`,
      )
    },
    async get(path) {
      const { status, bytes } = await send(path)
      return status === 200 ? bytes : null
    },
  }
}

function parseAnswer(text: string): z.infer<typeof answerSchema> | null {
  try {
    return answerSchema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

async function loginOf(auth: NodeAuth): Promise<string> {
  if ('username' in auth) return `${auth.username}:${auth.password}`
  try {
    return (await readFile(auth.cookie, 'utf8')).trim()
  } catch (error) {
    const message = `The cookie file ${auth.cookie} can't be read (${messageOf(error)}); is the node running?`
    throw new ChainscreenError('node-auth', message, { cause: error })
  }
}

function why(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error)
}
