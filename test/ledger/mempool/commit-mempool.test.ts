import { describe, expect, it } from 'vitest'
import { rollBack } from '../../../src/ledger/blocks/roll-back.ts'
import { type Db, inTransaction } from '../../../src/ledger/database.ts'
import { commitMempool } from '../../../src/ledger/mempool/commit-mempool.ts'
import { watchedSpends } from '../../../src/ledger/mempool/pending-transactions.ts'
import { bumpRevision, readRevisions } from '../../../src/ledger/revisions.ts'
import { at, chain, commit, dump, freshChain, listedDeposit, ref, screened } from '../fixtures.ts'
import { blockOf, lookAt, type NodeTx, tale } from './waiting-fixtures.ts'

const paying = (hash: string, ...spends: string[]): NodeTx => ({
  hash,
  spends,
  screenable: listedDeposit(hash),
})
const stranger = (hash: string, ...spends: string[]): NodeTx => ({ hash, spends, screenable: null })

/** A ledger that stands on block 5, with `0xt` waiting. */
function waiting() {
  const db = freshChain()
  commit(db, [screened(ref(5))])
  lookAt(db, [paying('0xt', 'coin:0')], 'a5')
  return db
}

const created = 'created {"status":"pending-mempool"}'

describe('a transaction that waits', () => {
  it('raises its alerts without a block, and no movements', () => {
    const db = waiting()
    expect(tale(db, '0xt')).toEqual([created, '= pending-mempool nowhere'])
    expect(db.prepare('select block_hash, block_time, listed_at_transfer from alerts').get()).toEqual({
      block_hash: null,
      block_time: null,
      listed_at_transfer: 'yes',
    })
    expect(db.prepare('select count(*) from transactions').pluck().get()).toBe(0)
  })

  it('is written once, however often it is seen', () => {
    const db = waiting()
    const before = dump(db)
    expect(lookAt(db, [paying('0xt', 'coin:0')], 'a5')).toEqual({ created: 0, reinstated: 0, withdrawn: 0 })
    expect(dump(db)).toEqual(before)
  })

  it('is confirmed by its block, with the same id and the columns of the block', () => {
    const db = waiting()
    const id = db.prepare('select id from alerts').pluck().get()
    commit(db, [blockOf(db, ref(6), [paying('0xt', 'coin:0')])])
    expect(tale(db, '0xt')).toEqual([created, 'confirmed {"height":6,"block":"a6"}', '= pending 6'])
    expect(db.prepare('select id, block_hash, block_time from alerts').all()).toEqual([
      { id, block_hash: 'a6', block_time: '2023-11-14T22:14:32Z' },
    ])
  })

  it('never becomes final while it waits', () => {
    const db = waiting()
    commit(db, [screened(ref(6)), screened(ref(7))], { finalHeight: 7 })
    expect(tale(db, '0xt')).toEqual([created, '= pending-mempool nowhere'])
  })

  it('is screened again when the lists moved meanwhile', () => {
    const db = waiting()
    const revisions = readRevisions(db)
    inTransaction(db, () => bumpRevision(db, 'list'))
    const before = dump(db)
    const look = { waiting: [], conflicts: [], absences: new Map([['0xt', [['a5']]]]), revisions, at }
    expect(commitMempool(db, chain, look)).toBeNull()
    expect(dump(db)).toEqual(before)
  })

  it('that a block has already is no news, though the mempool was read before it came', () => {
    const db = freshChain()
    commit(db, [screened(ref(5), [listedDeposit('0xt')])])
    const before = dump(db)
    lookAt(db, [paying('0xt', 'coin:0')], 'a4')
    expect(dump(db)).toEqual(before)
  })
})

