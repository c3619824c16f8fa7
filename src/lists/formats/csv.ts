import type { Key } from '../../address/key.ts'
import { readListed } from '../../address/read-listed.ts'
import { ForbiddenContent, tellsOfPerson } from '../../privacy/forbidden-columns.ts'
import { MemoryRows } from '../memory-rows.ts'
import type { ListedAddress, ListFormat, RowStore, UnparsedItem } from '../types.ts'
import { addressLikeWords } from './collector.ts'
import { bad, type CsvOptions, csvKeys, versionWith } from './csv/columns.ts'
import { type ListRow, readRows } from './csv/read-rows.ts'
import { countUnreadable, currentDay, DateReader, isoDay } from './dates.ts'

/** How many bad lines an error shows. */
const shownLines = 20

const tellsTooMuch =
  'it mentions nationality, birth or documents, which chainscreen never stores: write the name alone'

/** Of the parser, without options. */
const version = 4

/**
 * A list of one's own: `address[,subject,program,listed_on,removed_on,source]`, columns in any order, several programs
 * separated by `|` or `;`, dates as `YYYY-MM-DD`; or whatever else {@link CsvOptions} say. The user can repair it: one bad
 * row refuses the whole file, unless the config says that it is to be reported; the error names the lines, and nothing
 * that stands in them. A header without rows is an empty list.
 */
export const csv: ListFormat = csvFormat(undefined)

/** @param options as the config has them. */
function csvFormat(options: CsvOptions | undefined): ListFormat {
  return {
    id: 'csv',
    version: options === undefined ? version : versionWith(version, options),
    category: 'own-list',
    listedOnIsPublished: true,
    ages: { check: null, issue: null },
    dated: false,
    layout: { keys: csvKeys, apply: (given) => csvFormat(given) },
    page: {
      what: 'a list of your own: `address[,subject,program,listed_on,removed_on,source]`; programs are split at `\\|` or `;`',
      taken:
        'every row; one bad row refuses the file, with its line; so do two rows of one address with separate periods. Other shapes: [below](#lists-of-your-own)',
      dates:
        'the address counts as published on `listed_on`; a future `removed_on` is refused: leave it empty until that day',
      begins: '`listed_on`',
      ends: '`removed_on`: the first day on which the address is no longer listed; or with the first file that lacks the row',
      source: 'this page',
    },
    async parse(input, today = currentDay(), recognised = () => {}, store) {
      const reports = options?.onBadRow === 'report'
      const dates = reports ? new DateReader() : null
      const inMemory = new MemoryRows()
      const rows = store ?? inMemory
      const unparsed: UnparsedItem[] = []
      const badRows = new BadRows()
      let taken = 0
      const refuse = (
        { where, number, cells }: Pick<ListRow, 'where' | 'number' | 'cells'>,
        wrong: string,
      ) => {
        if (reports && wrong !== tellsTooMuch)
          unparsed.push({ raw: addressLikeWords(cells.address), reason: wrong, asset: null, where })
        else badRows.add(number, `${where}: ${wrong}`, wrong === tellsTooMuch)
      }
      for await (const row of readRows(input, options ?? {}, recognised)) {
        const result = row.wrong ?? readRow(row, today, dates)
        if (typeof result === 'string') refuse(row, result)
        else {
          rows.add(result, row.number)
          taken++
        }
      }
      const { keys, apart } = findApart(rows)
      for (const { number, row, wrong } of apart) {
        refuse({ where: `line ${number}`, number, cells: { ...noCells, address: row.address } }, wrong)
        rows.drop(row.key, number)
      }
      badRows.refuse()
      const counts = {
        rows: taken - apart.length,
        addresses: keys,
        ...countUnreadable(dates?.unreadable ?? 0),
      }
      return { issuedOn: null, addresses: inMemory.all, unparsed, counts }
    },
  }
}

const noCells = { subject: '', program: '', listed_on: '', removed_on: '', source: '' }

interface RowApart {
  number: number
  row: ListedAddress
  wrong: string
}

/** How many addresses there are, and the rows whose period is apart from that of others of the same address. */
function findApart(rows: RowStore): { keys: number; apart: RowApart[] } {
  const apart: RowApart[] = []
  let keys = 0
  for (const group of rows.byKey()) {
    keys++
    if (group.length === 1) continue
    const periods = new Periods()
    for (const { number, row } of group) {
      const wrong = periods.add(row, number)
      if (wrong !== null) apart.push({ number, row, wrong })
    }
  }
  return { keys, apart }
}

/** What refuses a file. */
class BadRows {
  #count = 0
  #tells = false
  /** The first ones, in the order of the file. */
  #shown: { number: number; text: string }[] = []

  add(number: number, text: string, tells: boolean): void {
    this.#count++
    this.#tells ||= tells
    this.#shown.push({ number, text })
    if (this.#shown.length <= 2 * shownLines) return
    this.#shown = this.#inOrder()
  }

  #inOrder(): { number: number; text: string }[] {
    return this.#shown.sort((a, b) => a.number - b.number).slice(0, shownLines)
  }

  /** @throws ChainscreenError `bad-file` where there is any. */
  refuse(): void {
    if (this.#count === 0) return
    const lines = this.#inOrder().map(({ text }) => text)
    const count = this.#count === 1 ? 'One row is' : `${this.#count} rows are`
    const hint = this.#count === 1 ? lines[0] : `the first: ${lines[0]}`
    const message = `${count} wrong, so nothing of the file was taken; ${hint}.`
    throw this.#tells ? new ForbiddenContent(message, lines) : bad(message, lines)
  }
}

/**
 * The row's address, or what is wrong with it.
 *
 * @param dates counts those that can't be read: the address is taken without. `null`: such a row is wrong.
 */
function readRow({ cells }: ListRow, today: string, dates: DateReader | null): ListedAddress | string {
  const { address } = cells
  if (address === '') return 'the address is empty'
  const parsed = readListed(address, null)
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
    return 'removed_on is in the future, and the address is in force until then: leave it empty until that day'
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

interface Period {
  /** The line of the first row. */
  line: number
  /** `null` = not known. */
  from: string | null
  /** `null` = still. */
  to: string | null
}

/**
 * The time that the rows of each address cover together. One address has one period in a csv: rows that overlap become
 * one, and those that are apart would be joined over the gap, or the earlier ones be lost.
 */
class Periods {
  readonly #byKey = new Map<Key, Period>()

  /** @returns what is wrong with a row beside those before it; `null` = nothing. */
  add({ key, listedOn: from, removedOn: to }: ListedAddress, line: number): string | null {
    const known = this.#byKey.get(key)
    if (known === undefined) this.#byKey.set(key, { line, from, to })
    else if (endsBefore(known, { line, from, to }) || endsBefore({ line, from, to }, known))
      return `the dates are apart from those of the same address in line ${known.line}, and an address has one period: make one row of them`
    else {
      if (from === null || (known.from !== null && from < known.from)) known.from = from
      if (to === null || (known.to !== null && to > known.to)) known.to = to
    }
    return null
  }
}

function endsBefore(one: Period, other: Period): boolean {
  if (one.from === other.from && one.to === other.to) return false
  return one.to !== null && other.from !== null && one.to <= other.from
}
