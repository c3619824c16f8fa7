import type { Readable } from 'node:stream'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { ParsedList } from '../../types.ts'
import { Collector } from '../collector.ts'
import { countUnreadable, DateReader, dayFirst } from '../dates.ts'
import { extractAddresses } from '../free-text/extract-addresses.ts'
import { type CsvRow, readCsv } from '../read-csv.ts'
import { aboutDesignation, type Designation, isPrimary, joinName } from './designation.ts'

const nameColumns = ['name1', 'name2', 'name3', 'name4', 'name5', 'name6'] as const
const freeTexts = ['otherinformation', 'ukstatementofreasons'] as const
/** A designation, with those of its texts that hold something, and where each stands. */
interface Row extends Designation {
  texts: Map<string, string>
  unreadableDates: number
}

const needed = ['uniqueid', 'lastupdated', 'datedesignated', 'regimename', 'nametype', 'name6', ...freeTexts]

/**
 * Reads the list's CSV: a line `Report Date: 02-Oct-2026`, a header, and one row for each name and address of a
 * designation, which repeats its texts.
 *
 * @throws ChainscreenError `bad-file`, also for a row with another number of fields than the header.
 */
export async function readUkCsv(input: Readable, recognised: () => void): Promise<ParsedList> {
  let issuedOn: string | null = null
  let header: readonly string[] | null = null
  const byId = new Map<string, Row>()
  for await (const row of readCsv(input)) {
    if (issuedOn === null) issuedOn = readReportDate(row)
    else if (header === null) {
      header = readHeader(row)
      recognised()
    } else takeRow(byId, header, row)
  }
  if (issuedOn === null) throw bad('The file is empty; expected a line "Report Date: …".')
  if (byId.size === 0) throw bad('The file has no row below its header: a list without a single party.')
  const collector = new Collector()
  let withAddresses = 0
  let unreadableDates = 0
  for (const row of byId.values()) {
    const about = aboutDesignation(row)
    const found = [...row.texts].map(([text, place]) =>
      collector.text(text, about, `${place} of ${row.uniqueId}`),
    )
    if (!found.includes(true)) continue
    withAddresses++
    unreadableDates += row.unreadableDates
  }
  return collector.list(issuedOn, {
    ...{ parties: byId.size, partiesWithAddresses: withAddresses, addresses: collector.count() },
    ...countUnreadable(unreadableDates),
  })
}

function readReportDate({ line, fields }: CsvRow): string {
  const date = dayFirst(/^Report Date:(.*)$/i.exec(fields[0] ?? '')?.[1] ?? '')
  if (date !== null) return date
  throw bad(`Line ${line} is not "Report Date: DD-Mon-YYYY", as the UK Sanctions List begins.`)
}

function readHeader({ line, fields }: CsvRow): readonly string[] {
  const header = fields.map((field) => field.toLowerCase().replace(/[^a-z0-9]/g, ''))
  for (const name of needed) {
    const count = header.filter((each) => each === name).length
    if (count !== 1) throw bad(`Line ${line} must be the header, with one column "${name}"; found ${count}.`)
  }
  return header
}

function takeRow(byId: Map<string, Row>, header: readonly string[], { line, fields }: CsvRow): void {
  if (fields.length !== header.length)
    throw bad(
      `Line ${line} has ${fields.length} fields, and the header has ${header.length}: cut or damaged.`,
    )
  const value = (column: string) => fields[header.indexOf(column)] ?? ''
  const uniqueId = value('uniqueid')
  if (uniqueId === '') throw bad(`Line ${line} has no Unique ID: cut or damaged.`)
  const row = byId.get(uniqueId) ?? newRow(uniqueId, value)
  byId.set(uniqueId, row)
  if (row.name === null && isPrimary(value('nametype'))) row.name = joinName(nameColumns.map(value))
  for (const place of freeTexts) {
    const text = value(place)
    if (row.texts.has(text)) continue
    const { found, unparsed } = extractAddresses(text)
    if (found.length + unparsed.length > 0) row.texts.set(text, place)
  }
}

function newRow(uniqueId: string, value: (column: string) => string): Row {
  const dates = new DateReader()
  const designatedOn = dates.read(value('datedesignated'), dayFirst)
  const updatedOn = dates.read(value('lastupdated'), dayFirst)
  return {
    ...{ uniqueId, groupId: value('ofsigroupid'), regime: value('regimename'), name: null },
    ...{ designatedOn, updatedOn, unreadableDates: dates.unreadable, texts: new Map() },
  }
}

function bad(message: string): ChainscreenError {
  return new ChainscreenError('bad-file', message)
}