describe('a transaction that is not in the mempool any more', () => {
  it('is withdrawn when the ledger stands on the block that the mempool stood on', () => {
    const db = waiting()
    expect(lookAt(db, [], 'a5')).toMatchObject({ withdrawn: 1 })
    expect(tale(db, '0xt')).toEqual([created, 'withdrawn {"reason":"gone"}', '= withdrawn nowhere'])
  })

  it.each([
    ['the node is on a later block', 'a6'],
    ['a block came to the node meanwhile', ['a5', 'a6']],
    ['the list may not be whole', null],
  ])('is waited for while %s', (_name, tip) => {
    const db = waiting()
    const before = dump(db)
    lookAt(db, [], tip)
    expect(dump(db)).toEqual(before)
  })

  it('is withdrawn where the ledger is a block behind the node at every look', () => {
    for (const tipsAt of [(n: number) => [`a${n + 1}`], (n: number) => [`a${n}`, `a${n + 1}`]]) {
      const db = waiting()
      const memory = { absences: new Map() }
      expect(lookAt(db, [], tipsAt(5), undefined, memory)).toMatchObject({ withdrawn: 0 })
      commit(db, [screened(ref(6))])
      expect(lookAt(db, [], tipsAt(6), undefined, memory)).toMatchObject({ withdrawn: 1 })
      expect(tale(db, '0xt')).toEqual([created, 'withdrawn {"reason":"gone"}', '= withdrawn nowhere'])
    }
  })

  it.each([
    ['the block that the node had lost', (db: Db) => commit(db, [screened(ref(6, 'b', 'a5'))]), null],
    ['it was in the mempool again since', (db: Db) => commit(db, [screened(ref(6))]), 'a6'],
  ])('is waited for where %s', (_name, follow, between) => {
    const db = waiting()
    const memory = { absences: new Map() }
    lookAt(db, [], 'a6', undefined, memory)
    if (between !== null) lookAt(db, [paying('0xt', 'coin:0')], between, undefined, memory)
    follow(db)
    const before = dump(db)
    lookAt(db, [], 'x7', undefined, memory)
    expect(dump(db)).toEqual(before)
  })

  it('is not taken for gone where a block that the ledger has not read has it', () => {
    const db = waiting()
    const memory = { absences: new Map() }
    lookAt(db, [], 'a7', undefined, memory)
    commit(db, [screened(ref(6))])
    expect(lookAt(db, [], ['a7', 'a8'], undefined, memory)).toMatchObject({ withdrawn: 0 })
    commit(db, [blockOf(db, ref(7), [paying('0xt', 'coin:0')])])
    expect(lookAt(db, [], 'a8', undefined, memory)).toMatchObject({ withdrawn: 0 })
    expect(tale(db, '0xt').at(-1)).toBe('= pending 7')
  })

  it('comes back as it went: waiting, or in a block', () => {
    const db = waiting()
    lookAt(db, [], 'a5')
    lookAt(db, [paying('0xt', 'coin:0')], 'a5')
    expect(tale(db, '0xt').slice(2)).toEqual([
      'reinstated {"status":"pending-mempool"}',
      '= pending-mempool nowhere',
    ])
    lookAt(db, [], 'a5')
    commit(db, [blockOf(db, ref(6), [paying('0xt', 'coin:0')])])
    expect(tale(db, '0xt').slice(3)).toEqual([
      'withdrawn {"reason":"gone"}',
      'reinstated {"height":6,"block":"a6"}',
      '= pending 6',
    ])
  })
})

