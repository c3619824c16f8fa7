import { parseAddress } from '../../address/parse.ts'
import { ChainscreenError } from '../../errors.ts'
import { ForbiddenContent, refuseForbiddenColumns, tellsOfPerson } from '../../forbidden-columns.ts'
import type { ListedAddress, ListFormat } from '../types.ts'
import { Periods } from './csv-periods.ts'
import { currentDay, isDate } from './is-date.ts'
import { peek } from './peek.ts'
import { type CsvRow, readCsv } from './read-csv.ts'

const columns = ['address', 'subject', 'program', 'listed_on', 'removed_on', 'source'] as const
type Column = (typeof columns)[number]

/** What is longer is no name of a column. */
const longestName = 60

/** How far a header is looked for in a file that does not begin with one. */
const headLines = 20
const headBytes = 1 << 14

/** How many bad lines an error shows. */
const shownLines = 20

const tellsTooMuch =
  'it tells of nationality, birth or documents, which chainscreen never holds: write the name alone'

/**
 * A list of one's own: `address[,subject,program,listed_on,removed_on,source]`, header required, columns in any
 * order, several programs separated by `|` or `;`, dates as `YYYY-MM-DD`. The user wrote it and can repair it: one
 * bad row refuses the whole file, and the error names the lines, and nothing that stands in them. A header without rows is an empty list.
 */
export const csv: ListFormat = {
  id: 'csv',
  version: 2,
  category: 'own-list',
  listedOnIsPublished: true,
  async parse(input, today = currentDay(), recognised = () => {}) {
    let header: readonly Column[] | undefined
    const addresses: ListedAddress[] = []
    const periods = new Periods()
    const badLines: string[] = []
    let badCount = 0
    const { head, whole } = await peek(input, isEnough)
    let tells = 0
    try {
      for await (const row of readCsv(whole)) {
        if (header === undefined) {
          header = readHeader(row)
          recognised()
          continue
        }
        const result = readRow(header, row, today)
        const wrong = typeof result === 'string' ? result : periods.add(result, row.line)
        if (wrong === tellsTooMuch) tells++
        if (wrong !== null && ++badCount <= shownLines) badLines.push(`line ${row.line}: ${wrong}`)
        if (wrong === null && typeof result !== 'string') addresses.push(result)
      }
    } catch (error) {
      // A header may stand below a title, or be divided by something else: the rule is told before all else.
      if (header === undefined) refuseForbiddenHeader(head)
      throw error
    }
    if (header === undefined)
      throw bad(`The file is empty; expected a header line with the column "address" (${allowed()}).`)
    if (badCount > 0) {
      const count = badCount === 1 ? 'One row is' : `${badCount} rows are`
      const first = badLines[0] ?? ''
      const hint = badCount === 1 ? first : `the first: ${first}`
      const message = `${count} wrong, so nothing of the file was taken; ${hint}.`
      throw tells > 0 ? new ForbiddenContent(message, badLines) : bad(message, badLines)
    }
    return {
      issuedOn: null,
      addresses,
      unparsed: [],
      counts: { rows: addresses.length, addresses: new Set(addresses.map(({ key }) => key)).size },
    }
  },
}

/** No message repeats what stands there: a first line that is no header may tell of a person what nobody should keep. */
function readHeader({ line, fields }: CsvRow): readonly Column[] {
  const names = fields.map((field) => field.toLowerCase())
  if (!names.includes('address'))
    throw bad(`Line ${line} must be the header, with the column "address" (${allowed()}), and is none.`)
  refuseForbiddenColumns(fields, 'The file', line)
  return names.map((name, index) => {
    const column = columns.find((known) => known === name)
    const place = `Line ${line}: column ${index + 1}`
    if (column === undefined) throw bad(`${place} is none that a list has; ${allowed()}.`)
    if (names.indexOf(name) !== index) throw bad(`${place} is "${column}" a second time.`)
    return column
  })
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

/** The row's address, or what is wrong with it. */
function readRow(header: readonly Column[], { fields }: CsvRow, today: string): ListedAddress | string {
  if (fields.length !== header.length) return `${fields.length} fields, where the header has ${header.length}`
  const value = (column: Column): string | null => fields[header.indexOf(column)] || null
  const address = value('address')
  if (address === null) return 'the address is empty'
  const parsed = parseAddress(address, { asset: null })
  if (!parsed.ok) return `the address can't be read: ${parsed.reason}`
  const listedOn = value('listed_on')
  const removedOn = value('removed_on')
  for (const [column, date] of [
    ['listed_on', listedOn],
    ['removed_on', removedOn],
  ] as const)
    if (date !== null && !isDate(date)) return `${column} is no date as YYYY-MM-DD`
  if (listedOn !== null && removedOn !== null && removedOn < listedOn) return 'removed_on is before listed_on'
  if (removedOn !== null && removedOn > today)
    return 'removed_on is still to come, and the address is in force until then: leave it empty, and write the day when it has come'
  if (fields.some(tellsOfPerson)) return tellsTooMuch
  const programs = (value('program') ?? '').split(/[|;]/).map((program) => program.trim())
  return {
    key: parsed.key,
    address,
    asset: null,
    partyId: null,
    subject: value('subject'),
    programs: [...new Set(programs.filter((program) => program !== ''))],
    listedOn,
    publishedBy: null,
    removedOn,
    source: value('source'),
  }
}

function allowed(): string {
  return `the columns are ${columns.join(', ')}`
}

function bad(message: string, details: readonly string[] = []): ChainscreenError {
  return new ChainscreenError('bad-file', message, { details })
}
