import { formatUnits } from 'viem'

/** Writes one JSON value, with bigints as text. */
export function printJson(value: unknown): void {
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item),
    2,
  )
  process.stdout.write(`${text}\n`)
}

export function printLine(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** Rows in columns as wide as their widest cell. Control characters and bidirectional marks of published texts are shown, not obeyed. */
export function printTable(
  header: readonly string[],
  rows: readonly (readonly (string | number | null)[])[],
): void {
  const cells = rows.map((row) => row.map((cell) => printable(String(cell ?? ''))))
  // Not `Math.max(...cells)`: there may be more rows than a call can have arguments.
  const widths = header.map((title, column) =>
    cells.reduce((width, row) => Math.max(width, row[column]?.length ?? 0), title.length),
  )
  for (const row of [header, ...cells]) {
    printLine(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}

/** The width of a terminal that nobody widened. */
const columns = 80

/**
 * A text behind a label, in lines of 80 columns at most. What follows the first line stands under the text.
 *
 * @param hanging how far the following lines are indented, where not under the text.
 */
export function printWrapped(label: string, text: string, hanging = label.length): void {
  let line = label
  let isFresh = true
  const flush = () => {
    printLine(line.trimEnd())
    line = ' '.repeat(hanging)
    isFresh = true
  }
  for (const word of text.split(' ')) {
    if (!isFresh && line.length + 1 + word.length > columns) flush()
    line += isFresh ? word : ` ${word}`
    isFresh = false
    // A word that fits no line goes on in the next one.
    while (line.length > columns) {
      printLine(line.slice(0, columns))
      line = ' '.repeat(hanging) + line.slice(columns)
    }
  }
  if (!isFresh) flush()
}

/** Text from outside, safe for a terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  )
}

/** An amount for people: native money in coins; tokens in their base units, since the ledger does not hold decimals. */
export function amountText(alert: {
  asset: string | null
  amount: string | null
  symbol: string | null
}): string {
  // An own address that a list names has no asset either.
  if (alert.amount === null) return alert.asset === null ? '' : 'unknown amount'
  const symbol = alert.symbol ?? 'unknown asset'
  if (alert.asset !== 'native') return `${alert.amount} units of ${symbol}`
  return `${formatUnits(BigInt(alert.amount), symbol === 'BTC' ? 8 : 18)} ${symbol}`
}
