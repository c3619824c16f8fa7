import { z } from 'zod'

/** State and age of a list. */
export const listShape = z
  .object({
    id: z.string(),
    format: z.string(),
    category: z.string(),
    state: z.enum(['fresh', 'stale', 'missing']),
    fresh: z.boolean().describe('Whether an address that is not in it counts as clear.'),
    problem: z.string().nullable(),
    warning: z.string().nullable(),
    revision: z.int().describe('The list revision that it last changed.'),
    snapshot: z.string().nullable().describe('SHA-256 of the version in force.'),
    issuedOn: z.string().nullable(),
    checkedAt: z.string().nullable(),
    ageSeconds: z.number().nullable(),
    maxAgeSeconds: z.number().nullable(),
    inForce: z.int().describe('Addresses in force.'),
    held: z.array(
      z.object({ version: z.string(), issuedOn: z.string().nullable(), reason: z.string().nullable() }),
    ),
    removedAt: z.string().nullable().describe('When it was taken out of force.'),
  })
  .meta({ id: 'List' })

/** A version of a list. */
export const versionShape = z
  .object({
    version: z.string().describe('SHA-256 of the file.'),
    state: z.enum(['active', 'superseded', 'held', 'rejected', 'staging']),
    reason: z.string().nullable().describe('Why it is held, or was rejected.'),
    issuedOn: z.string().nullable(),
    importedAt: z.string(),
    activatedAt: z.string().nullable(),
    revision: z.int().nullable(),
    bytes: z.int(),
  })
  .meta({ id: 'ListVersion' })

const entryShape = z.object({
  address: z.string(),
  subject: z.string().nullable(),
  subjectIds: z.array(z.string()),
  programs: z.array(z.string()),
  listedOn: z.string().nullable(),
  removedOn: z.string().nullable(),
})

/** What a version changes against another one. */
export const diffShape = z
  .object({
    from: z.string().nullable().describe('The version it is compared with; null where none is active.'),
    to: z.string(),
    counts: z.object({ added: z.int(), removed: z.int(), changed: z.int() }),
    added: z.array(entryShape),
    removed: z.array(entryShape),
    changed: z.array(z.object({ from: entryShape, to: entryShape })),
  })
  .meta({ id: 'ListDiff' })

export const approvalShape = z
  .object({ list: z.string(), version: z.string(), revision: z.int(), issuedOn: z.string().nullable() })
  .meta({ id: 'ListApproval' })
