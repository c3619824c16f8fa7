import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type CoveredRange, coveredRanges } from '../../../src/ledger/coverage/ranges.ts'
import { run } from '../../../src/ledger/database.ts'
import { chain, commit, freshChain, ref, screened } from '../fixtures.ts'

interface Row {
  from: number
  blocks: number
  level: string
  list: number
  own: number
  proved: 0 | 1 | null
}

const row: fc.Arbitrary<Row> = fc.record({
  from: fc.nat(20),
  blocks: fc.integer({ min: 1, max: 12 }),
  level: fc.constantFrom('full', 'logs'),
  list: fc.nat(3),
  own: fc.nat(3),
  proved: fc.constantFrom(0, 1, null),
})

const strength = ({ level, proved }: Row) => (level === 'full' ? 2 : 0) + (proved === 0 ? 0 : 1)

/** What is said of one block, by all rows that hold it, in their order. */
function termsAt(rows: readonly Row[], height: number): Omit<CoveredRange, 'from' | 'to'> | null {
  const over = rows.filter(({ from, blocks }) => from <= height && height < from + blocks)
  if (over.length === 0) return null
  const most = Math.max(...over.map(strength))
  const strongest = over.filter((each) => strength(each) === most)
  const ownRevision = Math.max(...strongest.map(({ own }) => own))
  const newest = Math.max(...over.map(({ own }) => own))
  return {
    level: strongest.at(-1)?.level ?? '',
    listRevision: Math.max(...strongest.map(({ list }) => list)),
    ownRevision,
    ...(strongest.every(({ proved }) => proved === 0) && { unproved: true as const }),
    ...(newest > ownRevision && {
      weaker: { level: over.findLast(({ own }) => own === newest)?.level ?? '', ownRevision: newest },
    }),
  }
}

it('what is covered is, at every block, what the rows that hold it say together', () => {
  const db = freshChain()
  commit(db, [screened(ref(7))])
  const columns = Object.keys(db.prepare('select * from coverage').get() as object).filter(
    (name) => name !== 'id',
  )
  const mine = ['from_height', 'to_height', 'level', 'list_revision', 'own_revision', 'proved']
  db.exec('create temp table first as select * from coverage')
  fc.assert(
    fc.property(fc.array(row, { maxLength: 8 }), (rows) => {
      run(db, 'delete from coverage')
      for (const { from, blocks, level, list, own, proved } of rows)
        run(
          db,
          `insert into coverage (${columns.join(', ')})
           select ${columns.map((name) => (mine.includes(name) ? '?' : name)).join(', ')} from first`,
          ...columns.flatMap((name) => {
            const at = mine.indexOf(name)
            return at < 0 ? [] : [[from, from + blocks - 1, level, list, own, proved][at]]
          }),
        )
      const ranges = coveredRanges(db, chain.id)
      for (let height = 0; height < 40; height++) {
        const range = ranges.find(({ from, to }) => from <= height && height <= to)
        const { from: _, to: __, ...terms } = range ?? { from: 0, to: 0 }
        expect(range === undefined ? null : terms).toEqual(termsAt(rows, height))
      }
      // As few as say so.
      for (const [index, range] of ranges.entries()) {
        const next = ranges[index + 1]
        if (next?.from === range.to + 1)
          expect({ ...next, from: 0, to: 0 }).not.toEqual({ ...range, from: 0, to: 0 })
      }
    }),
    { numRuns: 50 },
  )
})
