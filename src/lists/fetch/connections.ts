import { Agent, type Dispatcher, ProxyAgent } from 'undici'
import { redactUrl } from '../../diagnostics/errors.ts'
import type { Redactor } from '../../privacy/redactor.ts'
import { basicAuth } from './basic-auth.ts'
import { proxyFor } from './proxy.ts'
import type { DownloadPolicy } from './types.ts'

/** How an address is reached. */
export interface Way {
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
