import { z } from 'zod'

const urlExpected = 'an https:// or http:// URL'
const loginExpected =
  'an https:// or http:// URL with percent-encoded user and password (a percent sign is %25)'
const hostsExpected = 'a list of host names, such as [files.example.org]'

/** Where a list is fetched from. Kept as written, since it may hold a key: print it with `redactUrl` only. */
export const listUrlSchema = z
  .string(urlExpected)
  .refine((url) => /^https?:\/\//i.test(url) && URL.canParse(url), urlExpected)
  .refine((url) => !URL.canParse(url) || canReadLogin(new URL(url)), loginExpected)
  .describe('Where the list is fetched from. In place of file.')

function canReadLogin({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}:${password}`)
    return true
  } catch {
    return false
  }
}

/** Hosts as `URL.host` gives them: lower case, with a port where it is not the usual one. */
export const redirectHostsSchema = z
  .array(
    z
      .string(hostsExpected)
      .refine((host) => URL.canParse(`https://${host}`), hostsExpected)
      .refine((host) => /^[a-z0-9.:[\]-]+$/.test(host), hostsExpected),
    hostsExpected,
  )
  .describe('Hosts that the url may redirect to, beside its own.')

/** The keys that say how a `url` is fetched. */
export const urlKeys = ['every', 'redirectHosts', 'maxBytes', 'timeout'] as const
