import { z } from 'zod'
import { decisions } from '../screening/decision.ts'
import type { AlertEventType, EventType } from './types.ts'

const text = z.string()
const count = z.int().min(0)
const day = z.iso.date()
const moment = z.iso.datetime()
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const caip2 = z.string().regex(/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/)
/** As in the config, and what it stands for; both `null` of what has no chain. */
const onChain = { chain: text, caip2: caip2.nullable() }

/** An alert as it is when the event is read: the columns of `alerts_current` (docs/alerts.md) in camelCase. More may come. */
export const alertShape = z
  .looseObject({
    id: z.string().regex(/^[0-9a-f]{32}$/),
    chain: text.nullable(),
    direction: z.enum(['deposit', 'withdrawal']).nullable(),
    status: z.enum(['pending', 'final', 'orphaned', 'pending-mempool', 'withdrawn', 'attempted']),
    level: z.enum(['high', 'medium', 'low']),
    tags: z.array(text),
    blockHeight: count.nullable(),
    blockHash: text.nullable(),
    blockTime: moment.nullable(),
    txHash: text.nullable(),
    transfer: text.nullable(),
    asset: text.nullable(),
    symbol: text.nullable(),
    decimals: z.int().nullable(),
    amount: text.nullable().describe('In base units.'),
    ownAddress: text,
    counterparty: text.nullable(),
    role: text,
    match: text,
    listId: text,
    category: text,
    entryAddress: text,
    subject: text.nullable(),
    subjectIds: z.array(text).describe('The parties as the publisher names them.'),
    programs: z.array(text),
    listedOn: day.nullable(),
    listedAtTransfer: z.enum(['yes', 'no', 'same-day', 'unknown']).nullable(),
    listRevision: count,
    createdAt: moment,
    currentLevel: z.enum(['high', 'medium', 'low']),
    disposition: z.enum(['open', ...decisions]),
    assignee: text.nullable(),
    version: count,
    dueOn: day.nullable(),
    filedOn: day.nullable(),
    entryInForce: z.boolean(),
    ownReference: text.nullable(),
  })
  .describe('The alert as it is when the event is read: columns of alerts_current.')

const aboutAlert = {
  alertId: z.string().regex(/^[0-9a-f]{32}$/),
  version: count.describe('Orders the events of one alert: it never becomes less.'),
  caip2: caip2.nullable().describe('The chain; null of what has none.'),
  actor: text.describe('Who did it: a person, or chainscreen.'),
  note: text.nullable(),
  details: z.record(z.string(), z.unknown()).describe('What this kind of event has beside: docs/alerts.md.'),
  alert: alertShape,
}

const place = z.object({ height: count, hash: text })

const matched = z.object({
  list: text,
  category: text,
  entryAddress: text,
  subject: text.nullable(),
  subjectIds: z.array(text),
  programs: z.array(text),
  match: text,
  listedOn: day.nullable(),
})

const changes = z.object({ added: count, removed: count, renamed: count })