describe('a transaction that another took the place of', () => {
  it('is withdrawn at once, and both name the other', () => {
    const db = waiting()
    lookAt(db, [paying('0xr', 'coin:0', 'coin:1')], null)
    expect(tale(db, '0xt').slice(1)).toEqual([
      'withdrawn {"reason":"replaced","replacedBy":"0xr"}',
      '= withdrawn nowhere',
    ])
    expect(tale(db, '0xr')).toEqual([created, 'replaced {"replaces":"0xt"}', '= pending-mempool nowhere'])
  })

  it('is told when that is found out later', () => {
    const db = waiting()
    lookAt(db, [], 'a5')
    lookAt(db, [stranger('0xr', 'coin:0')], 'a5')
    expect(tale(db, '0xt').slice(1)).toEqual([
      'withdrawn {"reason":"gone"}',
      'replaced {"replacedBy":"0xr"}',
      '= withdrawn nowhere',
    ])
  })

  it('is withdrawn by a block that spends the same, though that touches nothing of ours', () => {
    const db = waiting()
    commit(db, [blockOf(db, ref(6), [stranger('0xr', 'coin:0')])])
    expect(tale(db, '0xt').slice(1)).toEqual([
      'withdrawn {"reason":"replaced","replacedBy":"0xr","height":6,"block":"a6"}',
      '= withdrawn nowhere',
    ])
    const before = dump(db)
    lookAt(db, [paying('0xt', 'coin:0')], 'a5')
    expect(dump(db)).toEqual(before)
  })

  it('may come back when the block that decided lost', () => {
    const db = waiting()
    commit(db, [blockOf(db, ref(6), [stranger('0xr', 'coin:0')])])
    rollBack(db, chain, ref(5), at)
    commit(db, [blockOf(db, ref(6, 'b', 'a5'), [])])
    lookAt(db, [paying('0xt', 'coin:0')], 'b6')
    expect(tale(db, '0xt').slice(2)).toEqual([
      'reinstated {"status":"pending-mempool"}',
      '= pending-mempool nowhere',
    ])
  })

  it('is not watched any more once the block that decided is final', () => {
    const db = waiting()
    expect(watchedSpends(db, chain.id)).toEqual(new Set(['coin:0']))
    commit(db, [blockOf(db, ref(6), [stranger('0xr', 'coin:0')])], { finalHeight: 5 })
    expect(watchedSpends(db, chain.id)).toEqual(new Set(['coin:0']))
    commit(db, [screened(ref(7))], { finalHeight: 6 })
    expect(watchedSpends(db, chain.id)).toEqual(new Set())
  })
})

describe('a reorg', () => {
  it('puts an alert whose transaction waits again before the block', () => {
    const db = waiting()
    commit(db, [blockOf(db, ref(6), [paying('0xt', 'coin:0')])])
    rollBack(db, chain, ref(5), at)
    commit(db, [blockOf(db, ref(6, 'b', 'a5'), [])])
    lookAt(db, [paying('0xt', 'coin:0')], 'b6')
    commit(db, [blockOf(db, ref(7, 'b'), [paying('0xt', 'coin:0')])])
    expect(tale(db, '0xt').slice(2)).toEqual([
      'orphaned {"height":6,"block":"a6"}',
      'reinstated {"status":"pending-mempool"}',
      'confirmed {"height":7,"block":"b7"}',
      '= pending 7',
    ])
  })

  it('leaves an alert orphaned whose transaction is nowhere', () => {
    const db = waiting()
    commit(db, [blockOf(db, ref(6), [paying('0xt', 'coin:0')])])
    rollBack(db, chain, ref(5), at)
    commit(db, [blockOf(db, ref(6, 'b', 'a5'), [])])
    lookAt(db, [], 'b6')
    expect(tale(db, '0xt').slice(2)).toEqual(['orphaned {"height":6,"block":"a6"}', '= orphaned 6'])
  })
})

describe('a block that raises another alert than the mempool did', () => {
  it('has the last word: what it does not raise is withdrawn, and stays so', () => {
    const db = waiting()
    commit(db, [blockOf(db, ref(6), [paying('0xt', 'coin:0')], undefined, { findings: [] })])
    expect(tale(db, '0xt').slice(1)).toEqual([
      'withdrawn {"reason":"not-in-block","height":6,"block":"a6"}',
      '= withdrawn nowhere',
    ])
    const before = dump(db)
    lookAt(db, [paying('0xt', 'coin:0')], 'a5')
    lookAt(db, [], 'a6')
    expect(dump(db)).toEqual(before)
  })

  it('confirms all where it was read without who paid', () => {
    const db = waiting()
    commit(db, [
      blockOf(db, ref(6), [paying('0xt', 'coin:0')], undefined, { findings: [], level: 'outputs' }),
    ])
    expect(tale(db, '0xt').slice(1)).toEqual(['confirmed {"height":6,"block":"a6"}', '= pending 6'])
  })

  it('brings back what was withdrawn, where it was read without who paid', () => {
    const db = waiting()
    lookAt(db, [], 'a5')
    commit(db, [
      blockOf(db, ref(6), [paying('0xt', 'coin:0')], undefined, { findings: [], level: 'outputs' }),
    ])
    expect(tale(db, '0xt').slice(2)).toEqual(['reinstated {"height":6,"block":"a6"}', '= pending 6'])
  })
})
