import { z } from 'zod'
import { isEventPattern } from '../events/types.ts'
import {
  durationMs,
  flag,
  group,
  id,
  oneOf,
  postgresPlace,
  text,
  unique,
  urlWithLogin,
  wholeNumber,
} from './values.ts'

const eventsExpected = 'a list of types such as alert.created, or groups such as alert.*'

/** What every sink has. */
const everySink = {
  id: id().describe('The name of the sink in commands, metrics and health.'),
  events: z
    .array(text(eventsExpected).refine(isEventPattern, eventsExpected), eventsExpected)
    .min(1, eventsExpected)
    .default(['*'])
    .describe('Which events it gets: types, and groups such as `alert.*`. Default: all.'),
  from: oneOf(['now', 'start'])
    .default('now')
    .describe(
      'What a new sink begins with: what happens from now on, or all that ever happened. Default: now.',
    ),
}

const secretExpected =
  'one or more secrets as Standard Webhooks have them, whsec_ and base64 of 24 to 64 bytes'

function secretsOf(value: string, context: z.RefinementCtx): string[] {
  const secrets = value.trim().split(/\s+/)
  const isSecret = (secret: string) => {
    const [, digits = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
    const { length } = Buffer.from(digits, 'base64')
    return length >= 24 && length <= 64
  }
  if (!secrets.every(isSecret)) context.addIssue({ code: 'custom', message: secretExpected })
  return secrets
}

const urlExpected = 'an https address; http only with `allowPrivate: true`'

const jsonl = group({
  ...everySink,
  type: z.literal('jsonl'),
  file: text('the path of a file').describe('Gets a line of JSON for each event. It may be rotated.'),
})

const stdout = group({ ...everySink, type: z.literal('stdout') })

const webhook = group({
  ...everySink,
  type: z.literal('webhook'),
  url: urlWithLogin(/^https?:\/\//i, urlExpected).describe('Where events are posted to.'),
  secret: text(secretExpected)
    .transform(secretsOf)
    .describe('Signs what is posted. Several, with spaces between, while you change from one to the next.'),
  secretFile: text('the path of a file').optional().describe('File that holds the secret.'),
  allowPrivate: flag()
    .default(false)
    .describe('Whether the receiver may have an address that is not public. Default: false.'),
})
  .refine(({ url, allowPrivate }) => allowPrivate || !/^http:/i.test(url), {
    path: ['url'],
    error: urlExpected,
  })
  .transform(({ secret: secrets, secretFile: _, ...rest }) => ({ ...rest, secrets }))

const serverExpected =
  'nats://HOST:PORT, or tls://HOST:PORT, without a login: see `user`, `token` and `creds`'
const credsExpected = 'the text of a .creds file: a user JWT and its NKEY seed'

function isNatsServer(server: string): boolean {
  if (!/^(nats|tls):\/\//i.test(server) || !URL.canParse(server)) return false
  const { hostname, username, password, pathname, search, hash } = new URL(server)
  return hostname !== '' && username + password + search + hash === '' && ['', '/'].includes(pathname)
}

const tlsFile = () => text('the path of a PEM file').optional()

const nats = group({
  ...everySink,
  type: z.literal('nats'),
  servers: z
    .array(text(serverExpected).refine(isNatsServer, serverExpected), `a list of ${serverExpected}`)
    .min(1, `a list of ${serverExpected}`)
    .describe('The servers of one cluster, tried in turn. tls:// demands TLS.'),
  stream: text('the name of a stream')
    .regex(/^[A-Za-z0-9_-]{1,255}$/, 'the name of a stream: letters, digits, - and _')
    .default('CHAINSCREEN')
    .describe('The stream of JetStream that gets events. It is created where it is missing.'),
  duplicateWindow: durationMs('a duration from 1s to 30d', 1_000, 30 * 86_400_000)
    .default(3_600_000)
    .describe('For how long the stream knows the ids of events, and stores none of them twice. Default: 1h.'),
  replicas: wholeNumber('1 to 5', 1, 5)
    .default(1)
    .describe('On how many servers a stream that is created is kept. Default: 1.'),
  user: text('a user name').optional(),
  password: text('a password').optional(),
  passwordFile: text('the path of a file').optional().describe('File that holds the password.'),
  token: text('a token').optional(),
  tokenFile: text('the path of a file').optional().describe('File that holds the token.'),
  creds: text(credsExpected)
    .regex(/USER JWT-+\s.*USER NKEY SEED-+\s/s, credsExpected)
    .optional()
    .describe('A user JWT with its NKEY seed, as `nsc` writes it; better in credsFile.'),
  credsFile: text('the path of a file').optional().describe('The .creds file.'),
  tls: group({ caFile: tlsFile(), certFile: tlsFile(), keyFile: tlsFile() })
    .refine(({ certFile, keyFile }) => (certFile === undefined) === (keyFile === undefined), {
      error: 'certFile and keyFile, or neither',
    })
    .optional()
    .describe(
      'Demands TLS. Certificate authorities, and the certificate of a client, where the system has none.',
    ),
})
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['user'],
    error: 'both user and password, or neither',
  })
  .refine(({ user, token, creds }) => [user, token, creds].filter((way) => way !== undefined).length <= 1, {
    error: 'one of user, token and creds',
  })
  .transform(({ duplicateWindow, passwordFile: _, tokenFile: __, credsFile: ___, ...rest }) => ({
    ...rest,
    duplicateWindowMs: duplicateWindow,
  }))

const schemaExpected = 'the name of a schema: a-z, 0-9 and _'

const postgres = group({
  ...everySink,
  type: z.literal('postgres'),
  ...postgresPlace('compliance'),
  schema: text(schemaExpected)
    .regex(/^[a-z_][a-z0-9_]{0,62}$/, schemaExpected)
    .default('chainscreen')
    .describe('The schema of the tables. It is created where it is missing. Default: chainscreen.'),
}).transform(({ urlFile: _, ...rest }) => rest)

/** `delivery`: who gets events. */
export const deliverySchema = z
  .array(
    z.discriminatedUnion(
      'type',
      [jsonl, stdout, webhook, nats, postgres],
      'a type: jsonl, stdout, webhook, nats or postgres',
    ),
    'a list of sinks',
  )
  .default([])
  .superRefine(unique('id', ({ id: name }) => name, 'an id that no other sink has'))
  .describe('Who gets events.')

export type SinkConfig = Readonly<z.output<typeof deliverySchema>[number]>
