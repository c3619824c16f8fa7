import { redactUrl } from '../../diagnostics/errors.ts'
import { FetchFailure } from './fetch-failure.ts'

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
