import { createHash } from 'node:crypto'
import { type Dispatcher, request } from 'undici'
import { redactUrl } from '../../diagnostics/errors.ts'
import { basicAuth, type Connections } from './connections.ts'
import { FetchFailure, transportFailure } from './fetch-failure.ts'
import type { FetchRequest, Validators } from './types.ts'

/** An answer whose body was not read yet. */
export interface Answer {
  /** The address that answered, after redirects. It may be signed: used within this attempt, never kept. */
  url: URL
  status: number
  /** It was asked for news only. */
  conditional: boolean
  header(name: string): string | undefined
  body: Dispatcher.ResponseData['body']
  /** Scheme and host of the proxy that it came through; `null` = none. */
  proxy: string | null
}

const redirects = new Set([301, 302, 303, 307, 308])
const maxRedirects = 5

/**
 * Sends a GET, and follows redirects as far as the config allows.
 *
 * @param headers further headers of each request on the way.
 * @throws FetchFailure
 */
export async function ask(
  start: URL,
  request_: FetchRequest,
  connections: Connections,
  signal: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const origin = new URL(request_.url)
  let url = start
  for (let hops = 0; hops <= maxRedirects; hops++) {
    const asked = news(url, request_)
    const all = { ...headers, ...asked, ...credentials(url, origin) }
    const answer = await send(url, all, connections, signal)
    if (!redirects.has(answer.status)) return { ...answer, conditional: Object.keys(asked).length > 0 }
    // Its text is of no use; the connection is.
    await answer.body.dump({ limit: 65_536 }).catch(() => {})
    url = redirectTarget(url, answer.header('location'), origin, request_.redirectHosts)
    request_.redactor.addUrl(url.href)
  }
  throw new FetchFailure(`${redactUrl(origin.href)} redirects more than ${maxRedirects} times.`, {
    again: false,
  })
}

async function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  connections: Connections,
  signal: AbortSignal,
): Promise<Omit<Answer, 'conditional'>> {
  const bare = new URL(url)
  bare.username = ''
  bare.password = ''
  const { dispatcher, proxy } = connections.to(url)
  try {
    const answer = await request(bare, {
      dispatcher,
      signal,
      headers: { accept: '*/*', 'accept-encoding': 'gzip', 'user-agent': 'chainscreen', ...headers },
    })
    const header = (name: string) => {
      const value = answer.headers[name]
      // Of several lines the last: of Transfer-Encoding it is what counts.
      return Array.isArray(value) ? value.at(-1) : value
    }
    return { url, status: answer.statusCode, header, body: answer.body, proxy }
  } catch (error) {
    signal.throwIfAborted()
    throw transportFailure(redactUrl(url.href), error, proxy)
  }
}

/** Asks for news only, of the very address that the last download came from. */
function news(url: URL, { known, url: origin, redactor }: FetchRequest): Record<string, string> {
  if (known === null || known.resource !== resourceOf(url, origin)) return {}
  // Kept by a version that did not look: what comes of asking for the whole file takes its place.
  if (redactor.reveals(`${known.etag} ${known.lastModified}`)) return {}
  return {
    ...(known.etag === null ? {} : { 'if-none-match': known.etag }),
    ...(known.lastModified === null ? {} : { 'if-modified-since': known.lastModified }),
  }
}

function credentials(url: URL, origin: URL): Record<string, string> {
  const authorization = url.origin === origin.origin ? basicAuth(origin) : null
  return authorization === null ? {} : { authorization }
}

/**
 * The name under which validators of an address are kept: a SHA-256, since addresses may hold keys. The query of a
 * redirect's target is a signature that differs every time; that of the configured URL chooses what is sent. The
 * configured URL is part of every name: for another one nothing is known.
 */
function resourceOf(url: URL, origin: string): string {
  const target = url.href === new URL(origin).href ? url.href : `${url.origin}${url.pathname}`
  return createHash('sha256').update(`${origin}\n${target}`).digest('hex')
}

/** An entity tag (RFC 9110, 8.8.3), no longer than any that is one. */
const isEtag = (text: string) => /^(?:W\/)?"[\x21\x23-\x7e]{0,256}"$/.test(text)
const isDate = (text: string) => text.length <= 64 && !Number.isNaN(Date.parse(text))

/** A validator that is well-formed and tells no secret that the server was asked with; without it the file is asked for whole. */
function storable(
  text: string | undefined,
  isOne: (text: string) => boolean,
  { redactor }: FetchRequest,
): string | null {
  return text !== undefined && isOne(text) && !redactor.reveals(text) ? text : null
}

/** What the server says of the version in this answer. */
export function validatorsOf(answer: Answer, request: FetchRequest): Validators {
  return {
    resource: resourceOf(answer.url, request.url),
    etag: storable(answer.header('etag'), isEtag, request),
    lastModified: storable(answer.header('last-modified'), isDate, request),
  }
}

/**
 * Where a redirect leads.
 *
 * @param from the address that answered. @param location its Location header.
 * @param origin the configured URL. @param hosts further hosts that are allowed.
 * @throws FetchFailure where it leads away from the hosts that are allowed, or from https to http.
 */
export function redirectTarget(
  from: URL,
  location: string | undefined,
  origin: URL,
  hosts: readonly string[],
): URL {
  const refuse = (text: string) => new FetchFailure(`${redactUrl(from.href)} ${text}`, { again: false })
  if (location === undefined || !URL.canParse(location, from.href)) {
    throw refuse('redirects without saying where to.')
  }
  const target = new URL(location, from.href)
  const where = redactUrl(target.href)
  if (target.protocol !== 'https:' && target.protocol !== 'http:') {
    throw refuse(`redirects to ${target.protocol} addresses; expected https:.`)
  }
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw refuse(`redirects to ${where}, from https back to http: that is refused.`)
  }
  if (mayLeadTo(target, from, origin, hosts)) return target
  throw refuse(
    `redirects to ${where}, which the config does not allow; if that is right, add ${JSON.stringify(target.host)} to \`redirectHosts\` of the list.`,
  )
}

/** Whether whoever stands at `from` may send one on to an address. @param origin the configured URL. */
export function mayLeadTo(target: URL, from: URL, origin: URL, hosts: readonly string[]): boolean {
  if (target.protocol !== 'https:' && target.protocol !== 'http:') return false
  if (from.protocol === 'https:' && target.protocol === 'http:') return false
  // http to https on the usual ports changes the host's port, and is the same host.
  const upgraded = target.hostname === origin.hostname && target.protocol === 'https:' && target.port === ''
  return target.host === origin.host || upgraded || hosts.includes(target.host)
}
