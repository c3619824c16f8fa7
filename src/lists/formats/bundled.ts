import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ListFormat } from '../types.ts'
import { Collector } from './collector.ts'
import { isDate } from './dates.ts'
import { type CsvRow, readCsv } from './read-csv.ts'

/** The columns of the form in which chainscreen ships a published list. */
export const bundledColumns = [
  'asset',
  'address',
  'party_uid',
  'subject',
  'programs',
  'party_listed_on',
  'published_by',
] as const

/**
 * The list that ships with chainscreen, in a form of its own (data/lists/README.md): first a row
 * `issued_on,2025-11-19,rows,761`, then a header, then one row for each asset, address and party.
 */
export const bundled: ListFormat = {
  id: 'bundled',
  version: 4,
  category: 'sanctions',
  listedOnIsPublished: false,
  ages: { check: null, issue: '45d' },
  dated: true,
  history: 'ofac',
  page: {
    what: 'the OFAC addresses that ship with chainscreen, in force at 2025-11-19',
    taken: '',
    dates: 'the date by which each address was published is in it',
    begins: "the party's date",
    ends: 'does not change',
    source: '`data/lists/README.md`',
  },
  async parse(input, _today, recognised = () => {}) {
    let first: { issuedOn: string; rows: number } | undefined
    let headerSeen = false
    const rows: { asset: string; address: string }[] = []
    const collector = new Collector()
    for await (const row of readCsv(input, { comment: '#' })) {
      if (first === undefined) first = readFirst(row)
      else if (!headerSeen) {
        if (row.fields.join() !== bundledColumns.join())
          throw bad(row.line, `expected ${bundledColumns.join()}`)
        headerSeen = true
        recognised()
      } else {
        const { asset, address, about } = readRow(row)
        rows.push({ asset, address })
        collector.field(address, asset, about, `line ${row.line}`)
      }
    }
    if (first === undefined || rows.length !== first.rows)
      throw bad(1, `it announces ${first?.rows ?? 'no'} rows, and ${rows.length} follow`)
    return collector.list(first.issuedOn, {
      rows: rows.length,
      pairs: new Set(rows.map(({ asset, address }) => `${asset} ${address}`)).size,
      addresses: new Set(rows.map(({ address }) => address)).size,
    })
  },
}

function readFirst({ line, fields }: CsvRow): { issuedOn: string; rows: number } {
  const [label, issuedOn = '', rowsLabel, rows = ''] = fields
  if (label !== 'issued_on' || !isDate(issuedOn) || rowsLabel !== 'rows' || !/^\d+$/.test(rows))
    throw bad(line, 'expected issued_on, a date, rows, a number')
  return { issuedOn, rows: Number(rows) }
}

function readRow({ line, fields }: CsvRow) {
  const [
    asset = '',
    address = '',
    partyId = '',
    subject = '',
    programs = '',
    listedOn = '',
    publishedBy = '',
  ] = fields
  if (fields.length !== bundledColumns.length || !isDate(listedOn) || !isDate(publishedBy))
    throw bad(line, `expected ${bundledColumns.length} fields with two dates at the end`)
  const about = {
    subjectIds: [partyId],
    subject,
    programs: programs.split('|'),
    listedOn,
    publishedBy,
    removedOn: null,
  }
  return { asset, address, about }
}

function bad(line: number, expected: string): ChainscreenError {
  return new ChainscreenError(
    'bad-file',
    `Line ${line} of the bundled list is not as it was shipped: ${expected}.`,
  )
}
