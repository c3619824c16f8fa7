import { z } from 'zod'
import { group } from './group.ts'
import { durationMs, id, oneOf, percentage, text, unique } from './values.ts'

/** The formats this version reads; `bundled` is what `file: bundled` has. */
export const builtFormats = ['ofac-sdn-advanced', 'csv', 'bundled'] as const

export type ListFormatId = (typeof builtFormats)[number]

/** The word that stands for the addresses that ship with chainscreen, in place of a path. */
export const bundledFile = 'bundled'

const hourMs = 3_600_000
const maxAgeExpected = 'a duration such as 72h'
const fileExpected = 'the path of the list file, or bundled'

const listSchema = group({
  id: id().describe('Name of the list in commands, tables and alerts.'),
  format: oneOf(builtFormats, 'ofac-sdn-advanced or csv (none for `file: bundled`)')
    .optional()
    .describe('What the file is. None for `file: bundled`.'),
  file: text(fileExpected)
    .refine((file) => !file.includes('://'), fileExpected)
    .describe('Path of the list file (.xml, .zip, .gz, .csv), or bundled.'),
  maxAge: durationMs(maxAgeExpected, 1_000)
    .optional()
    .describe(
      'Older than this, the list is unhealthy and `screen` answers unknown. Default: 72h; none for csv and bundled.',
    ),
  guard: group({
    maxRemoved: percentage('a percentage such as 5%')
      .default(0.05)
      .describe('A version that loses more than this share is held until approved. Default: 5%.'),
  }).default({ maxRemoved: 0.05 }),
}).transform(({ maxAge, format, ...list }, context) => {
  const bundled = list.file === bundledFile
  if (bundled ? format === 'csv' : format === undefined || format === 'bundled') {
    context.addIssue({
      code: 'custom',
      path: ['format'],
      message: bundled ? 'no format for `file: bundled`' : 'ofac-sdn-advanced or csv',
    })
    return z.NEVER
  }
  const kept: ListFormatId = bundled ? 'bundled' : (format ?? 'bundled')
  return { ...list, format: kept, maxAgeMs: maxAge ?? (kept === 'ofac-sdn-advanced' ? 72 * hourMs : null) }
})

/** `lists`: nothing is loaded that is not named here. */
export const listsSchema = z
  .array(listSchema, 'a list of lists, or []')
  .superRefine(unique('id', (list) => list.id, 'an id that no other list has'))
  .default([])

/**
 * `file` is an absolute path, or the word `bundled`, and then so is `format`. `maxAgeMs` counts from the last
 * check of the file (bundled: from the list's date of issue); `null` = no limit.
 */
export type ListConfig = Readonly<z.output<typeof listSchema>>
