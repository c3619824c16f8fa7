import { z } from 'zod'

const verdictShape = z
  .enum(['clear', 'listed', 'unknown'])
  .describe('`unknown` is never the same as `clear`.')

/** An address to check before something is sent to it. */
export const subjectShape = z
  .strictObject({
    address: z
      .string()
      .min(1)
      .max(1_000)
      .describe('In any published form; a payment link or CAIP-10 id too.'),
    asset: z.string().min(1).max(50).optional().describe('Decides between families that share an encoding.'),
    chain: z.string().max(64).optional().describe('A chain of the config that it would be sent on.'),
    reference: z
      .string()
      .max(200)
      .optional()
      .describe('Your own id of the withdrawal: a `listed` answer then opens an alert.'),
  })
  .meta({ id: 'ScreeningSubject' })

export const matchShape = z
  .object({
    list: z.string(),
    category: z.string(),
    entryAddress: z.string().describe('As published.'),
    subject: z.string().nullable(),
    subjectIds: z.array(z.string()).describe("The publisher's own ids of the listed parties."),
    programs: z.array(z.string()),
    match: z
      .string()
      .describe('Why the address met the entry: `exact`, `same-key`, `same-script`, `same-account`.'),
    listedOn: z.string().nullable(),
  })
  .meta({ id: 'Match' })

export const answeringListShape = z
  .object({
    id: z.string(),
    revision: z.int().nullable(),
    issuedOn: z.string().nullable(),
    checkedAt: z.string().nullable(),
    fresh: z.boolean(),
    snapshot: z.string().nullable().describe('SHA-256 of the version in force.'),
  })
  .meta({ id: 'AnsweringList' })

export const resultShape = z
  .object({
    address: z.string(),
    verdict: verdictShape,
    reason: z.string().nullable().describe('Why it is `unknown`.'),
    key: z.string().nullable().describe('The address as compared; null where it is not readable.'),
    family: z.string().nullable(),
    reference: z.string().nullable(),
    matches: z.array(matchShape),
    alerts: z.array(z.string()).describe('Cases that a `listed` answer opened, or that were open.'),
    notes: z.array(z.string()).describe('What else a person should know.'),
    chain: z
      .object({ id: z.string(), cursorHeight: z.int().nullable(), headHeight: z.int().nullable() })
      .nullable()
      .describe('How far the chain that was named is screened.'),
  })
  .meta({ id: 'ScreeningResult' })

export const screeningShape = z
  .object({
    id: z.string().describe('`request` in the record.'),
    at: z.string(),
    results: z.array(resultShape).describe('In the order of the subjects.'),
    lists: z.array(answeringListShape),
    revision: z.int().describe('The list revision that answered.'),
  })
  .meta({ id: 'Screening' })

/** A row of the record. */
export const recordShape = z
  .object({
    seq: z.int(),
    request: z.string(),
    at: z.string(),
    actor: z.string(),
    via: z.enum(['cli', 'api']),
    note: z.string().nullable(),
    reference: z.string().nullable(),
    chain: z.string().nullable(),
    asset: z.string().nullable(),
    address: z.string(),
    key: z.string().nullable(),
    family: z.string().nullable(),
    verdict: verdictShape,
    reason: z.string().nullable(),
    matches: z.array(matchShape),
    listRevision: z.int(),
    lists: z.array(answeringListShape),
  })
  .meta({ id: 'ScreeningRecord' })
