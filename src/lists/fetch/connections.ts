import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { ChainscreenError, isLoginCut, redactUrl } from '../../diagnostics/errors.ts'
import type { Redactor } from '../../privacy/redactor.ts'
import type { DownloadPolicy } from './types.ts'

/** How an address is reached. */
interface Way {
  dispatcher: Dispatcher
  /** Scheme and host of the proxy that it leads through; `null` = none. */
  proxy: string | null
}

/** Connections for one update of one list, through the proxies that the environment names. */
export class Connections {
  readonly #bounds: Agent.Options
  readonly #idleMs: number
  readonly #direct: Agent
  readonly #proxies = new Map<string, ProxyAgent>()

  readonly #redactor: Redactor

  /** @param redactor learns the proxies: one may echo what it was asked with. */
  constructor({ idleMs }: DownloadPolicy, redactor: Redactor) {
    this.#redactor = redactor
    this.#idleMs = idleMs
    this.#bounds = { connect: { timeout: idleMs }, headersTimeout: idleMs, bodyTimeout: idleMs }
    this.#direct = new Agent(this.#bounds)
  }

  /** @throws ChainscreenError `config` as {@link proxyFor}. */
  to(url: URL): Way {
    const proxy = proxyFor(url)
    if (proxy === null) return { dispatcher: this.#direct, proxy: null }
    const dispatcher = this.#proxies.get(proxy.href) ?? this.#openProxy(proxy)
    this.#proxies.set(proxy.href, dispatcher)
    return { dispatcher, proxy: redactUrl(proxy.href) }
  }

  #openProxy(proxy: URL): ProxyAgent {
    const token = basicAuth(proxy)
    this.#redactor.addUrl(proxy.href)
    return new ProxyAgent({
      ...{ ...this.#bounds, uri: proxy.origin, proxyTls: { timeout: this.#idleMs } },
      ...(token !== null && { token }),
    })
  }

  async destroy(): Promise<void> {
    await Promise.all([this.#direct, ...this.#proxies.values()].map((agent) => agent.destroy()))
  }
}

/**
 * The header by which user and password of a URL are sent (RFC 7617), either of which may be empty; `null` where it has
 * neither. They are percent-encoded: the config refuses others.
 */
export function basicAuth({ username, password }: URL): string | null {
  if (username === '' && password === '') return null
  const text = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(text).toString('base64')}`
}

/**
 * The proxy that the environment names for an address; `null` = none. Lower-case names go before capitals, an https
 * address goes through `http_proxy` where there is no `https_proxy`, and `no_proxy` names hosts (with their subdomains,
 * with a port or without), or `*`.
 *
 * @throws ChainscreenError `config` where the variable that counts is no http or https URL: it is named, and not shown.
 */
export function proxyFor(url: URL, env: NodeJS.ProcessEnv = process.env): URL | null {
  const name = namesFor(url).find((each) => env[each])
  if (name === undefined || isExempt(url, env.no_proxy ?? env.NO_PROXY ?? '')) return null
  const proxy = readProxy(env[name] ?? '')
  if (proxy !== null) return proxy
  throw new ChainscreenError(
    'config',
    `${name} in the environment is no URL of a proxy, so that nothing can be fetched through it: expected http:// or https://, a host and a port, with percent-encoded user and password; or unset it.`,
  )
}

function namesFor({ protocol }: URL): string[] {
  const http = ['http_proxy', 'HTTP_PROXY']
  return protocol === 'https:' ? ['https_proxy', 'HTTPS_PROXY', ...http] : http
}

function readProxy(text: string): URL | null {
  try {
    const proxy = new URL(text)
    if (isLoginCut(text)) return null
    decodeURIComponent(`${proxy.username}:${proxy.password}`)
    return proxy.protocol === 'http:' || proxy.protocol === 'https:' ? proxy : null
  } catch {
    return null
  }
}

function isExempt({ hostname, port, protocol }: URL, noProxy: string): boolean {
  if (noProxy.trim() === '*') return true
  const asked = port || (protocol === 'https:' ? '443' : '80')
  return noProxy
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      const [, host = '', only] = /^(.*?)(?::(\d+))?$/.exec(entry.replace(/^\*?\./, '')) ?? []
      return (only === undefined || only === asked) && (hostname === host || hostname.endsWith(`.${host}`))
    })
}
