import { z } from 'zod'
import { decisions } from '../screening/decision.ts'
import { chainsSchema } from './chains.ts'
import { deliverySchema } from './delivery.ts'
import { mistakeIn } from './freeze-list.ts'
import { listsSchema } from './lists.ts'
import { ownSourcesSchema } from './own-sources.ts'
import { serverSchema } from './server.ts'
import { durationMs, group, oneOf, text, wholeNumber } from './values.ts'

const everyExpected = 'a duration from 1m to 1d'
const addressExpected = 'an EVM address that nobody uses: 0x and 40 hex digits'
const dayMs = 86_400_000

/** `canary`: a test entry and a made-up transfer that prove that a match still becomes an alert. */
const canarySchema = group({
  every: durationMs(everyExpected, 60_000, dayMs)
    .default(3_600_000)
    .describe('How often a made-up transfer is screened. Default: 1h.'),
  address: text(addressExpected)
    .regex(/^0x[0-9a-fA-F]{40}$/, addressExpected)
    .optional()
    .describe('The listed address of the test: an EVM address that nobody uses. Default: a built-in one.'),
})
  .transform(({ every, address }) => ({ everyMs: every, address: address ?? null }))
  .optional()
  .describe('Proves on a schedule that a match still becomes an alert.')

export type CanaryConfig = Readonly<NonNullable<z.output<typeof canarySchema>>>

const secondPersonExpected = `a list of decisions: ${decisions.join(', ')}`

/** `decisions`: how people decide on alerts. */
const decisionsSchema = group({
  secondPerson: z
    .array(oneOf(decisions, secondPersonExpected), secondPersonExpected)
    .default([])
    .describe('Decisions that one person proposes and another one confirms. Default: none.'),
}).default({ secondPerson: [] })

const readersExpected = 'auto, or a whole number from 0 to 64'

/** `threads`: how the daemon spreads its work. */
const threadsSchema = group({
  readers: z
    .union([z.literal('auto'), wholeNumber(readersExpected, 0, 64)], readersExpected)
    .default('auto')
    .describe(
      'Threads that read and prove blocks. auto: one less than the processor has cores, at least 1, at most 4. 0: everything in one thread, lists too, for tests and debugging. Default: auto.',
    ),
}).default({ readers: 'auto' })

export type ThreadsConfig = Readonly<z.output<typeof threadsSchema>>

const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/** `log`: what goes to stderr. */
const logSchema = group({
  level: oneOf(levels).default('info').describe('How much is logged. Default: info.'),
}).default({ level: 'info' })

/** The whole of `chainscreen.yaml`, all groups joined. */
export const configSchema = group({
  database: text('the path of the SQLite file')
    .default('./chainscreen.db')
    .describe('Path of the SQLite file. Default: ./chainscreen.db'),
  lists: listsSchema,
  chains: chainsSchema,
  own: ownSourcesSchema,
  canary: canarySchema,
  decisions: decisionsSchema,
  delivery: deliverySchema,
  server: serverSchema,
  threads: threadsSchema,
  log: logSchema,
}).superRefine(({ lists, chains }, context) => {
  lists.forEach((list, index) => {
    const mistake = 'chain' in list ? mistakeIn(list, chains) : null
    if (mistake === null) return
    context.addIssue({ code: 'custom', path: ['lists', index, mistake.key], message: mistake.message })
  })
})

/** The config as the program sees it: defaults filled in, paths absolute, durations in milliseconds, shares as fractions. */
export type Config = Readonly<z.output<typeof configSchema>>
