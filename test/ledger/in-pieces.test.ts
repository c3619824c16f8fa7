import { describe, expect, it } from 'vitest'
import { all, type Db, inTransaction, run } from '../../src/ledger/database.ts'
import { inPieces, pieceRows } from '../../src/ledger/in-pieces.ts'
import { freshLedger } from './fixtures.ts'

/** How many rows each transaction wrote. */
function watched(): { db: Db; pieces: number[]; write: (row: number) => void } {
  const db = freshLedger()
  const pieces: number[] = []
  const transaction = db.transaction.bind(db)
  db.transaction = ((work: () => unknown) => {
    pieces.push(0)
    return transaction(work)
  }) as Db['transaction']
  const write = (row: number) => {
    run(db, 'insert into meta (key, value) values (?, ?)', `row ${row}`, String(row))
    pieces[pieces.length - 1] = (pieces.at(-1) ?? 0) + 1
  }
  return { db, pieces, write }
}

const numbers = (length: number) => Array.from({ length }, (_, index) => index)
const written = (db: Db) =>
  all<{ value: string }>(
    db,
    `select value from meta where key like 'row %' order by cast(value as integer)`,
  ).map(({ value }) => Number(value))

describe('rows that are written in pieces', () => {
  it('are all written, in order, some hundred in a transaction at most', async () => {
    const { db, pieces, write } = watched()
    await inPieces(db, numbers(1_100), write, { ms: 60_000 })
    expect(pieces).toEqual([pieceRows, pieceRows, 100])
    expect(written(db)).toEqual(numbers(1_100))
    await inPieces(db, [], write)
    expect(pieces).toHaveLength(3)
  })

  it('are fewer in a transaction where that takes longer', async () => {
    const { db, pieces, write } = watched()
    await inPieces(db, numbers(7), write, { ms: 0 })
    expect(pieces).toEqual([1, 1, 1, 1, 1, 1, 1])
    expect(written(db)).toEqual(numbers(7))
  })

  it('leave what was written before where one can not be, and take back its own piece', async () => {
    const { db, write } = watched()
    const failing = (row: number) => {
      if (row === 600) throw new Error('row 600')
      write(row)
    }
    await expect(inPieces(db, numbers(1_000), failing, { ms: 60_000 })).rejects.toThrow('row 600')
    expect(written(db)).toEqual(numbers(pieceRows))
    // Nothing is left open, and commits are flushed again.
    inTransaction(db, () => write(999))
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
  })
})
