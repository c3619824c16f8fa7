import { readFile } from 'node:fs/promises'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { pause } from '../../lifecycle/loop.ts'
import { type RetryPolicy, retryDelayMs } from '../../network/retry.ts'
import { Redactor } from '../../privacy/redactor.ts'
import type { ReleaseOptions } from '../source.ts'
import { type HttpAnswer, HttpClient, type HttpRequest, interrupted } from './http-client.ts'

/** Credentials of a node: the cookie file that bitcoind writes, or a user and a password. */
export type NodeAuth = { cookieFile: string } | { username: string; password: string }

/** What Bitcoin Core answers with a 503 when too much waits (src/httpserver.cpp). Anything else is a proxy's, or the node is starting. */
const overloaded = 'Work queue depth exceeded'

/** Reports of an overloaded node are this far apart. */
const busyReportMs = 60_000

/** How often a node that answers 503 is asked again, each time after twice the pause. */
export const busyRetries = 5
const longestBusyMs = 60_000

export interface NodeClientOptions {
  /** Of the RPC; REST is at the same origin. A user name and password in it are used where `auth` is not given. */
  url: string
  auth?: NodeAuth | undefined
  /** How long the node may stay silent, before and within an answer. */
  timeoutMs: number
  /** How long a request may take, its answer included. Default: any time. */
  timeLimitMs?: number
  /** At most; `null`: as many as there are requests at once. */
  connections: number | null
  /** Whether a request whose connection was lost is sent once more. Default true. */
  asksAgain?: boolean
  /** The first pause after a 503. Default: a 503 is an answer like others. */
  busyDelayMs?: number
  /** The node answered 503; called at most once a minute. */
  onBusy?: ((asked: string) => void) | undefined
  /** Most bytes of any answer. Default: 64 MB. */
  maxResponse?: number | undefined
  /** Takes what `url` and `auth` keep secret out of what the node wrote. Default: one of its own. */
  redactor?: Redactor | undefined
}

/** Requests to one node, with its credentials. Waits while the node is overloaded. */
export class NodeClient {
  /** For text that the node wrote. */
  readonly redactor: Redactor
  readonly #http: HttpClient
  readonly #credentials: Credentials
  readonly #rpcPath: string
  readonly #busyRetry: RetryPolicy | null
  readonly #onBusy: NodeClientOptions['onBusy']
  #busyReportedAt = Number.NEGATIVE_INFINITY

  constructor({ busyDelayMs, ...options }: NodeClientOptions) {
    const url = new URL(options.url)
    this.#http = new HttpClient(url, options)
    this.redactor = options.redactor ?? new Redactor('node', [options.url])
    this.#credentials = new Credentials(options.auth ?? authOf(url), this.redactor)
    this.#rpcPath = url.pathname + url.search
    this.#busyRetry = busyDelayMs === undefined ? null : { firstMs: busyDelayMs, longestMs: longestBusyMs }
    this.#onBusy = options.onBusy
  }

  /** Scheme and host, safe to print. */
  get endpoint(): string {
    return this.#http.endpoint
  }

  /**
   * @returns the answer, whatever its status is: REST asks for no credentials, so a refusal says that it is not served here.
   * @throws ChainscreenError `node-unreachable`, `node-bad-answer` (too large), `aborted`
   */
  async get(path: string, maxBytes: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const isBusy = ({ status, body }: HttpAnswer) =>
      status === 503 && body.toString('utf8', 0, 100).startsWith(overloaded)
    return this.#send({ method: 'GET', path, what: path, maxBytes, signal }, isBusy)
  }

  /**
   * Sends a JSON-RPC body.
   *
   * @param method the RPC's, for errors
   * @returns the answer, whatever its status is.
   * @throws ChainscreenError as {@link get}, and `node-auth` where the cookie file can't be read
   */
  async post(method: string, body: string, maxBytes: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json' }
    const post = { method: 'POST', path: this.#rpcPath, what: method } as const
    return this.#send({ ...post, headers, body, maxBytes, signal }, ({ status }) => status === 503)
  }

  /** Takes back the body of an answer that nobody will read again. */
  giveBack(body: Uint8Array, options?: ReleaseOptions): void {
    this.#http.memory.give(body, options)
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  async #send(request: HttpRequest, isBusy: (answer: HttpAnswer) => boolean): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#authorized(request)
      if (answer.status === 503) this.#reportBusy(request.what)
      if (this.#busyRetry === null || !isBusy(answer) || attempt > busyRetries) return answer
      const signal = request.signal ?? new AbortController().signal
      await pause(retryDelayMs(this.#busyRetry, attempt), signal)
      if (signal.aborted) throw interrupted(signal.reason)
    }
  }

  #reportBusy(asked: string): void {
    const now = performance.now()
    if (now - this.#busyReportedAt < busyReportMs) return
    this.#busyReportedAt = now
    this.#onBusy?.(asked)
  }

  /** Once more with other credentials, where these are refused and there are others by now. */
  async #authorized(request: HttpRequest): Promise<HttpAnswer> {
    const used = await this.#credentials.header()
    const answer = await this.#http.request(withAuthorization(request, used))
    if (answer.status !== 401 || !(await this.#credentials.renew(used))) return answer
    return this.#http.request(withAuthorization(request, await this.#credentials.header()))
  }
}

function withAuthorization(request: HttpRequest, header: string | undefined): HttpRequest {
  if (header === undefined) return request
  return { ...request, headers: { ...request.headers, authorization: header } }
}

function authOf({ username, password }: URL): NodeAuth | undefined {
  if (username === '') return undefined
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}

/** Makes the Authorization header, and makes it again when the node stops accepting it. */
class Credentials {
  readonly #auth: NodeAuth | undefined
  readonly #redactor: Redactor
  #header: string | undefined

  /** @param redactor learns what is sent. */
  constructor(auth: NodeAuth | undefined, redactor: Redactor) {
    this.#auth = auth
    this.#redactor = redactor
  }

  /** @throws ChainscreenError `node-auth` where the cookie file can't be read */
  async header(): Promise<string | undefined> {
    this.#header ??= await this.#read()
    return this.#header
  }

  /**
   * After a 401: whether there is something new to try. bitcoind writes a new cookie at every start.
   *
   * @param refused the header that was refused: several requests may be refused at once, and the first has read the file
   */
  async renew(refused: string | undefined): Promise<boolean> {
    if (this.#header === refused) this.#header = await this.#read()
    return this.#header !== refused
  }

  async #read(): Promise<string | undefined> {
    if (this.#auth === undefined) return undefined
    const text =
      'cookieFile' in this.#auth
        ? await readCookie(this.#auth.cookieFile)
        : `${this.#auth.username}:${this.#auth.password}`
    const [user = '', ...password] = text.split(':')
    this.#redactor.addLogin(user, password.join(':'))
    return `Basic ${Buffer.from(text).toString('base64')}`
  }
}

async function readCookie(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    throw new ChainscreenError(
      'node-auth',
      `The cookie file ${file} can't be read: is bitcoind running, does "cookie" name its data directory, and may this user read it?`,
      { cause },
    )
  }
}