/** `data` of every type. */
export const dataShapes = {
  'alert.created': z.object(aboutAlert),
  'alert.confirmed': z.object(aboutAlert),
  'alert.final': z.object(aboutAlert),
  'alert.orphaned': z.object(aboutAlert),
  'alert.reinstated': z.object(aboutAlert),
  'alert.withdrawn': z.object(aboutAlert),
  'alert.replaced': z.object(aboutAlert),
  'alert.entry-removed': z.object(aboutAlert),
  'alert.listed-again': z.object(aboutAlert),
  'alert.regraded': z.object(aboutAlert),
  'alert.assigned': z.object({ ...aboutAlert, assignee: text.nullable() }),
  'alert.proposed': z.object({ ...aboutAlert, decision: z.enum(decisions) }),
  'alert.decided': z.object({
    ...aboutAlert,
    decision: z.enum(decisions),
    proposedBy: text.nullable().describe('Of a decision of two people, the first one.'),
  }),
  'alert.filed': z.object(aboutAlert),
  'screening.listed': z.object({
    request: text.describe('The rows of screenings that said clear.'),
    screenedAt: moment,
    actor: text,
    via: z.enum(['cli', 'api']),
    reference: text.nullable(),
    chain: text.nullable(),
    caip2: caip2.nullable(),
    asset: text.nullable(),
    address: text,
    key: text,
    matched,
    revision: count,
    snapshot: sha256
      .nullable()
      .describe('The version of the list; null of a list that is read from a chain.'),
  }),
  'own.removed': z.object({
    address: text,
    key: text,
    chain: text.nullable(),
    caip2: caip2.nullable(),
    actor: text,
    note: text.nullable(),
    revision: count,
  }),
  'chain.rewound': z.object({
    ...onChain,
    from: place.describe('The last block before.'),
    to: place.describe('The last block after.'),
    alerts: count.describe('Orphaned.'),
    decided: count.describe('Of them, alerts that somebody had decided.'),
    actor: text,
    note: text.nullable(),
  }),
  'chain.halted': z.object({ ...onChain, reason: text }),
  'chain.stalled': z.object({ ...onChain, since: moment, reason: text }),
  'chain.recovered': z.object({ ...onChain, after: z.enum(['halted', 'stalled']), since: moment }),
  'coverage.gap': z.object({
    ...onChain,
    from: count,
    to: count.describe('So far: blocks after it may extend the gap.'),
    what: text,
    reason: text,
    tx: text.nullable().describe('The one transaction that is meant; null: the blocks.'),
  }),
  'list.activated': z.object({
    list: text,
    revision: count,
    snapshot: sha256,
    issuedOn: day.nullable(),
    changes,
    first: z
      .array(
        z.object({
          change: z.enum(['added', 'removed', 'renamed']),
          key: text,
          address: text,
          subject: text.nullable(),
        }),
      )
      .max(100)
      .describe('The first 100 changes.'),
    diff: text.describe('The path of all of them, on the server.'),
  }),
  'list.rescreened': z.object({
    list: text,
    revision: count,
    snapshot: sha256,
    entries: count,
    transactions: count,
    created: count,
    reinstated: count,
    removals: count,
    listedAgain: count,
    regraded: count,
    alerts: z.array(text).max(100).describe('The first 100 alerts that it raised or brought back.'),
  }),
  'list.held': z.object({
    list: text,
    snapshot: sha256,
    issuedOn: day.nullable(),
    reason: text.nullable(),
  }),
  'list.stale': z.object({ list: text, since: moment, reason: text }),
  'canary.failed': z.object({ lastPassedAt: moment.nullable() }),
} as const satisfies Record<EventType, z.ZodType>

/** The shape of an event: one envelope, whatever it tells of. */
export function envelopeShape<Type extends EventType>(type: Type) {
  return z
    .object({
      id: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe('The same on a retry and, of an alert, from every daemon: heed each once.'),
      type: z.literal(type),
      timestamp: moment,
      sequence: z.int().min(1).describe('Grows with every event of one database.'),
      epoch: z
        .string()
        .regex(/^[0-9a-f]{32}$/)
        .describe('What the sequence counts in.'),
      data: dataShapes[type],
    })
    .describe(meanings[type])
}

const alertMeanings: Record<AlertEventType, string> = {
  'alert.created': 'An alert was raised.',
  'alert.confirmed': 'An alert of the mempool is in a block.',
  'alert.final': 'No reorg may reach its block any more.',
  'alert.orphaned': 'Its block was reorged out.',
  'alert.reinstated': 'It came back: its transaction is in a block again, or its reason holds again.',
  'alert.withdrawn': 'It does not stand: see details.reason.',
  'alert.replaced': 'Its transaction was replaced by another one, or replaces one.',
  'alert.entry-removed': 'The listed address left its list.',
  'alert.listed-again': 'The listed address is back on its list.',
  'alert.regraded': 'It is of another party now, or would have another level.',
  'alert.assigned': 'It was given to a person, or to nobody.',
  'alert.proposed': 'A person proposed a decision that needs a second one.',
  'alert.decided': 'It was decided.',
  'alert.filed': 'A report of it was filed.',
}

/** A sentence for each type. */
export const meanings: Readonly<Record<EventType, string>> = {
  ...alertMeanings,
  'screening.listed': 'An address that a screening answered clear within 24 hours is listed now.',
  'own.removed': 'An address never was own: a person said so.',
  'chain.rewound': 'A person accepted a reorg deeper than final.',
  'chain.halted': 'A chain is followed no more: a person has to look.',
  'chain.stalled': 'A chain has made no progress for a minute or more.',
  'chain.recovered': 'A chain that was halted or stalled is followed again.',
  'coverage.gap': 'Something of a block, or of one transaction, was not screened.',
  'list.activated': 'A version of a list is active.',
  'list.rescreened': 'Stored history is matched with a version of a list.',
  'list.held': 'A version of a list waits for approval.',
  'list.stale': 'A list can vouch for nothing any more: screenings answer unknown.',
  'canary.failed': 'A made-up transfer raised no alert: take "no alert" for "unknown".',
}

/** An event as it is sent. */
export interface Envelope<Type extends string = string> {
  /** 32 hex digits: heed each once. */
  id: string
  type: Type
  /** ISO-8601. */
  timestamp: string
  sequence: number
  epoch: string
  data: Record<string, unknown>
}
