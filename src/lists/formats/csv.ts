import { parseAddress } from '../../address/parse.ts'
import { ForbiddenContent, tellsOfPerson } from '../../forbidden-columns.ts'
import type { ListedAddress, ListFormat, UnparsedItem } from '../types.ts'
import { bad, type CsvOptions, versionWith } from './csv/columns.ts'
import { Periods } from './csv/periods.ts'
import { type ListRow, readRows } from './csv/read-rows.ts'
import { currentDay } from './is-date.ts'
import { countUnreadable, DateReader, isoDay } from './publisher-date.ts'
import { addressLikeWords } from './visible-raw.ts'

/** How many bad lines an error shows. */
const shownLines = 20

const tellsTooMuch =
  'it tells of nationality, birth or documents, which chainscreen never holds: write the name alone'

/** Of the parser, without options. */
const version = 2

/**
 * A list of one's own: `address[,subject,program,listed_on,removed_on,source]`, columns in any order, several programs
 * separated by `|` or `;`, dates as `YYYY-MM-DD`; or whatever else {@link CsvOptions} say. The user can repair it: one bad
 * row refuses the whole file, unless the config says that it is to be reported; the error names the lines, and nothing
 * that stands in them. A header without rows is an empty list.
 */
export const csv: ListFormat = csvFormat(undefined)

/** @param options as the config has them. */
export function csvFormat(options: CsvOptions | undefined): ListFormat {
  return {
    id: 'csv',
    version: options === undefined ? version : versionWith(version, options),
    category: 'own-list',
    listedOnIsPublished: true,
    async parse(input, today = currentDay(), recognised = () => {}) {
      const reports = options?.onBadRow === 'report'
      const dates = reports ? new DateReader() : null
      const addresses: ListedAddress[] = []
      const unparsed: UnparsedItem[] = []
      const periods = new Periods()
      const badLines: string[] = []
      let badCount = 0
      let tells = 0
      for await (const row of readRows(input, options ?? {}, recognised)) {
        const result = row.wrong ?? readRow(row, today, dates)
        const wrong = typeof result === 'string' ? result : periods.add(result, row.number)
        if (wrong === null && typeof result !== 'string') addresses.push(result)
        if (wrong === null) continue
        if (wrong === tellsTooMuch) tells++
        if (reports)
          unparsed.push({
            raw: addressLikeWords(row.cells.address),
            reason: wrong,
            asset: null,
            where: row.where,
          })
        else if (++badCount <= shownLines) badLines.push(`${row.where}: ${wrong}`)
      }
      if (badCount > 0 || tells > 0) throw refusal(badCount, badLines, tells)
      const keys = new Set(addresses.map(({ key }) => key))
      const counts = {
        rows: addresses.length,
        addresses: keys.size,
        ...countUnreadable(dates?.unreadable ?? 0),
      }
      return { issuedOn: null, addresses, unparsed, counts }
    },
  }
}

function refusal(badCount: number, badLines: readonly string[], tells: number): Error {
  const count = badCount === 1 ? 'One row is' : `${badCount} rows are`
  const first = badLines[0] ?? ''
  const hint = badCount === 1 ? first : `the first: ${first}`
  if (tells > 0)
    return new ForbiddenContent(
      badCount > 0
        ? `${count} wrong, so nothing of the file was taken; ${hint}.`
        : `Of ${tells} rows ${tellsTooMuch}; nothing of the file was taken.`,
      badLines,
    )
  return bad(`${count} wrong, so nothing of the file was taken; ${hint}.`, badLines)
}

/**
 * The row's address, or what is wrong with it.
 *
 * @param dates counts those that can't be read: the address is taken without. `null`: such a row is wrong.
 */
function readRow({ cells }: ListRow, today: string, dates: DateReader | null): ListedAddress | string {
  const { address } = cells
  if (address === '') return 'the address is empty'
  const parsed = parseAddress(address, { asset: null })
  if (!parsed.ok) return `the address can't be read: ${parsed.reason}`
  const days = { listed_on: isoDay(cells.listed_on), removed_on: isoDay(cells.removed_on) }
  for (const column of ['listed_on', 'removed_on'] as const) {
    if (dates === null && cells[column] !== '' && days[column] === null)
      return `${column} is no date as YYYY-MM-DD`
    dates?.read(cells[column], isoDay)
  }
  const { listed_on: listedOn, removed_on: removedOn } = days
  if (listedOn !== null && removedOn !== null && removedOn < listedOn) return 'removed_on is before listed_on'
  if (removedOn !== null && removedOn > today)
    return 'removed_on is still to come, and the address is in force until then: leave it empty, and write the day when it has come'
  if (tellsOfPerson(cells.subject) || tellsOfPerson(cells.program) || tellsOfPerson(cells.source))
    return tellsTooMuch
  const programs = cells.program.split(/[|;]/).map((program) => program.trim())
  return {
    key: parsed.key,
    address,
    asset: null,
    partyId: null,
    subject: cells.subject || null,
    programs: [...new Set(programs.filter((program) => program !== ''))],
    listedOn,
    publishedBy: null,
    removedOn,
    source: cells.source || null,
  }
}
