import { parseAddress } from '../../address/parse.ts'
import { ChainscreenError } from '../../errors.ts'
import { refuseForbiddenColumns } from '../../forbidden-columns.ts'
import type { ListedAddress, ListFormat } from '../types.ts'
import { Periods } from './csv-periods.ts'
import { currentDay, isDate } from './is-date.ts'
import { peek } from './peek.ts'
import { type CsvRow, readCsv } from './read-csv.ts'

const columns = ['address', 'subject', 'program', 'listed_on', 'removed_on', 'source'] as const
type Column = (typeof columns)[number]

/** No name of a column is near this length: what is longer is no header, and is not looked at further. */
const longestName = 200

/** How far a header is looked for in a file that does not begin with one. */
const headLines = 20
const headBytes = 1 << 14

/** How many bad lines an error shows. */
const shownLines = 20

/**
 * A list of one's own: `address[,subject,program,listed_on,removed_on,source]`, header required, columns in any
 * order, several programs separated by `|` or `;`, dates as `YYYY-MM-DD`. The user wrote it and can repair it: one
 * bad row refuses the whole file, and the error names the lines. A header without rows is an empty list.
 */
export const csv: ListFormat = {
  id: 'csv',
  version: 2,
  category: 'own-list',
  listedOnIsPublished: true,
  async parse(input, today = currentDay()) {
    let header: readonly Column[] | undefined
    const addresses: ListedAddress[] = []
    const periods = new Periods()
    const badLines: string[] = []
    let badCount = 0
    const { head, whole } = await peek(input, isEnough)
    try {
      for await (const row of readCsv(whole)) {
        if (header === undefined) {
          header = readHeader(row)
          continue
        }
        const result = readRow(header, row, today)
        const wrong = typeof result === 'string' ? result : periods.add(result, row.line)
        if (wrong !== null && ++badCount <= shownLines) badLines.push(`line ${row.line}: ${wrong}`)
        if (wrong === null && typeof result !== 'string') addresses.push(result)
      }
    } catch (error) {
      // What is rejected is kept. Such columns must not be, wherever in the file its header stands.
      if (header === undefined) refuseForbiddenColumns(namesIn(head), 'The file')
      throw error
    }
    if (header === undefined)
      throw bad(`The file is empty; expected a header line with the column "address" (${allowed()}).`)
    if (badCount > 0) {
      const count = badCount === 1 ? 'One row is' : `${badCount} rows are`
      const first = badLines[0] ?? ''
      const hint = badCount === 1 ? first : `the first: ${first}`
      throw bad(`${count} wrong, so nothing of the file was taken; ${hint}.`, badLines)
    }
    return {
      issuedOn: null,
      addresses,
      unparsed: [],
      counts: { rows: addresses.length, addresses: new Set(addresses.map(({ key }) => key)).size },
    }
  },
}

function readHeader({ line, fields }: CsvRow): readonly Column[] {
  const names = fields.map((field) => field.toLowerCase())
  const long = fields.find((field) => field.length > longestName)
  if (long !== undefined) throw bad(`Line ${line} names the column ${shown(long)}…; ${allowed()}.`)
  refuseForbiddenColumns(fields, 'The file')
  if (!names.includes('address')) {
    // The first field alone: a row without a header may say of a person what nobody should keep.
    const found = JSON.stringify((fields[0] ?? '').slice(0, 80))
    throw bad(`Line ${line} must be the header, with the column "address" (${allowed()}); found ${found}.`)
  }
  return names.map((name, index) => {
    const column = columns.find((known) => known === name)
    if (column === undefined)
      throw bad(`Line ${line}: unknown column ${JSON.stringify(name.slice(0, 60))}; ${allowed()}.`)
    if (names.indexOf(name) !== index) throw bad(`Line ${line}: the column "${name}" stands there twice.`)
    return column
  })
}

function isEnough(head: Buffer): boolean {
  return head.length >= headBytes || head.toString('latin1').split(/\r\n?|\n/).length > headLines
}

/** What may be names of columns in the first lines, whatever they are written in and divided by. */
function namesIn(head: Buffer): string[] {
  const rows = head
    .toString('utf8')
    .replaceAll('\0', '')
    .split(/[\r\n]+/)
    .slice(0, headLines)
    .map((line) => line.split(/[,;\t|]/))
  // A title is no header, nor is prose.
  const names = rows.filter((cells) => cells.length > 1).flat()
  return names.filter((name) => name.length <= longestName)
}

/** The row's address, or what is wrong with it. */
function readRow(header: readonly Column[], { fields }: CsvRow, today: string): ListedAddress | string {
  if (fields.length !== header.length) return `${fields.length} fields, where the header has ${header.length}`
  const value = (column: Column): string | null => fields[header.indexOf(column)] || null
  const address = value('address')
  if (address === null) return 'the address is empty'
  const parsed = parseAddress(address, { asset: null })
  if (!parsed.ok) return `${shown(address)}: ${parsed.reason}`
  const listedOn = value('listed_on')
  const removedOn = value('removed_on')
  for (const [column, date] of [
    ['listed_on', listedOn],
    ['removed_on', removedOn],
  ] as const)
    if (date !== null && !isDate(date)) return `${column} is ${shown(date)}, expected a date as YYYY-MM-DD`
  if (listedOn !== null && removedOn !== null && removedOn < listedOn)
    return `removed_on ${removedOn} is before listed_on ${listedOn}`
  if (removedOn !== null && removedOn > today)
    return `removed_on ${removedOn} is still to come, and the address is in force until then: leave it empty, and write the day when it has come`
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

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 120))
}

function bad(message: string, details: readonly string[] = []): ChainscreenError {
  return new ChainscreenError('bad-file', message, { details })
}
