import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BufferPool } from '../../../src/chains/node-http/http-client.ts'
import { ChainscreenError } from '../../../src/diagnostics/errors.ts'
import { randomRuns } from '../../long.ts'
import { type BuiltBlock, buildBlock, sats } from './build-block.ts'
import { extractFrom, scan } from './extract.ts'
import { ownSet } from './own-set.ts'
import { opReturn, p2pk, p2pkh, p2tr, p2wpkh, publicKey } from './scripts.ts'

const hot = p2wpkh('hot')
const alice = p2pkh('alice')
const value = sats(1)
const spend = { script: alice, value, scriptSig: Buffer.alloc(107, 0x01) }
const built = buildBlock({
  txs: [
    { inputs: [spend, spend], outputs: [{ script: hot, value }] },
    {
      inputs: [{ script: p2tr('x'), value, witness: [Buffer.alloc(64)] }],
      outputs: [
        { script: opReturn, value: 0n },
        { script: p2pk(publicKey('y')), value },
      ],
    },
    { inputs: [{ script: hot, value, witness: [] }], outputs: [{ script: alice, value }] },
  ],
})

const codeOf = (act: () => unknown): string => {
  try {
    act()
    return 'none'
  } catch (error) {
    return error instanceof ChainscreenError ? error.code : String(error)
  }
}

describe('a block in bytes', () => {
  it('gives its header, and the ids of transactions with and without witness', () => {
    const scanned = scan(built)
    expect(scanned.header).toMatchObject({ hash: built.hash, parentHash: built.parentHash, time: built.time })
    const own = ownSet(hot, p2pk(publicKey('y')))
    expect(extractFrom(scanned, own).transactions.map(({ hash }) => hash)).toEqual(built.txids.slice(1))
  })

  it('is not looked through after its memory was given back', () => {
    const pool = new BufferPool()
    const wide = buildBlock({
      txs: [{ inputs: [spend], outputs: [{ script: Buffer.alloc(100_000), value }] }],
    })
    const bytes = pool.take(wide.block.length) ?? Buffer.of()
    bytes.set(wide.block)
    const scanned = scan({ ...wide, block: bytes })
    expect(extractFrom(scanned, ownSet(hot)).transactions).toEqual([])
    pool.give(bytes)
    expect(() => extractFrom(scanned, ownSet(hot))).toThrow('memory was released')
  })

  it('reads lists of 253 and more', () => {
    const outputs = Array.from({ length: 300 }, (_, i) => ({ script: p2wpkh(`${i}`), value }))
    const wide = buildBlock({ txs: [{ inputs: outputs, outputs: [...outputs, { script: hot, value }] }] })
    const [found] = extractFrom(scan(wide), ownSet(hot)).transactions
    expect(found?.transfers.map(({ id }) => id)).toEqual(['vout:300'])
    expect(found?.parties).toHaveLength(600)
  })
})

describe('a damaged answer', () => {
  const damaged = (change: Partial<BuiltBlock>) => codeOf(() => scan({ ...built, ...change }))

  it('that is another block is refused', () => {
    expect(damaged({ block: buildBlock({ height: 8 }).block })).toBe('node-bad-answer')
  })

  it('that is cut anywhere is refused', () => {
    for (let length = 0; length < built.block.length; length++) {
      expect(damaged({ block: built.block.subarray(0, length) })).toBe('node-bad-answer')
    }
    for (let length = 0; length < built.spent.length; length++) {
      expect(damaged({ spent: built.spent.subarray(0, length) })).toBe('node-bad-answer')
    }
  })

  it('that goes on after its end is refused', () => {
    expect(damaged({ block: Buffer.concat([built.block, Buffer.alloc(1)]) })).toBe('node-bad-answer')
    expect(damaged({ spent: Buffer.concat([built.spent, Buffer.alloc(1)]) })).toBe('node-bad-answer')
  })

  it('with the spent outputs of another block is refused where the counts differ', () => {
    const fewer = buildBlock({ txs: [{ inputs: [spend, spend], outputs: [{ script: hot, value }] }] })
    expect(damaged({ spent: fewer.spent })).toBe('node-bad-answer')
    expect(() => scan({ ...built, spent: fewer.spent })).toThrow(
      `Spent outputs of block ${built.hash}: 2 transactions, the block has 4`,
    )
    const moved = buildBlock({
      txs: [1, 2, 1].map((n) => ({ inputs: Array(n).fill(spend), outputs: [{ script: hot, value }] })),
    })
    expect(damaged({ spent: moved.spent })).toBe('node-bad-answer')
  })

  it('with spent outputs for the coinbase is refused', () => {
    const lone = buildBlock()
    const spent = Buffer.concat([Buffer.from('0101', 'hex'), built.spent.subarray(3, 37)])
    expect(() => scan({ ...lone, spent })).toThrow('1 inputs for transaction 0, the block has 0')
  })

  it('whose first transaction is no coinbase is refused', () => {
    const offset = 81 + 4 + 2 + 1
    const block = Buffer.from(built.block)
    block[offset] = 1
    expect(() => scan({ ...built, block })).toThrow('a first transaction that is no coinbase')
  })

  it('with any byte changed is refused or read, and never fails in another way', () => {
    const own = ownSet(hot)
    const change = fc.tuple(fc.boolean(), fc.nat(built.block.length - 1), fc.integer({ min: 1, max: 255 }))
    fc.assert(
      fc.property(change, ([inSpent, at, mask]) => {
        const [block, spent] = [Buffer.from(built.block), Buffer.from(built.spent)]
        const target = inSpent ? spent : block
        const position = at % target.length
        target[position] = (target[position] ?? 0) ^ mask
        expect(['none', 'node-bad-answer']).toContain(
          codeOf(() => extractFrom(scan({ ...built, block, spent }), own)),
        )
      }),
      { numRuns: randomRuns(2000) },
    )
  })
})
