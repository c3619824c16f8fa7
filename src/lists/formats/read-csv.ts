import { Readable } from 'node:stream'
import { CsvError, parse } from 'csv-parse'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { decodeUtf8 } from './read-text.ts'

/** One row of a CSV file. */
export interface CsvRow {
  /** Where the row begins, counted from 1 as an editor counts. */
  line: number
  /** Without the spaces around them. */
  fields: readonly string[]
}

/** Longer than any row of a list; bounds memory where a quote is never closed. */
const maxRowChars = 1 << 16

/**
 * Reads CSV row by row: comma-separated where nothing else is said, quotes as in RFC 4180, any line ends, a byte order mark, empty lines
 * skipped. Rows of any number of fields: whoever reads them judges.
 *
 * @param options.comment lines that start with this text are skipped.
 * @throws ChainscreenError `bad-file` naming the line where the file is no CSV, or no UTF-8.
 */
export async function* readCsv(
  input: Readable,
  options: { comment?: string; delimiter?: string } = {},
): AsyncGenerator<CsvRow> {
  const parser = parse({
    info: true,
    delimiter: options.delimiter ?? ',',
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: maxRowChars,
    ...(options.comment === undefined ? {} : { comment: options.comment, comment_no_infix: true }),
  })
  const text = Readable.from(plainLines(input))
  text.on('error', (error) => parser.destroy(error))
  text.pipe(parser)
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      const inner = record.reduce((sum, field) => sum + field.split('\n').length - 1, 0)
      yield { line: info.lines - inner, fields: record }
    }
  } catch (error) {
    throw error instanceof CsvError ? unreadable(error) : error
  } finally {
    text.destroy()
  }
}

/** With one kind of line end: csv-parse counts a `\r\n` after a `\n` as two lines. */
async function* plainLines(input: Readable): AsyncGenerator<string> {
  let held = ''
  for await (const piece of decodeUtf8(input)) {
    const text = held + piece.text
    held = text.endsWith('\r') ? '\r' : ''
    yield (held === '' ? text : text.slice(0, -1)).replace(/\r\n?/g, '\n')
  }
  if (held !== '') yield '\n'
}

function unreadable(error: CsvError): ChainscreenError {
  const { lines } = error as CsvError & { lines?: number }
  const reasons: Partial<Record<typeof error.code, string>> = {
    CSV_QUOTE_NOT_CLOSED: 'a quote is opened and never closed',
    INVALID_OPENING_QUOTE: 'a quote is inside a field that does not begin with one',
    CSV_INVALID_CLOSING_QUOTE: 'something follows a closing quote',
    CSV_MAX_RECORD_SIZE: `a row is longer than ${maxRowChars} characters`,
  }
  return new ChainscreenError(
    'bad-file',
    // Neither the library's words nor the error itself: both hold a piece of the file.
    `The file can't be read as CSV at line ${lines ?? '?'}: ${reasons[error.code] ?? 'the quotes are not as they should be'}.`,
  )
}
