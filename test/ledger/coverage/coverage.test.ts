import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { coverageSeed, foldDigest } from '../../../src/ledger/coverage/coverage.ts'
import { all, type Db, inTransaction } from '../../../src/ledger/database.ts'
import { bumpRevision } from '../../../src/ledger/revisions.ts'
import { at, chain, commit, dump, freshChain, ref, screened } from '../fixtures.ts'

interface Row {
  kind: 'follow' | 'replay'
  from_height: number
  to_height: number
  level: string
  list_revision: number
  own_revision: number
  seed: string
  digest: string
  last_hash: string
}

function rows(db: Db): Row[] {
  return all<Row>(db, 'select * from coverage order by id')
}

/** The rows as `from-to level list/own`. */
function ranges(db: Db): string[] {
  return rows(db).map(
    (row) => `${row.from_height}-${row.to_height} ${row.level} ${row.list_revision}/${row.own_revision}`,
  )
}

/** Computes every digest again from nothing but the hashes of the blocks. */
function expectDigests(db: Db, hashAt: (height: number) => string): void {
  let before = ''
  for (const row of rows(db)) {
    const terms = [before, chain.id, row.kind, row.level, row.list_revision, row.own_revision]
    let digest = createHash('sha256').update(terms.join('\n')).digest('hex')
    expect(row.seed).toBe(digest)
    for (let height = row.from_height; height <= row.to_height; height++) {
      digest = createHash('sha256')
        .update(`${digest}\n${height}\n${hashAt(height)}`)
        .digest('hex')
    }
    expect(row.digest).toBe(digest)
    expect(row.last_hash).toBe(hashAt(row.to_height))
    before = row.digest
  }
}

const blocks = (from: number, to: number, level = 'full') =>
  Array.from({ length: to - from + 1 }, (_, index) => screened(ref(from + index), [], { level }))

describe('the hash chain of coverage', () => {
  it('is what sha256sum makes of it', () => {
    // printf 'x\n7\nab' | sha256sum
    expect(foldDigest('x', { height: 7, hash: 'ab' })).toBe(
      '0b150de422b56c951b8c8f722d2701328367527133f2d9987263bba88583cc0a',
    )
    // printf '\nethereum\nfollow\nfull\n3\n4' | sha256sum
    const terms = {
      chain: 'ethereum',
      kind: 'follow',
      level: 'full',
      revisions: { list: 3, own: 4 },
    } as const
    expect(coverageSeed(terms, '')).toBe('bb80549b32f6c70a6c779498b2464c5a9a79ba6f1996226e662571fc8b21ce59')
  })
})

