import { ChainscreenError } from '../errors.ts'
import { refuseForbiddenColumns } from '../forbidden-columns.ts'
import type { OwnFields } from './check-own-row.ts'

const required = ['address', 'kind', 'reference'] as const
const allowed: readonly string[] = [...required, 'chain']
const expected = 'expected a first line of address,kind,reference[,chain]'

/**
 * Reads the header of a file of own addresses.
 *
 * @returns how to read a row of as many cells; cells are trimmed.
 * @throws ChainscreenError `bad-file`
 */
export function readOwnHeader(
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
