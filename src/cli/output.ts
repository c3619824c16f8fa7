import { setImmediate } from 'node:timers/promises'
import { MultiBar, type SingleBar } from 'cli-progress'
import { formatUnits } from 'viem/utils'
import { withoutPrivateKeys } from '../address/secret.ts'
import type { Log } from '../diagnostics/log.ts'
import { writeLinesBy } from '../diagnostics/stderr-lines.ts'
import { endsWithin } from '../lifecycle/loop.ts'

/** The first failure to write to stdout. */
let fault: NodeJS.ErrnoException | null = null

/** How long one waits for the reader of what was printed, in milliseconds. */
let longestMs = Number.POSITIVE_INFINITY

/** Waits for a reader no longer than so many milliseconds: for what is printed again where nobody read it. */
export function leaveUnreadAfter(ms: number): void {
  longestMs = ms
}

/**
 * Hears of what can't be written to stdout, and says so on stderr. A reader that has seen enough (`| head`) is no failure, and
 * is told nothing. The command goes on: what it does besides printing must not stand half done.
 *
 * @returns waits until all that was printed is written: `lost` where some of it can't be, `unread` where nobody reads it in time, and
 * the process has to be ended.
 */
export function watchOutput(): () => Promise<'written' | 'lost' | 'unread'> {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // Node opens stdout again after each failure, and so may tell of many.
    if (fault !== null) return
    fault = error
    if (error.code === 'EPIPE') return
    process.stderr.write(
      `The output can't be written (${error.message}), and is not complete. The other effects of the command are kept: write the output somewhere else.\n`,
    )
  })
  return async () => {
    const written = new Promise<void>((resolve) => process.stdout.write('', () => resolve()))
    if (!(await endsWithin(written, longestMs))) return 'unread'
    // The handlers are called behind the callback.
    await setImmediate()
    return fault === null || fault.code === 'EPIPE' ? 'written' : 'lost'
  }
}

/** Whether stdout takes nothing any more: what may print millions of lines ends then. */
export function isOutputLost(): boolean {
  // The handler hears of it later than that: in a loop that awaits nothing, not at all.
  return fault !== null || process.stdout.errored !== null
}

/** Writes one JSON value, with bigints as text. */
export function printJson(value: unknown): void {
  printLine(jsonText(value))
}

function jsonText(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item), 2)
}

/** Writes a JSON array of values that come one by one, as {@link printJson} writes one that is there. */
export function printJsonRows(values: Iterable<unknown>): void {
  printLines(jsonLines(values))
}

function* jsonLines(values: Iterable<unknown>): Generator<string> {
  let last: string | undefined
  for (const value of values) {
    yield last === undefined ? '[' : `${last},`
    // Not by `^`, which stands behind U+2028 and U+2029 too: a text may hold them.
    last = `  ${jsonText(value).replaceAll('\n', '\n  ')}`
  }
  if (last === undefined) return yield '[]'
  yield last
  yield ']'
}

export function printLine(text = ''): void {
  printLines([text])
}

const charactersAtOnce = 65_536

/** Lines that come one by one, without a call of the system for each. */
export function printLines(lines: Iterable<string>): void {
  let text = ''
  const print = () => {
    if (!isOutputLost()) process.stdout.write(text)
    text = ''
  }
  for (const line of lines) {
    text += `${withoutPrivateKeys(line)}\n`
    if (text.length < charactersAtOnce) continue
    print()
    if (isOutputLost()) return
  }
  print()
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
  const lineOf = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  printLines(
    (function* () {
      yield lineOf(header).trimEnd()
      for (const row of cells) yield lineOf(row).trimEnd()
    })(),
  )
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

/** A listed party for people, with its publisher's ids: `LAZARUS GROUP (27307)`. */
export function partyText(subject: string | null, ids: readonly string[]): string {
  const id = ids.length === 0 ? '' : `(${ids.join(', ')})`
  return [subject ?? '', id].filter((part) => part !== '').join(' ')
}

/** An amount for people: in coins, or in base units where the decimals of its asset are not known. */
export function amountText(alert: {
  asset: string | null
  amount: string | null
  symbol: string | null
  decimals?: number | null
}): string {
  // An own address that a list names has no asset either.
  if (alert.amount === null) return alert.asset === null ? '' : 'unknown amount'
  const symbol = alert.symbol ?? 'unknown asset'
  const known = alert.decimals ?? (alert.asset === 'native' ? coinDecimals(symbol) : null)
  if (known === null) return `${alert.amount} base units of ${symbol}`
  return `${formatUnits(BigInt(alert.amount), known)} ${symbol}`
}

/** Of native money whose decimals were not written down. */
function coinDecimals(symbol: string): number {
  return symbol === 'BTC' ? 8 : 18
}

/** Shows how far long work has come: bars on a terminal, a log line now and then elsewhere. */
export interface Progress {
  update(name: string, done: number, total: number): void
  stop(): void
}

const logEveryMs = 10_000

/** @param stream the terminal: bars are drawn on its last lines, and lines of the log are written above them. */
export function createProgress(log: Log, stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? barProgress(stream) : logProgress(log)
}

/** Work that leaves the thread no turn has no timer that draws: an update does, so often at most. */
const drawEveryMs = 100

function barProgress(stream: NodeJS.WriteStream): Progress {
  const bars = new Map<string, SingleBar>()
  let all: MultiBar | undefined
  let drawnAt = 0
  return {
    update(name, done, total) {
      all ??= startBars(stream)
      const bar = bars.get(name) ?? all.create(total, done, { name })
      bars.set(name, bar)
      bar.setTotal(total)
      bar.update(done, { name })
      if (Date.now() - drawnAt < drawEveryMs) return
      drawnAt = Date.now()
      all.update()
    },
    stop: () => {
      if (all === undefined) return
      writeLinesBy(null)
      all.stop()
      all = undefined
      bars.clear()
    },
  }
}

function startBars(stream: NodeJS.WriteStream): MultiBar {
  const bars = new MultiBar({
    format: '{name} [{bar}] {value}/{total} {percentage}%',
    ...{ stream, hideCursor: true, clearOnComplete: false, forceRedraw: true },
  })
  writeLinesBy((line) => {
    // Clears what is left of the bars, and lets a long line go on in the next one, which bars may not.
    bars.log(`\x1b[J\x1b[?7h${line.trimEnd()}\n\x1b[?7l`)
    bars.update()
  })
  return bars
}

function logProgress(log: Log): Progress {
  const said = new Map<string, number>()
  return {
    update(name, done, total) {
      const before = said.get(name)
      if (before !== undefined && Date.now() - before < logEveryMs && done < total) return
      said.set(name, Date.now())
      log.info({ done, total }, `${name}: ${done} of ${total}`)
    },
    stop: () => {},
  }
}
