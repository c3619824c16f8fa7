import { z } from 'zod'
import { flag, group, oneOf } from '../../../config/values.ts'
import { forbiddenColumn } from '../../../privacy/forbidden-columns.ts'

const columnExpected = "the name of one of the file's columns, or its number from 1"
const forbiddenExpected =
  'a column that is not about nationality, birth, residence or documents: no such column is read'

function column() {
  return z
    .union(
      [z.int(columnExpected).min(1, columnExpected), z.string(columnExpected).min(1, columnExpected)],
      columnExpected,
    )
    .refine((name) => typeof name === 'number' || !forbiddenColumn(name), forbiddenExpected)
}

/** The keys of a list of the format `csv` in the config: how its file is laid out. */
export const csvKeys = {
  header: flag()
    .optional()
    .describe('For csv: false where the first line is a row already. Found where not given.'),
  columns: group({
    address: column(),
    subject: column().optional(),
    program: column().optional(),
    listed_on: column().optional(),
    removed_on: column().optional(),
    source: column().optional(),
  })
    .optional()
    .describe(
      "For csv: which of the file's columns are taken, by name or number; all others are left unread.",
    ),
  onBadRow: oneOf(['refuse', 'report'] as const)
    .optional()
    .describe(
      'For csv: report = bad rows are shown as unparsed, and the others taken. Default: refuse the file.',
    ),
}

/** How a csv list is laid out, as the config says it. `columns`: all others of the file are left unread. */
export type CsvOptions = { readonly [name in keyof typeof csvKeys]?: z.output<(typeof csvKeys)[name]> }