describe('coverage', () => {
  it('is one row while nothing changes, however the blocks come in steps', () => {
    const [single, steps] = [freshChain(), freshChain()]
    commit(single, blocks(5, 9))
    for (let height = 5; height <= 9; height++) commit(steps, blocks(height, height))
    expect(ranges(single)).toEqual(['5-9 full 0/0'])
    expect(rows(steps)).toEqual(rows(single))
    expectDigests(steps, (height) => `a${height}`)
  })

  it('is a new row with every new revision, chained to the one before', () => {
    const db = freshChain()
    commit(db, blocks(5, 6))
    inTransaction(db, () => bumpRevision(db, 'list'))
    commit(db, blocks(7, 8))
    inTransaction(db, () => bumpRevision(db, 'own'))
    commit(db, blocks(9, 9))
    expect(ranges(db)).toEqual(['5-6 full 0/0', '7-8 full 1/0', '9-9 full 1/1'])
    expectDigests(db, (height) => `a${height}`)
  })

  it('is a new row with every change of level, also inside one step', () => {
    const db = freshChain()
    commit(db, [...blocks(5, 6), ...blocks(7, 7, 'logs'), ...blocks(8, 9)])
    expect(ranges(db)).toEqual(['5-6 full 0/0', '7-7 logs 0/0', '8-9 full 0/0'])
    expectDigests(db, (height) => `a${height}`)
  })

  it('is taken back to the fork, and goes on from there', () => {
    const db = freshChain()
    commit(db, blocks(5, 9))
    rollBack(db, chain, ref(7), at)
    expect(ranges(db)).toEqual(['5-7 full 0/0'])
    expectDigests(db, (height) => `a${height}`)
    commit(db, [screened(ref(8, 'b', 'a7')), screened(ref(9, 'b'))])
    expect(ranges(db)).toEqual(['5-9 full 0/0'])
    expectDigests(db, (height) => (height <= 7 ? `a${height}` : `b${height}`))
  })

  it('forgets rows that began above the fork, and shortens the one that holds it', () => {
    const db = freshChain()
    commit(db, blocks(5, 7))
    inTransaction(db, () => bumpRevision(db, 'list'))
    commit(db, blocks(8, 9))
    rollBack(db, chain, ref(6), at)
    expect(ranges(db)).toEqual(['5-6 full 0/0'])
    expectDigests(db, (height) => `a${height}`)
    commit(db, [screened(ref(7, 'b', 'a6')), screened(ref(8, 'b'))])
    expect(ranges(db)).toEqual(['5-6 full 0/0', '7-8 full 1/0'])
    expectDigests(db, (height) => (height <= 6 ? `a${height}` : `b${height}`))
  })

  it('keeps a row that ends at the fork', () => {
    const db = freshChain()
    commit(db, blocks(5, 7))
    inTransaction(db, () => bumpRevision(db, 'list'))
    commit(db, blocks(8, 9))
    rollBack(db, chain, ref(7), at)
    expect(ranges(db)).toEqual(['5-7 full 0/0'])
    expectDigests(db, (height) => `a${height}`)
  })

  it('does not depend on reorgs that were: the digest is that of the branch', () => {
    const [straight, winding] = [freshChain(), freshChain()]
    commit(straight, blocks(5, 9))
    commit(winding, [...blocks(5, 7), screened(ref(8, 'b', 'a7')), screened(ref(9, 'b'))])
    rollBack(winding, chain, ref(7), at)
    commit(winding, blocks(8, 9))
    expect(rows(winding)).toEqual(rows(straight))
  })
})

describe('what was not screened', () => {
  const missing = { what: 'traces', reason: 'the node has no trace API' }
  const gap = (height: number, ...unscreened: { what: string; reason: string }[]) =>
    screened(ref(height), [], { unscreened })
  const gaps = (db: Db) =>
    all<{ text: string }>(
      db,
      `select from_height || '-' || to_height || ' ' || what as text from unscreened order by what, from_height`,
    ).map(({ text }) => text)

  it('is one row for each run of blocks with one reason', () => {
    const db = freshChain()
    const other = { what: 'withdrawals', reason: 'no such field' }
    commit(db, [gap(5, missing), gap(6, missing, other), gap(7), gap(8, missing)])
    commit(db, [gap(9, missing), gap(10, { ...missing, reason: 'timed out' })])
    expect(gaps(db)).toEqual(['5-6 traces', '8-9 traces', '10-10 traces', '6-6 withdrawals'])
  })

  it('is not doubled when a block is written again', () => {
    const db = freshChain()
    commit(
      db,
      [5, 6, 7].map((height) => gap(height, missing)),
    )
    rollBack(db, chain, ref(5), at)
    expect(gaps(db)).toEqual(['5-5 traces'])
    commit(
      db,
      [6, 7].map((height) => gap(height, missing)),
    )
    expect(gaps(db)).toEqual(['5-7 traces'])
  })

  it('is taken back with its block', () => {
    const db = freshChain()
    commit(db, [gap(5), gap(6, missing), gap(7, missing)])
    rollBack(db, chain, ref(5), at)
    expect(dump(db).unscreened).toEqual([])
  })
})
