import { setTimeout as delay } from 'node:timers/promises'
import { ChainscreenError } from '../../errors.ts'
import { interrupted } from './abortable.ts'
import { type BitcoinAuth, Credentials } from './credentials.ts'
import { type HttpAnswer, HttpClient, type HttpRequest } from './http-client.ts'

/** How often a node that answers 503 is asked again, each time after twice the pause. */
const busyRetries = 5

export interface NodeClientOptions {
  /** Of the RPC; REST is at the same origin. A user name and password in it are used where `auth` is not given. */
  url: string
  auth?: BitcoinAuth | undefined
  timeoutMs: number
  connections: number
  /** The first pause after a 503. */
  busyDelayMs: number
}

/** Requests to one node, with its credentials, patient while it is overloaded. */
export class NodeClient {
  readonly #http: HttpClient
  readonly #credentials: Credentials
  readonly #rpcPath: string
  readonly #busyDelayMs: number

  constructor(options: NodeClientOptions) {
    const url = new URL(options.url)
    this.#http = new HttpClient(url, options)
    this.#credentials = new Credentials(options.auth ?? authOf(url))
    this.#rpcPath = url.pathname + url.search
    this.#busyDelayMs = options.busyDelayMs
  }

  get endpoint(): string {
    return this.#http.endpoint
  }

  get(path: string, maxBytes: number, signal?: AbortSignal): Promise<HttpAnswer> {
    return this.#send({ method: 'GET', path, maxBytes, signal })
  }

  /** Sends a JSON-RPC body. */
  post(body: string, maxBytes: number, signal?: AbortSignal): Promise<HttpAnswer> {
    const headers = { 'content-type': 'application/json' }
    return this.#send({ method: 'POST', path: this.#rpcPath, headers, body, maxBytes, signal })
  }

  /** Takes back the body of an answer that nobody will read again. */
  giveBack(body: Uint8Array): void {
    this.#http.memory.give(body)
  }

  close(): Promise<void> {
    return this.#http.close()
  }

  async #send(request: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 0; ; attempt++) {
      const answer = await this.#authorized(request)
      if (answer.status !== 503) return answer
      if (attempt === busyRetries) {
        throw new ChainscreenError(
          'node-unreachable',
          `The node at ${this.endpoint} is overloaded (HTTP 503 ${busyRetries + 1} times): raise its rpcworkqueue, or lower the connections used.`,
        )
      }
      await this.#pause(attempt, request.signal)
    }
  }

  async #authorized(request: HttpRequest): Promise<HttpAnswer> {
    const used = await this.#credentials.header()
    const answer = await this.#http.request(withAuthorization(request, used))
    if (answer.status === 401 && (await this.#credentials.renew(used))) {
      const renewed = await this.#http.request(withAuthorization(request, await this.#credentials.header()))
      return this.#checked(renewed)
    }
    return this.#checked(answer)
  }

  #checked(answer: HttpAnswer): HttpAnswer {
    if (answer.status !== 401 && answer.status !== 403) return answer
    const reason =
      answer.status === 401
        ? 'does not accept the credentials: check "cookie", or "username" and "password"'
        : 'does not allow this machine or user (HTTP 403): check its rpcallowip and rpcwhitelist'
    throw new ChainscreenError('node-auth', `The node at ${this.endpoint} ${reason}.`)
  }

  async #pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
    try {
      await delay(this.#busyDelayMs * 2 ** attempt, undefined, signal === undefined ? {} : { signal })
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
