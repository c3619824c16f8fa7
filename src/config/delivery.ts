import { z } from 'zod'
import { isEventPattern } from '../events/types.ts'
import { flag, group, id, oneOf, text, unique, urlWithLogin } from './values.ts'

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

/** `delivery`: who gets events. */
export const deliverySchema = z
  .array(
    z.discriminatedUnion('type', [jsonl, stdout, webhook], 'a type: jsonl, stdout or webhook'),
    'a list of sinks',
  )
  .default([])
  .superRefine(unique('id', ({ id: name }) => name, 'an id that no other sink has'))
  .describe('Who gets events.')

export type SinkConfig = Readonly<z.output<typeof deliverySchema>[number]>
