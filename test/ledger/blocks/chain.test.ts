import { describe, expect, it } from 'vitest'
import { blockAt, pinChain, readChainState } from '../../../src/ledger/blocks/chain.ts'
import { at, chain, commit, dump, freshChain, freshLedger, ref, screened } from '../fixtures.ts'

describe('pinning a chain', () => {
  it('is for ever: the same again is fine, another chain is refused', () => {
    const db = freshLedger()
    pinChain(db, chain, '0xgenesis', at)
    const before = dump(db)
    pinChain(db, chain, '0xgenesis', '2027-01-01T00:00:00.000Z')
    const wrong = expect.objectContaining({
      code: 'wrong-chain',
      message: expect.stringContaining('"ethereum"'),
    })
    expect(() => pinChain(db, chain, '0xother', at)).toThrow(wrong)
    expect(() => pinChain(db, { ...chain, caip2: 'eip155:5' }, '0xgenesis', at)).toThrow(wrong)
    expect(dump(db)).toEqual(before)
  })

  it('gives a chain one name: its alerts would have the same ids under another', () => {
    const db = freshChain()
    expect(() => pinChain(db, { ...chain, id: 'eth' }, '0xgenesis', at)).toThrow(
      expect.objectContaining({
        code: 'wrong-chain',
        message: expect.stringContaining('"ethereum" already'),
      }),
    )
    expect(dump(db).chains).toHaveLength(1)
  })

  it('binds each id by itself', () => {
    const db = freshChain()
    pinChain(db, { ...chain, id: 'sepolia', caip2: 'eip155:11155111' }, '0xother', at)
    expect(dump(db).chains).toHaveLength(2)
  })
})

describe('the state of a chain', () => {
  it('is empty until a block was followed', () => {
    const empty = { startHeight: null, cursor: null, headHeight: null, finalHeight: null }
    expect(readChainState(freshLedger(), 'ethereum')).toEqual(empty)
    expect(readChainState(freshChain(), 'ethereum')).toEqual(empty)
  })

  it('tells where following began, the cursor, the head and what is final', () => {
    const db = freshChain()
    commit(db, [screened(ref(7)), screened(ref(8))], {
      head: { height: 20 },
      finalHeight: 14,
      windowFrom: 14,
    })
    expect(readChainState(db, 'ethereum')).toEqual({
      startHeight: 7,
      cursor: ref(8),
      headHeight: 20,
      finalHeight: 14,
    })
  })

  it('never takes back what is final', () => {
    const db = freshChain()
    commit(db, [screened(ref(7))], { finalHeight: 5 })
    commit(db, [screened(ref(8))], { finalHeight: 3 })
    commit(db, [screened(ref(9))], { finalHeight: null })
    expect(readChainState(db, 'ethereum').finalHeight).toBe(5)
  })
})

describe('the hash window', () => {
  it('holds the blocks from its beginning to the cursor, and at least the cursor', () => {
    const db = freshChain()
    commit(
      db,
      [5, 6, 7].map((height) => screened(ref(height))),
      { windowFrom: 6 },
    )
    expect([5, 6, 7].map((height) => blockAt(db, 'ethereum', height)?.hash)).toEqual([undefined, 'a6', 'a7'])
    commit(db, [screened(ref(8))], { windowFrom: 100 })
    expect([7, 8].map((height) => blockAt(db, 'ethereum', height)?.hash)).toEqual([undefined, 'a8'])
  })
})
