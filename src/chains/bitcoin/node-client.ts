import { setTimeout as delay } from 'node:timers/promises'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type RetryPolicy, retryDelayMs } from '../../network/retry.ts'
import { Redactor } from '../../privacy/redactor.ts'
import { type HttpAnswer, HttpClient, type HttpRequest, interrupted } from '../node-http/http-client.ts'
import { type BitcoinAuth, Credentials } from './credentials.ts'

/** What Bitcoin Core answers with a 503 when too much waits (src/httpserver.cpp). Anything else is a proxy's, or the node is starting. */
const overloaded = 'Work queue depth exceeded'

/** Reports of an overloaded node are this far apart. */
const busyReportMs = 60_000

/** The credentials are good, and this user may not call this method: `rpcwhitelist` leaves it out. */
export class MethodForbidden extends ChainscreenError {
  constructor(endpoint: string, method: string) {
    super(
      'node-auth',
      `The node at ${endpoint} does not allow ${method} (HTTP 403): let rpcwhitelist name it for this user, and rpcallowip this machine.`,
    )
  }
}

/** How often a node that answers 503 is asked again, each time after twice the pause. */
const busyRetries = 5
const longestBusyMs = 60_000

export interface NodeClientOptions {
  /** Of the RPC; REST is at the same origin. A user name and password in it are used where `auth` is not given. */
  url: string
  auth?: BitcoinAuth | undefined
  timeoutMs: number
  connections: number
  /** The first pause after a 503. */
  busyDelayMs: number
  /** The node answered 503. Told at most once a minute. */
  onBusy?: ((asked: string) => void) | undefined
  /** Most bytes of any answer. Default: 64 MB. */
  maxResponse?: number | undefined
  /** Takes what `url` and `auth` keep secret out of what the node wrote. Default: one of its own. */
  redactor?: Redactor | undefined
}

/** Requests to one node, with its credentials, patient while it is overloaded. */
export class NodeClient {
  /** For text that the node wrote. */
  readonly redactor: Redactor
  readonly #http: HttpClient
  readonly #credentials: Credentials
  readonly #rpcPath: string
  readonly #busyRetry: RetryPolicy
  readonly #onBusy: NodeClientOptions['onBusy']
  #busyReportedAt = Number.NEGATIVE_INFINITY

  constructor(options: NodeClientOptions) {
    const url = new URL(options.url)
    this.#http = new HttpClient(url, options)
    this.redactor = options.redactor ?? new Redactor('node', [options.url])
    this.#credentials = new Credentials(options.auth ?? authOf(url), this.redactor)
    this.#rpcPath = url.pathname + url.search
    this.#busyRetry = { firstMs: options.busyDelayMs, longestMs: longestBusyMs }
    this.#onBusy = options.onBusy
  }

  get endpoint(): string {
    return this.#http.endpoint
  }

  /** Whatever the status is: REST asks for no credentials, so a refusal says that it is not served here. */
  async get(path: string, maxBytes: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const isBusy = ({ status, body }: HttpAnswer) =>
      status === 503 && body.toString('utf8', 0, 100).startsWith(overloaded)
    return this.#send({ method: 'GET', path, what: path, maxBytes, signal }, isBusy)
  }

  /**
   * Sends a JSON-RPC body.
   *
   * @param method the RPC's, for errors
   * @throws MethodForbidden where it is refused; ChainscreenError `node-auth` where the credentials are, and those of the connection
   */
  async post(method: string, body: string, maxBytes: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json' }
    const post = { method: 'POST', path: this.#rpcPath, what: method } as const
    const request: HttpRequest = { ...post, headers, body, maxBytes, signal }
    const answer = await this.#send(request, ({ status }) => status === 503)
    if (answer.status === 503) {
      throw new ChainscreenError(
        'node-unreachable',
        `The node at ${this.endpoint} is overloaded (${method}: HTTP 503 ${busyRetries + 1} times): raise its rpcworkqueue, or lower the connections used.`,
      )
    }
    if (answer.status === 403) throw new MethodForbidden(this.endpoint, method)
    if (answer.status !== 401) return answer
    throw new ChainscreenError(
      'node-auth',
      `The node at ${this.endpoint} does not accept the credentials (${method}: HTTP 401): check "cookie", or "username" and "password".`,
    )
  }

  /** Takes back the body of an answer that nobody will read again. */
  giveBack(body: Uint8Array): void {
    this.#http.memory.give(body)
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  async #send(request: HttpRequest, isBusy: (answer: HttpAnswer) => boolean): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#authorized(request)
      if (answer.status === 503) this.#reportBusy(request.what)
      if (!isBusy(answer) || attempt > busyRetries) return answer
      await this.#pause(attempt, request.signal)
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

  async #pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await delay(retryDelayMs(this.#busyRetry, attempt), undefined, signal === undefined ? {} : { signal })
    } catch (cause) {
      throw interrupted(cause)
    }
  }
}

function withAuthorization(request: HttpRequest, header: string | undefined): HttpRequest {
  if (header === undefined) return request
  return { ...request, headers: { ...request.headers, authorization: header } }
}

function authOf({ username, password }: URL): BitcoinAuth | undefined {
  if (username === '') return undefined
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) }
}
