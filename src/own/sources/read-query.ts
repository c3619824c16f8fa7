import type { OwnQueryConfig } from '../../config/own-sources.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { connectPostgres, type Postgres } from '../../postgres/connect.ts'
import { refuseForbiddenColumns } from '../../privacy/forbidden-columns.ts'
import type { OwnFields } from '../own-row.ts'

/** One row that the exchange's database answered. */
export interface QueriedRow extends OwnFields {
  seq: bigint
}

/** Rows of one FETCH: some hundred kilobytes. */
const rowsAtOnce = 1_000

const required = ['address', 'kind', 'reference', 'seq'] as const
const allowed: readonly string[] = [...required, 'chain']
const expected = 'expected address, kind, reference, seq and, if you like, chain'

/**
 * Asks the exchange's database for the rows after a sequence number, batch by batch, in constant memory. It is asked in a
 * transaction that can't write. What the columns are is asked first, before any row.
 *
 * @throws ChainscreenError `bad-file` for columns that must not or can't be read, and for a seq that is no whole number;
 * `postgres-unreachable`, `postgres-refused`, `aborted`.
 */
export async function* readQuery(
  { id, url, query }: OwnQueryConfig,
  after: bigint,
  signal?: AbortSignal,
): AsyncGenerator<QueriedRow[]> {
  const db = await connectPostgres(url, { signal })
  try {
    const read = await openCursor(db, id, query, after)
    for (;;) {
      const { rows } = await db.query(`fetch ${rowsAtOnce} from own_rows`)
      if (rows.length > 0) yield rows.map(read)
      if (rows.length < rowsAtOnce) return
    }
  } finally {
    await db.close()
  }
}

/** Looks at what a query would answer, and reads no row. @throws ChainscreenError as {@link readQuery}. */
export async function checkQuery({ id, url, query }: OwnQueryConfig, signal?: AbortSignal): Promise<void> {
  const db = await connectPostgres(url, { signal })
  try {
    await openCursor(db, id, query, 0n)
  } finally {
    await db.close()
  }
}

/** @returns how to read a row. */
async function openCursor(
  db: Postgres,
  id: string,
  query: string,
  after: bigint,
): Promise<(row: (string | null)[]) => QueriedRow> {
  await db.query('begin read only')
  await db.query(`declare own_rows no scroll cursor for ${query}`, [after.toString()])
  // Nothing is read by it, but what the columns are called.
  const { columns } = await db.query('fetch 0 from own_rows')
  return readColumns(columns, id)
}

/** @throws ChainscreenError `bad-file` */
function readColumns(names: readonly string[], id: string): (row: (string | null)[]) => QueriedRow {
  const what = `The query of own source ${id}`
  const refuse = (found: string): never => {
    throw new ChainscreenError('bad-file', `${what} ${found}, ${expected}.`)
  }
  refuseForbiddenColumns(names, what, null)
  const columns = names.map((name) => name.toLowerCase())
  const missing = required.filter((column) => !columns.includes(column))
  if (missing.length > 0) refuse(`answers no column ${missing.join(', ')}`)
  for (const [index, column] of columns.entries()) {
    if (!allowed.includes(column)) refuse(`answers a column that is unknown (number ${index + 1})`)
    if (columns.indexOf(column) !== index) refuse(`answers the column ${column} twice`)
  }
  const cell = (row: (string | null)[], column: string) => row[columns.indexOf(column)]?.trim() ?? ''
  return (row) => {
    const seq = cell(row, 'seq')
    if (!/^-?\d{1,19}$/.test(seq) || BigInt.asIntN(64, BigInt(seq)) !== BigInt(seq))
      refuse('answers a seq that is no whole number of 64 bits')
    return {
      address: cell(row, 'address'),
      kind: cell(row, 'kind'),
      reference: cell(row, 'reference'),
      chain: cell(row, 'chain'),
      seq: BigInt(seq),
    }
  }
}
