import type { Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { CsvError, parse } from 'csv-parse'
import { ChainscreenError, whyUnreadable } from '../diagnostics/errors.ts'
import { refuseForbiddenColumns } from '../privacy/forbidden-columns.ts'
import { checkOwnRow, type KnownChains, type OwnFields, type OwnRow } from './own-row.ts'

export interface ReadOwnOptions {
  /** Ids of the configured chains, for the column `chain`. */
  chains: KnownChains
  /** Rows in one batch; 1000 where not given. */
  batchSize?: number
  /** Called after each batch. */
  onProgress?: (progress: { bytes: number; totalBytes: number; rows: number }) => void
  signal?: AbortSignal
  /** Gets all bytes that are read. */
  hash?: Hash
}

/** Bad rows that an error lists one by one; the rest is counted. */
const shownBadRows = 20

interface CsvRecord {
  record: string[]
  info: { lines: number }
}

/**
 * Reads a CSV file of own addresses (`address,kind,reference[,chain]`) in batches, in constant memory. Addresses
 * that stand there twice are given twice: whoever stores them finds out.
 *
 * All rows are looked at before bad ones are reported, at the end: store the batches in one transaction, and roll
 * it back when this throws. Once a row was bad, no more batches come.
 *
 * @throws ChainscreenError `bad-file`; `details` has a line for each of the first 20 bad rows. `aborted` on the signal.
 */
export async function* readOwnFile(path: string, options: ReadOwnOptions): AsyncGenerator<OwnRow[]> {
  const { chains, batchSize = 1000, onProgress, signal, hash } = options
  const totalBytes = await sizeOf(path)
  const input = createReadStream(path, { highWaterMark: 1 << 18 })
  const parser = parse({
    bom: true,
    info: true,
    relax_column_count: true,
    skip_records_with_empty_values: true,
    max_record_size: 100_000,
  })
  input.on('error', (error) => parser.destroy(unreadable(path, error)))
  if (hash !== undefined) input.on('data', (bytes) => hash.update(bytes))
  input.pipe(parser)

  let fieldsOf: ReturnType<typeof readOwnHeader> | undefined
  let width = 0
  let rows = 0
  let batch: OwnRow[] = []
  const bad: string[] = []
  let badCount = 0
  try {
    for await (const { record, info } of parser as AsyncIterable<CsvRecord>) {
      if (!fieldsOf) {
        fieldsOf = readOwnHeader(record, path, info.lines)
        width = record.length
        continue
      }
      rows += 1
      const row =
        record.length === width
          ? checkOwnRow(fieldsOf(record), info.lines, chains)
          : `has ${record.length} columns, expected ${width} as in the header`
      if (typeof row !== 'string') {
        batch.push(row)
      } else if (++badCount <= shownBadRows) {
        bad.push(`${path}:${info.lines} ${row}`)
      }
      if (rows % batchSize !== 0) continue
      if (signal?.aborted)
        throw new ChainscreenError('aborted', `Reading ${path} was interrupted; nothing was loaded.`)
      onProgress?.({ bytes: input.bytesRead, totalBytes, rows })
      if (badCount === 0) yield batch
      batch = []
    }
  } catch (error) {
    throw ownFileError(error, path, bad)
  } finally {
    input.destroy()
    parser.destroy()
  }
  if (badCount > 0) throw badRows(path, rows, badCount, bad)
  if (rows === 0) {
    throw new ChainscreenError(
      'bad-file',
      `${path} has no rows, expected a header and a row per own address.`,
    )
  }
  if (batch.length > 0) yield batch
  onProgress?.({ bytes: totalBytes, totalBytes, rows })
}

function badRows(path: string, rows: number, badCount: number, bad: readonly string[]): ChainscreenError {
  const more = badCount - bad.length
  return new ChainscreenError(
    'bad-file',
    `${path} has ${badCount} bad row${badCount === 1 ? '' : 's'} of ${rows}, so nothing was loaded: ${bad[0] ?? ''}.`,
    { details: more > 0 ? [...bad, `and ${more} more`] : bad },
  )
}

function ownFileError(error: unknown, path: string, details: readonly string[]): unknown {
  if (!(error instanceof CsvError)) return error
  const line = typeof error.lines === 'number' ? `:${error.lines}` : ''
  return new ChainscreenError(
    'bad-file',
    `${path}${line} is not CSV as expected (${error.code}), so nothing was loaded: check the quotes.`,
    // The error itself holds a piece of the file.
    { details },
  )
}

async function sizeOf(path: string): Promise<number> {
  try {
    const { size } = await stat(path)
    return size
  } catch (cause) {
    throw unreadable(path, cause)
  }
}

function unreadable(path: string, cause: unknown): ChainscreenError {
  return new ChainscreenError('bad-file', `${path} can't be read: ${whyUnreadable(cause)}.`, { cause })
}

const required = ['address', 'kind', 'reference'] as const
const allowed: readonly string[] = [...required, 'chain']
const expected = 'expected a first line of address,kind,reference[,chain]'

/**
 * Reads the header of a file of own addresses.
 *
 * @returns how to read a row of as many cells; cells are trimmed.
 * @throws ChainscreenError `bad-file`
 */
function readOwnHeader(
  cells: readonly string[],
  file: string,
  line: number,
): (row: readonly string[]) => OwnFields {
  const columns = cells.map((cell) => cell.trim().toLowerCase())
  const refuse = (found: string): never => {
    throw new ChainscreenError('bad-file', `${file}:${line} ${found}, ${expected}.`)
  }
  if (columns.length === 1 && /[;\t]/.test(columns[0] ?? '')) refuse('has columns that no comma separates')
  const missing = required.filter((column) => !columns.includes(column))
  if (missing.length === required.length) refuse('is no header')
  refuseForbiddenColumns(cells, file, line)
  if (missing.length > 0) refuse(`has no column ${missing.join(', ')}`)
  for (const [index, column] of columns.entries()) {
    // Not what it is called: nobody knows what a file of persons says there.
    if (!allowed.includes(column)) refuse(`has a column that is unknown (number ${index + 1})`)
    if (columns.indexOf(column) !== index) refuse(`has the column ${JSON.stringify(column)} twice`)
  }
  const [address, kind, reference, chain] = allowed.map((column) => columns.indexOf(column))
  const cell = (row: readonly string[], at: number | undefined) => row[at ?? -1]?.trim() ?? ''
  return (row) => ({
    address: cell(row, address),
    kind: cell(row, kind),
    reference: cell(row, reference),
    chain: cell(row, chain),
  })
}
