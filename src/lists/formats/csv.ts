import type { Key } from '../../address/key.ts'
import { readListed } from '../../address/read-listed.ts'
import { ForbiddenContent, hasPersonalData } from '../../privacy/forbidden-columns.ts'
import { MemoryRows } from '../memory-rows.ts'
import type { ListedAddress, ListFormat, RowStore } from '../types.ts'
import { addressLikeWords, Collector } from './collector.ts'
import { bad, type CsvOptions, csvKeys, versionWith } from './csv/columns.ts'
import { type ListRow, readRows } from './csv/read-rows.ts'
import { countUnreadable, currentDay, DateReader, isoDay } from './dates.ts'

/** How many bad lines an error shows. */
const shownLines = 20

const tellsTooMuch =
  'it mentions nationality, birth or documents, which chainscreen never stores: write the name alone'

/** Of the parser, without options. */
const version = 6

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
      const collector = new Collector()
      const badRows = new BadRows()
      let taken = 0
      const refuse = (
        { where, number, cells }: Pick<ListRow, 'where' | 'number' | 'cells'>,
        wrong: string,
      ) => {
        if (reports && wrong !== tellsTooMuch)
          collector.noAddress({ raw: cells.address, reason: wrong, asset: null, where }, addressLikeWords)
        else badRows.add(number, `${where}: ${wrong}`, wrong === tellsTooMuch)
      }
      for await (const row of readRows(input, options ?? {}, recognised)) {
        const result = row.wrong ?? readRow(row, today, dates)
        if (typeof result === 'string') refuse(row, result)
        else {
          if (result.doubt !== null) refuse(row, result.doubt)
          rows.add(result.listed, row.number)
          taken++
        }
      }
      const { keys, apart } = findApart(rows, reports)
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
      return { ...collector.list(null, counts), addresses: inMemory.all }
    },
  }
}

const noCells = { subject: '', program: '', listed_on: '', removed_on: '', source: '' }

interface RowApart {
  number: number
  row: ListedAddress
  wrong: string
}

/**
 * How many addresses there are, and the rows whose period is apart from that of others of the same address.
 *
 * @param reports the rows apart are left out, and the rest is taken: then the period that ends last stands, whatever the order
 * of the lines. An address of which one row is in force must not count as removed.
 */
function findApart(rows: RowStore, reports: boolean): { keys: number; apart: RowApart[] } {
  const apart: RowApart[] = []
  let keys = 0
  for (const group of rows.byKey()) {
    keys++
    if (group.length === 1) continue
    const periods = new Periods()
    for (const { number, row } of reports ? [...group].sort(endsLastFirst) : group) {
      const wrong = periods.add(row, number)
      if (wrong !== null) apart.push({ number, row, wrong })
    }
  }
  return { keys, apart }
}

/** In force first, then by the last day; of the same one the longest. */
function endsLastFirst(
  { row: one, number }: Numbered,
  { row: other, number: otherNumber }: Numbered,
): number {
  const ends = compare(other.removedOn ?? '9999-99-99', one.removedOn ?? '9999-99-99')
  return ends || compare(one.listedOn ?? '', other.listedOn ?? '') || number - otherNumber
}

type Numbered = Pick<RowApart, 'number' | 'row'>

function compare(one: string, other: string): number {
  return one === other ? 0 : one < other ? -1 : 1
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

interface TakenRow {
  listed: ListedAddress
  /** What is wrong with its dates, which it is taken without: whether it was removed is in doubt, so it is in force. */
  doubt: string | null
}

/**
 * The row's address, or what is wrong with it.
 *
 * @param dates counts those that can't be read: the address is taken without. `null`: such a row is wrong.
 */
function readRow({ cells }: ListRow, today: string, dates: DateReader | null): TakenRow | string {
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
  const { doubt, ...period } = periodOf(days.listed_on, days.removed_on, today)
  if (doubt !== null && dates === null) return doubt
  if (hasPersonalData(cells.subject) || hasPersonalData(cells.program) || hasPersonalData(cells.source))
    return tellsTooMuch
  const programs = cells.program.split(/[|;]/).map((program) => program.trim())
  const listed = {
    key: parsed.key,
    address,
    asset: null,
    subjectIds: [],
    subject: cells.subject || null,
    programs: [...new Set(programs.filter((program) => program !== ''))],
    publishedBy: null,
    ...period,
    source: cells.source || null,
  }
  return { listed, doubt }
}

/** What two dates say, without what is in doubt of them. */
function periodOf(
  listedOn: string | null,
  removedOn: string | null,
  today: string,
): Pick<ListedAddress, 'listedOn' | 'removedOn'> & { doubt: string | null } {
  // Either of the two may be the wrong one.
  if (listedOn !== null && removedOn !== null && removedOn < listedOn)
    return { listedOn: null, removedOn: null, doubt: 'removed_on is before listed_on' }
  if (removedOn !== null && removedOn > today) {
    const doubt =
      'removed_on is in the future, and the address is in force until then: leave it empty until that day'
    return { listedOn, removedOn: null, doubt }
  }
  return { listedOn, removedOn, doubt: null }
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
