import type { paths } from './client/api.ts'

/** What a program that calls chainscreen's HTTP API gets: a small client, typed by the API's own description. */
export type { paths as ApiPaths } from './client/api.ts'

/** How to reach a server. */
export interface ClientOptions {
  /** Where it listens, such as `http://127.0.0.1:8790`. */
  url: string
  /** A token of `chainscreen tokens add`. */
  token?: string
  /** How long one answer may take. Default 30 s. */
  timeoutMs?: number
  /** In place of the platform's own, for proxies and tests. */
  fetch?: typeof fetch
}

type Method = 'get' | 'post' | 'delete'

/** The paths that take a method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: M extends keyof paths[P] ? P : never
}[keyof paths]

type OperationOf<M extends Method, P extends PathOf<M>> = M extends keyof paths[P] ? paths[P][M] : never

/** Of a group that has nothing required, nothing has to be given. */
type Given<Name extends string, Group> = [Group] extends [never]
  ? unknown
  : Record<string, never> extends Group
    ? { [N in Name]?: Group }
    : { [N in Name]: Group }

type PartOf<O, Name extends string> = O extends { [N in Name]: infer Part } ? Part : never

/** What a call may or must say. */
export type CallOptions<M extends Method, P extends PathOf<M>> = Given<
  'params',
  PartOf<OperationOf<M, P>, 'params'>
> &
  Given<'query', PartOf<OperationOf<M, P>, 'query'>> &
  Given<'body', PartOf<OperationOf<M, P>, 'body'>> & {
    /** Such as `Idempotency-Key`. */
    headers?: Readonly<Record<string, string>>
    signal?: AbortSignal
  }

/** What the server answers where it does what was asked. */
export type AnswerOf<M extends Method, P extends PathOf<M>> = PartOf<OperationOf<M, P>, 'answer'>

type Arguments<Options> = Record<string, never> extends Options ? [options?: Options] : [options: Options]

/** Calls the API. */
export interface Client {
  /** @throws ApiError where the server refuses; what `fetch` throws where it does not answer. */
  get<P extends PathOf<'get'>>(
    path: P,
    ...options: Arguments<CallOptions<'get', P>>
  ): Promise<AnswerOf<'get', P>>
  /** @throws ApiError as {@link Client.get}. */
  post<P extends PathOf<'post'>>(
    path: P,
    ...options: Arguments<CallOptions<'post', P>>
  ): Promise<AnswerOf<'post', P>>
  /** @throws ApiError as {@link Client.get}. */
  delete<P extends PathOf<'delete'>>(
    path: P,
    ...options: Arguments<CallOptions<'delete', P>>
  ): Promise<AnswerOf<'delete', P>>
}

/** The server refused, or failed: RFC 9457. Decide by `type`; `message` is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Stable, such as `urn:chainscreen:problem:scope-missing`; `about:blank` where it was not the server that answered. */
  readonly type: string
  /** By which the server's log finds the request; `null` where the answer has none. */
  readonly requestId: string | null
  /** Seconds until the same may work; `null` where the server did not say. */
  readonly retryAfterSeconds: number | null

  constructor(
    status: number,
    message: string,
    fields: Pick<ApiError, 'type' | 'requestId' | 'retryAfterSeconds'>,
  ) {
    super(message)
    this.status = status
    this.type = fields.type
    this.requestId = fields.requestId
    this.retryAfterSeconds = fields.retryAfterSeconds
  }
}

/**
 * A client of one server. It needs nothing but `fetch`: Node.js, Deno, Bun and browsers have it.
 *
 * @throws TypeError for a `url` that is none.
 * @example
 * const client = createClient({ url: 'http://127.0.0.1:8790', token: process.env.CHAINSCREEN_TOKEN })
 * const { data } = await client.get('/v1/lists')
 * const stale = data.filter(({ fresh }) => !fresh)
 */
export function createClient({ url, token, timeoutMs = 30_000, fetch: ask = fetch }: ClientOptions): Client {
  const base = new URL(url.endsWith('/') ? url : `${url}/`)
  const call = async (method: string, path: string, options: RawOptions = {}): Promise<unknown> => {
    const { params, query, body, headers, signal } = options
    const place = new URL(filled(path, params).slice(1), base)
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined && value !== null) place.searchParams.set(name, String(value))
    const limits = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]
    const response = await ask(place, {
      method,
      headers: {
        accept: 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      // A token goes to nobody else.
      redirect: 'error',
      signal: AbortSignal.any(limits),
    })
    if (!response.ok) throw await errorOf(response)
    return response.status === 204 ? undefined : response.json()
  }
  const of = (method: string) => (path: string, options?: RawOptions) => call(method, path, options)
  // Types alone: what is called at run time is the same for every path.
  return { get: of('GET'), post: of('POST'), delete: of('DELETE') } as unknown as Client
}

interface RawOptions {
  params?: Readonly<Record<string, unknown>>
  query?: Readonly<Record<string, unknown>>
  body?: unknown
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** `/v1/lists/{id}` with its values in place, each a single segment. */
function filled(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? '')
    // An empty segment, or one that leads elsewhere, would ask for another path.
    if (value === '' || value === '.' || value === '..')
      throw new TypeError(`params.${name} is ${JSON.stringify(value)}`)
    return encodeURIComponent(value)
  })
}

async function errorOf(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '')
  const problem = problemIn(text)
  const retryAfter = response.headers.get('retry-after')
  return new ApiError(response.status, problem.detail ?? `The server answers with HTTP ${response.status}.`, {
    type: problem.type ?? 'about:blank',
    requestId: problem.requestId ?? response.headers.get('x-request-id'),
    retryAfterSeconds: retryAfter !== null && /^\d+$/.test(retryAfter) ? Number(retryAfter) : null,
  })
}

/** What stands before the server may answer with anything. */
function problemIn(text: string): { type?: string; detail?: string; requestId?: string } {
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null) return {}
    const texts = Object.entries(parsed).filter(([, value]) => typeof value === 'string')
    return Object.fromEntries(texts) as ReturnType<typeof problemIn>
  } catch {
    return {}
  }
}
