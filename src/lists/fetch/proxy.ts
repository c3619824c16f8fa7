import { ChainscreenError } from '../../diagnostics/errors.ts'

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
