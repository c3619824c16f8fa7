import { z } from 'zod'
import { decisions } from '../../screening/decision.ts'

const text = z.string().nullable()

/** Columns of `alerts_current` in camelCase: docs/alerts.md has each. */
export const alertShape = z
  .object({
    id: z.string(),
    chain: text,
    direction: text,
    status: z.string(),
    level: z.string().describe('As it was raised; `currentLevel` is as it is graded now.'),
    tags: z.array(z.string()),
    blockHeight: z.int().nullable(),
    blockHash: text,
    blockTime: text,
    txHash: text,
    transfer: text,
    asset: text,
    symbol: text,
    decimals: z.int().nullable(),
    amount: text,
    ownAddress: z.string(),
    counterparty: text,
    role: z.string(),
    match: z.string(),
    listId: z.string(),
    category: z.string(),
    entryAddress: z.string(),
    subject: text,
    subjectIds: z.array(z.string()),
    programs: z.array(z.string()),
    listedOn: text,
    listedAtTransfer: text,
    listRevision: z.int(),
    createdAt: z.string(),
    currentLevel: z.string(),
    currentTags: z.array(z.string()),
    currentSymbol: text,
    currentDecimals: z.int().nullable(),
    disposition: z.string(),
    dispositionBy: text,
    dispositionAt: text,
    dispositionNote: text,
    proposed: text,
    proposedBy: text,
    proposedAt: text,
    proposedNote: text,
    assignee: text,
    version: z.int(),
    dueOn: text,
    entryInForce: z.boolean(),
    entryRemovedOn: text,
    transferCount: z.int(),
    ownKind: text,
    ownReference: text,
    filedOn: text,
    filedBy: text,
    filedReference: text,
  })
  .meta({ id: 'Alert' })

export const partyShape = z
  .object({
    role: z.string(),
    address: z.string(),
    key: z.string(),
    direction: text,
    matchKey: z.string().describe('The variant of the address that entries are looked up by.'),
    matchBasis: z.string(),
  })
  .meta({ id: 'Party' })

const inBlock = {
  chain: z.string(),
  txHash: z.string(),
  blockHeight: z.int(),
  blockHash: z.string(),
  blockTime: text,
}

const transferShape = z
  .object({
    ...inBlock,
    transfer: z.string(),
    direction: z.string(),
    asset: z.string(),
    symbol: text,
    decimals: z.int().nullable(),
    amount: text.describe('In base units.'),
    ownAddress: z.string(),
    ownReference: text,
    tags: z.array(z.string()),
    partyCount: z.int().describe('How many parties it has of its own.'),
    parties: z.array(partyShape).describe('Of this transfer alone: those of its transaction stand there.'),
  })
  .meta({ id: 'Transfer' })

const transactionShape = z
  .object({
    ...inBlock,
    transferCount: z.int().describe('How many transfers it has.'),
    partyCount: z.int().describe('How many parties took part in all of it.'),
    parties: z
      .array(partyShape)
      .describe('Of the whole transaction: of each transfer of it, or of those of `direction`.'),
  })
  .meta({ id: 'Transaction' })

/** What moved, and who took part: at most 1,000 transfers, and 5,000 parties of either kind, in one answer. */
export const movementsShape = z.object({
  transfers: z
    .array(transferShape)
    .describe('1,000 at most, with 5,000 parties of their own at most: the counts say how many there are.'),
  transactions: z
    .array(transactionShape)
    .describe('Those of the transfers, each once, with 5,000 parties in all at most.'),
})

export const eventShape = z
  .object({
    seq: z.int(),
    at: z.string(),
    kind: z.string(),
    actor: z.string(),
    note: text,
    data: z.unknown(),
  })
  .meta({ id: 'AlertEvent' })

export const coverageRowShape = z
  .object({
    id: z.int(),
    kind: z.string(),
    fromHeight: z.int(),
    toHeight: z.int(),
    level: z.string(),
    listRevision: z.int(),
    ownRevision: z.int(),
    proved: z.boolean().nullable(),
    digest: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'CoverageRow' })

/** Everything of one alert. */
export const alertDetailShape = z
  .object({
    alert: alertShape,
    events: z.array(eventShape),
    ...movementsShape.shape,
    entry: z
      .object({
        list: z.string(),
        category: z.string(),
        address: z.string(),
        subject: text,
        subjectIds: z.array(z.string()),
        programs: z.array(z.string()),
        listedOn: text,
        intervals: z.array(z.object({ from: text, to: text })).describe('When it was in force.'),
      })
      .nullable(),
    coverage: z.array(coverageRowShape).describe('The readings that screened its block.'),
  })
  .meta({ id: 'AlertDetail' })

const decisionShape = z
  .enum([...decisions, 'note'])
  .describe(
    '`note` decides nothing. Where it needs two people, the first proposes it and the same of another person confirms it.',
  )
const dayShape = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as 2026-01-31')
  .optional()
  .describe('The day on which it was blocked or rejected; by default what the alert says.')

export const decisionBody = {
  decision: decisionShape,
  note: z.string().min(1).max(4_000).describe('Why, for the record. Kept permanently.'),
  on: dayShape,
}

export const decidedShape = z
  .object({
    id: z.string(),
    decision: z.string(),
    outcome: z.enum(['decided', 'proposed', 'confirmed', 'noted']),
    proposedBy: text,
    dueOn: text.describe('When a report is due.'),
    version: z.int(),
    disposition: z.string(),
  })
  .meta({ id: 'Decided' })
