// What benchmarks measured, as rows: `{ title, name, what, median, low, high }`. Kept as JSON, shown as one table, and compared with a baseline.

import { appendFileSync, existsSync, readFileSync } from 'node:fs'

/** The file that rows are added to, a line each; `undefined`: they are only printed. */
const file = process.env.BENCH_RESULTS

export function addResult(row) {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(row)}\n`)
}

/** Rows of a file: a line each, or one JSON array. None where there is no file. */
export function readResults(path) {
  if (!existsSync(path)) return []
  const text = readFileSync(path, 'utf8').trim()
  if (text.startsWith('[')) return JSON.parse(text)
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
}

/** One table of all rows. */
export function printTable(rows) {
  const shown = rows.map(({ title, name, what, median, low, high }) => [
    title,
    name,
    what,
    `${digits(median)} (${digits(low)}–${digits(high)})`,
  ])
  const table = [['benchmark', 'who', 'what', 'median (lowest–highest)'], ...shown]
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)))
  for (const row of table)
    console.log(
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
}

/**
 * Ratios only: times are another on each machine.
 *
 * @param tolerance how much less than the baseline's a ratio may be, as a part of it.
 * @returns a sentence for each ratio that fell, or that the baseline has and these rows have not.
 */
export function fallen(rows, baseline, tolerance) {
  const ratios = new Map(rows.filter(isRatio).map((row) => [keyOf(row), row]))
  return baseline.filter(isRatio).flatMap((before) => {
    const now = ratios.get(keyOf(before))
    if (now === undefined) return [`${keyOf(before)}: it was not measured`]
    if (now.median >= before.median * (1 - tolerance)) return []
    return [`${keyOf(before)}: ${digits(before.median)} before, ${digits(now.median)} now`]
  })
}

function isRatio({ what }) {
  return what === 'ratio'
}

function keyOf({ title, name }) {
  return `${title}: ${name}`
}

function digits(value) {
  return value.toFixed(value >= 100 ? 0 : 2)
}
