import type { Readable } from 'node:stream'
import { parse } from 'csv-parse/sync'
import { readListed } from '../../../address/read-listed.ts'
import { refuseForbiddenColumns } from '../../../privacy/forbidden-columns.ts'
import { looksLikeAddress } from '../free-text/looks-like.ts'
import { readCsv } from '../read-csv.ts'
import { peek } from '../read-text.ts'
import {
  allowed,
  bad,
  type Column,
  type CsvOptions,
  columns,
  type Layout,
  layoutOf,
  layoutWithoutHeader,
} from './columns.ts'
import { readJsonItems } from './read-json.ts'

/** One row of a list: its cells by column, empty where there is none. */
export interface ListRow {
  /** `line 7` or `item 7`. */
  where: string
  number: number
  cells: Readonly<Record<Column, string>>
  /** What is wrong with its shape; `null` = nothing. */
  wrong: string | null
}

/** What is longer is no name of a column. */
const longestName = 60
/** How far a header is looked for in a file that does not begin with one. */
const headLines = 20
const headBytes = 1 << 14

/**
 * The rows of a list in one of the shapes that people have them in: comma, semicolon or tab between the columns; one
 * address a line without a header; a JSON array of addresses or of objects, or one object of addresses and names.
 *
 * @param recognised called where the file has no column but those of a list.
 * @throws ChainscreenError `bad-file`
 */
export async function* readRows(
  input: Readable,
  options: CsvOptions,
  recognised: () => void,
): AsyncGenerator<ListRow> {
  const { head, whole } = await peek(input, isEnough)
  const text = head.toString('utf8').replace(/^\uFEFF/, '')
  if (/^\s*[[{]/.test(text)) yield* readJsonItems(whole, options, recognised)
  else yield* readLinesOfCells(whole, head, text, options, recognised)
}

async function* readLinesOfCells(
  whole: Readable,
  head: Buffer,
  text: string,
  options: CsvOptions,
  recognised: () => void,
): AsyncGenerator<ListRow> {
  const first = text.split(/\r\n?|\n/).find((line) => line.trim() !== '' && !line.startsWith('#')) ?? ''
  const delimiter = delimiterOf(first)
  const headless =
    options.header === false || (options.header === undefined && isRow(first, delimiter, options))
  const reading = { delimiter, ...(headless ? { comment: '#' } : {}) }
  let layout: Layout | undefined
  let width = 0
  try {
    for await (const { line, fields } of readCsv(whole, reading)) {
      if (layout === undefined) {
        width = fields.length
        if (headless) layout = layoutWithoutHeader(width, options)
        else {
          const header = layoutOf(fields, line, options)
          layout = header.layout
          // A row that is taken for a header is an address that nobody looks for.
          const { address } = cellsOf(fields, layout)
          if (options.header === true ? isAddress(address) : isMeantAsAddress(address))
            throw bad(
              `Line ${line} holds an address where the header must be: \`header: false\` in the config reads a file without one.`,
            )
          if (header.known) recognised()
          continue
        }
      }
      const wrong =
        fields.length === width
          ? null
          : `${fields.length} fields, where the ${headless ? 'first row' : 'header'} has ${width}`
      yield { where: `line ${line}`, number: line, cells: cellsOf(fields, layout), wrong }
    }
  } catch (error) {
    // A header may stand below a title, or be divided by something else: the rule comes before all else.
    if (layout === undefined) refuseForbiddenHeader(head)
    throw error
  }
  if (layout === undefined)
    throw bad(`The file is empty; expected a header line with the column "address" (${allowed}).`)
}

function cellsOf(fields: readonly string[], layout: Layout): Record<Column, string> {
  const cells = columns.map((column) => [column, fields[layout[column] ?? -1] ?? ''])
  return Object.fromEntries(cells) as Record<Column, string>
}

/** Whether the first line is a row, and no header: where `columns` gives the number of the address, by what stands there. */
function isRow(line: string, delimiter: string, { columns: mapping }: CsvOptions): boolean {
  if (mapping === undefined) return isAddress(line.replace(/^"(.*)"\s*$/, '$1'))
  return (
    typeof mapping.address === 'number' && isMeantAsAddress(cellsIn(line, delimiter)[mapping.address - 1])
  )
}

function cellsIn(line: string, delimiter: string): readonly string[] {
  try {
    return parse(line, { delimiter, trim: true, to: 1 })[0] ?? []
  } catch {
    // Its first row goes on in the next line, or it is no CSV: whoever reads all of it says so.
    return []
  }
}

function isAddress(text: string): boolean {
  return readListed(text, null).ok
}

/** Also one with a slip in it: it is reported as a row then, and not lost as a header. No name of a column is like one. */
function isMeantAsAddress(cell = ''): boolean {
  return isAddress(cell) || (cell.length >= shortestAddress && /\d/.test(cell) && looksLikeAddress(cell))
}

/** About as long as the shortest address of a chain. */
const shortestAddress = 25

/** What divides the columns: whichever of these stands in the first line most often, outside of quotes. */
function delimiterOf(line: string): string {
  const bare = line.replace(/"[^"]*"/g, '')
  const count = (mark: string) => bare.split(mark).length
  return [',', ';', '\t'].reduce((best, mark) => (count(mark) > count(best) ? mark : best))
}

function isEnough(head: Buffer): boolean {
  return head.length >= headBytes || head.toString('latin1').split(/\r\n?|\n/).length > headLines
}

/** Looks for the header in the first lines, whatever they are written in and divided by. */
function refuseForbiddenHeader(head: Buffer): void {
  const lines = head
    .toString('utf8')
    .replaceAll('\0', '')
    .split(/\r\n?|\n/)
    .slice(0, headLines)
  for (const [index, line] of lines.entries()) {
    const cells = line.split(/[,;\t|]/)
    if (isLikeHeader(cells)) refuseForbiddenColumns(cells, 'The file', index + 1)
  }
}

/** A title is no header, nor is prose, nor a row of data. */
function isLikeHeader(cells: readonly string[]): boolean {
  return cells.length > 1 && cells.every((cell) => cell.length <= longestName && !/\d{4}/.test(cell))
}
