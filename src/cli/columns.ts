import { styleText } from 'node:util'
import { printable, printLine, printLines } from './output.ts'

/** A column of a table that fits the terminal. */
export interface Column {
  title: string
  /** The narrowest it can be cut to; uncut where not given. */
  least?: number
  /** Cut in the middle, so that both ends of an address can be compared. */
  middle?: boolean
  /** Left out on a narrow terminal: the highest number first; never where not given. */
  rank?: number
}

export type Cell = string | number | null

const gap = '  '
/** In no cell: control characters are made printable. */
const cellEnd = '\0'

/** The width to print for: the terminal's; `COLUMNS`; where neither is known, as wide as the widest cells. */
function outputWidth(): number {
  const asked = Number(process.env.COLUMNS)
  return process.stdout.columns ?? (asked > 0 ? asked : Number.POSITIVE_INFINITY)
}

/**
 * Rows in columns that fit the terminal: some are cut, then left out, until they do. `--json` and `--csv` have everything.
 *
 * @param none is printed where there are none.
 */
export function printColumns(
  columns: readonly Column[],
  rows: Iterable<readonly Cell[]>,
  none: string,
): void {
  const natural = columns.map(({ title }) => title.length)
  // One text a row: of a hundred thousand rows, a text a cell is a lot of memory.
  const texts: string[] = []
  for (const row of rows) {
    const cells = row.map((cell) => printable(String(cell ?? '')))
    for (const [index, cell] of cells.entries()) natural[index] = Math.max(natural[index] ?? 0, cell.length)
    texts.push(cells.join(cellEnd))
  }
  if (texts.length === 0) {
    printLine(none)
    return
  }
  const shown = widthsFor(columns, natural, outputWidth())
  const line = (row: readonly string[]) =>
    shown.map(({ index, width }) => cut(row[index] ?? '', width, columns[index]?.middle === true))
  const lineOf = (texts: readonly string[], style: (text: string, index: number) => string): string => {
    const padded = shown.map(({ width, index }, at) => {
      const text = texts[at] ?? ''
      return style(text, index) + ' '.repeat(at === shown.length - 1 ? 0 : width - text.length)
    })
    return padded.join(gap).trimEnd()
  }
  printLines(
    (function* () {
      yield lineOf(line(columns.map(({ title }) => title)), (text) => text)
      for (const text of texts)
        yield lineOf(line(text.split(cellEnd)), (cell, index) =>
          columns[index]?.title === 'level' ? colouredLevel(cell) : cell,
        )
    })(),
  )
}

/** Which columns are shown, and how wide. */
function widthsFor(
  columns: readonly Column[],
  natural: readonly number[],
  width: number,
): { index: number; width: number }[] {
  let shown = columns.map((_, index) => index)
  const leastOf = (index: number) =>
    Math.min(natural[index] ?? 0, columns[index]?.least ?? Number.POSITIVE_INFINITY)
  const sum = (of: (index: number) => number) =>
    shown.reduce((total, index) => total + of(index), gap.length * (shown.length - 1))
  while (sum(leastOf) > width) {
    const last = Math.max(...shown.map((index) => columns[index]?.rank ?? 0))
    if (last === 0) break
    shown = shown.filter((index) => columns[index]?.rank !== last)
  }
  let spare = Math.max(0, width - sum(leastOf))
  return shown.map((index) => {
    const more = Math.min(spare, (natural[index] ?? 0) - leastOf(index))
    spare -= more
    return { index, width: leastOf(index) + more }
  })
}

function cut(text: string, width: number, middle: boolean): string {
  if (text.length <= width) return text
  if (!middle) return `${text.slice(0, Math.max(0, width - 1))}…`
  const head = Math.ceil((width - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`
}

export type Style = Parameters<typeof styleText>[0]

/** Coloured on a terminal, unless `NO_COLOR` says otherwise (https://no-color.org). */
export function coloured(style: Style, text: string): string {
  const isWanted = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  return isWanted ? styleText(style, text) : text
}

const levelStyles: Readonly<Record<string, Style>> = { high: ['red', 'bold'], medium: 'yellow', low: 'dim' }

function colouredLevel(level: string): string {
  const style = levelStyles[level]
  return style === undefined ? level : coloured(style, level)
}
