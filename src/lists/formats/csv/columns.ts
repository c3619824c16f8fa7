import { crc32 } from 'node:zlib'
import { z } from 'zod'
import { flag, group, oneOf } from '../../../config/values.ts'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { forbiddenColumn, refuseForbiddenColumns } from '../../../privacy/forbidden-columns.ts'

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

export const columns = ['address', 'subject', 'program', 'listed_on', 'removed_on', 'source'] as const
export type Column = (typeof columns)[number]

/** Which cell of a row is which column; `null` = none. */
export type Layout = Readonly<Record<Column, number | null>>

/**
 * The layout of a file with a header. No message repeats what stands there: a first line that is no header may tell of a
 * person what nobody should keep.
 *
 * @returns with `known`: whether there is no column but those of a list.
 * @throws ChainscreenError `bad-file`
 */
export function layoutOf(
  fields: readonly string[],
  line: number,
  { columns: mapping }: CsvOptions,
): { layout: Layout; known: boolean } {
  const names = fields.map(plain)
  const isThere = (name: string | number) =>
    typeof name === 'number' ? name <= names.length : names.includes(plain(name))
  const wanted = mapping?.address ?? 'address'
  if (!isThere(wanted)) {
    const column = mapping === undefined ? '"address"' : 'that `columns` of the config names as address'
    throw bad(`Line ${line} must be the header, with the column ${column} (${allowed}), and is none.`)
  }
  refuseForbiddenColumns(fields, 'The file', line)
  const layout = emptyLayout()
  for (const column of columns) {
    const name = mapping === undefined ? column : mapping[column]
    if (name === undefined) continue
    const place = typeof name === 'number' ? name - 1 : names.indexOf(plain(name))
    if (place >= 0 && place < names.length) layout[column] = place
    else if (mapping !== undefined)
      throw bad(`Line ${line} has no column that \`columns\` of the config names as ${column}.`)
    if (typeof name === 'string' && names.indexOf(plain(name), place + 1) > place && place >= 0)
      throw bad(
        `Line ${line}: column ${names.indexOf(plain(name), place + 1) + 1} is "${column}" a second time.`,
      )
  }
  const taken = new Set(Object.values(layout))
  const other = names.findIndex((_, index) => !taken.has(index))
  if (other >= 0 && mapping === undefined)
    throw bad(
      `Line ${line}: column ${other + 1} is none that a list has; ${allowed}. \`columns\` of the list in the config says which of the file's columns are which.`,
    )
  return { layout, known: other < 0 }
}

/** The layout of a file without a header. @param width how many cells its first row has. */
export function layoutWithoutHeader(width: number, { columns: mapping }: CsvOptions): Layout {
  const layout = emptyLayout()
  if (mapping === undefined) {
    if (width === 1) return { ...layout, address: 0 }
    throw bad(
      'The file has several columns and no header: `columns` of the list in the config says which are which, by number, such as { address: 1, subject: 2 }.',
    )
  }
  for (const column of columns) {
    const number = mapping[column]
    if (number === undefined) continue
    if (typeof number === 'string')
      throw bad(
        `The file has no header: \`columns\` of the config must give the number of ${column}, not its name.`,
      )
    if (number <= width) layout[column] = number - 1
    else
      throw bad(
        `The file has ${width} columns, and \`columns\` of the config names number ${number} as ${column}.`,
      )
  }
  return layout
}

function emptyLayout(): Record<Column, number | null> {
  return { address: null, subject: null, program: null, listed_on: null, removed_on: null, source: null }
}

export const allowed = `the columns are ${columns.join(', ')}`

function plain(name: string): string {
  return name.trim().toLowerCase()
}

/** Where the options of a csv begin in the version of its parser: the same bytes laid out otherwise are read otherwise. */
const optionsFrom = 1_000_000

/** The version of the parser with these options. */
export function versionWith(version: number, options: CsvOptions): number {
  const said = columns.map((column) => options.columns?.[column] ?? null)
  const text = JSON.stringify([options.header ?? null, options.onBadRow ?? null, said])
  return version * optionsFrom + (crc32(text) % optionsFrom)
}

/** Whether a version was read with the options of another, whatever the parser had learnt. */
export function sameOptions(one: number, other: number): boolean {
  const options = (version: number) => (version < optionsFrom ? -1 : version % optionsFrom)
  return options(one) === options(other)
}

export function bad(message: string, details: readonly string[] = []): ChainscreenError {
  return new ChainscreenError('bad-file', message, { details })
}
