import { z } from 'zod'
import { group, oneOf, text, wholeNumber } from './values.ts'

/** What a token may do. */
export const scopes = ['read', 'screen', 'decide', 'own', 'admin'] as const

export type Scope = (typeof scopes)[number]

const categories = ['sanctions', 'issuer-freeze', 'own-list'] as const

const listenExpected = 'ADDRESS:PORT, such as 127.0.0.1:8790 or [::1]:8790'
const hostExpected = 'a name without a port, such as cs.example'
const tokenExpected = 'text of 16 characters or more'
const scopesExpected = `a list of scopes: ${scopes.join(', ')}`
const scopesOf = z.record(
  text('a name').max(100, 'a name of at most 100 characters'),
  z.array(oneOf(scopes, scopesExpected), scopesExpected),
  'names, and a list of scopes for each',
)
const header = (what: string) =>
  text(what)
    .regex(/^[A-Za-z0-9-]{1,64}$/, what)
    .transform((name) => name.toLowerCase())

/** `server.sso`: people whom a company's single sign-on names in headers. `secretFile` has become `secret` when this is parsed. */
const ssoSchema = group({
  userHeader: header('the name of a header').describe('Header in which the proxy names the person.'),
  groupsHeader: header('the name of a header')
    .optional()
    .describe('Header in which the proxy names the groups of the person, with commas between them.'),
  trustedProxies: z
    .array(
      text('an IP address or a range, such as 10.0.0.0/8').regex(
        /^[0-9a-fA-F.:]+(\/\d{1,3})?$/,
        'an IP address or a range, such as 10.0.0.0/8',
      ),
      'a list of IP addresses',
    )
    .min(1, 'one address at least')
    .describe('Where the proxy connects from: the headers of everybody else are ignored.'),
  secret: text(tokenExpected)
    .min(16, tokenExpected)
    .optional()
    .describe('What the proxy sends in X-Chainscreen-Proxy-Secret; better in secretFile.'),
  secretFile: text('the path of a file').optional().describe('File that holds the secret.'),
  users: scopesOf.default({}).describe('Scopes by person. Default: none.'),
  groups: scopesOf.default({}).describe('Scopes by group. Default: none.'),
})
  .superRefine(({ secret }, context) => {
    if (secret !== undefined) return
    context.addIssue({
      code: 'custom',
      path: ['secretFile'],
      message: 'secretFile, which the proxy knows too',
    })
  })
  .transform(({ secret = '', groupsHeader = null, secretFile: _, ...rest }) => ({
    ...rest,
    groupsHeader,
    secret,
  }))

const limitsSchema = group({
  requestsPerSecond: wholeNumber('a whole number of requests', 1, 1_000_000)
    .default(1_000)
    .describe('Requests of one token, or person, in a second. Default: 1000.'),
  refusalsPerMinute: wholeNumber('a whole number of requests', 1, 1_000_000)
    .default(60)
    .describe('Requests without a valid token from one address in a minute; then 429. Default: 60.'),
  connections: wholeNumber('a whole number of connections', 1, 100_000)
    .default(1_000)
    .describe('Connections at a time; those above are closed. Default: 1000.'),
}).prefault({})

const compatSchema = group({
  categories: z
    .array(
      oneOf(categories, `a list of categories: ${categories.join(', ')}`),
      `a list of categories: ${categories.join(', ')}`,
    )
    .min(1, 'one category at least')
    .default(['sanctions'])
    .describe('Categories of lists that the two compatible routes answer from. Default: sanctions.'),
}).prefault({})

/** `server`: the API, health and metrics over HTTP. `tokenFile` has become `token` when this is parsed (see `secrets.ts`). */
export const serverSchema = group({
  listen: text(listenExpected)
    .default('127.0.0.1:8790')
    .transform((value, context) => {
      const place = placeOf(value)
      if (place !== null) return place
      context.addIssue({ code: 'custom', message: listenExpected })
      return { host: '', port: 0 }
    })
    .describe('Address and port to listen at. Default: 127.0.0.1:8790'),
  token: text(tokenExpected)
    .min(16, tokenExpected)
    .optional()
    .describe('A token with scope read that the config knows; better from the environment, or in tokenFile.'),
  tokenFile: text('the path of a file').optional().describe('File that holds the token.'),
  hosts: z
    .array(text(hostExpected).regex(/^[A-Za-z0-9._-]{1,253}$/, hostExpected), 'a list of names')
    .default([])
    .describe(
      'Names that a server on loopback is asked by, as a proxy passes them on, besides localhost and its addresses.',
    ),
  sso: ssoSchema.optional().describe('People whom a proxy names after single sign-on.'),
  limits: limitsSchema.describe('How much one client may ask.'),
  compat: compatSchema.describe('The routes in the shape of what exchanges already call.'),
})
  .transform(({ listen, token, hosts, sso, limits, compat }) => ({
    ...{ ...listen, token: token ?? null, sso: sso ?? null, limits, compat },
    hosts: hosts.map((name) => name.toLowerCase()),
  }))
  .optional()
  .describe('The API, health and metrics over HTTP. Without it, no port is open.')

export type ServerConfig = Readonly<NonNullable<z.output<typeof serverSchema>>>

/** `server: {}`, for `chainscreen server` where the config does not have the group. */
export const defaultServer = serverSchema.parse({}) as ServerConfig

function placeOf(listen: string): { host: string; port: number } | null {
  const [, bracketed, plain, digits] =
    /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/.exec(listen) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  return host === undefined || port > 65_535 ? null : { host, port }
}

/** Whether nobody but this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}
