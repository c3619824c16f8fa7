import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RpcLog, RpcReceipt } from '../../../../src/chains/evm/types.ts'
import { randomRuns } from '../../../long.ts'
import { hasShared } from '../../../shared.ts'
import { committedOf, withFlippedBit } from './committed.ts'
import {
  clean,
  demoBlocks,
  hashesOnly,
  mainnetBlock,
  prove,
  referenceBlocks,
  type ServedBlock,
  wrongFields,
} from './served-blocks.ts'

const demo = await demoBlocks()
const chains: [name: string, blocks: ServedBlock[]][] = [['the demo', demo]]
if (hasShared) chains.push(['the reference data', referenceBlocks()])

describe.each(chains)('the blocks of %s', (_, blocks) => {
  it('prove true', () => {
    expect(blocks.length).toBeGreaterThan(10)
    for (const block of blocks) expect(prove(block)).toEqual(clean)
  })

  it('prove false with one flipped bit in any committed field', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3), (position, bit) => {
        for (const block of blocks)
          for (const field of committedOf(block)) {
            const wrong = withFlippedBit(field, position, bit, () => wrongFields(prove(block)))
            if (wrong.length === 0)
              throw new Error(`${field.path} of block ${block.block.number} went unnoticed`)
          }
      }),
      { numRuns: 2 },
    )
  })

  it('prove false without any one log, and with any one twice', () => {
    let dropped = 0
    for (const { block, receipts } of blocks)
      for (const [i, receipt] of receipts.entries())
        for (const j of receipt.logs.keys()) {
          expect(
            wrongFields(prove({ block, receipts: withLogs(receipts, i, (logs) => logs.toSpliced(j, 1)) })),
          ).toEqual(['receiptsRoot'])
          const twice = withLogs(receipts, i, (logs) => logs.toSpliced(j, 0, ...logs.slice(j, j + 1)))
          expect(wrongFields(prove({ block, receipts: twice }))).toEqual(['receiptsRoot'])
          dropped++
        }
    expect(dropped).toBeGreaterThan(10)
  })

  it('prove false with receipts in another order, one too many, or one too few', () => {
    let swapped = 0
    for (const { block, receipts } of blocks) {
      const [first, second] = receipts
      if (first === undefined || second === undefined) continue
      const orders = [[second, first, ...receipts.slice(2)], [...receipts, first], receipts.slice(1)]
      for (const order of orders)
        expect(wrongFields(prove({ block, receipts: order }))).toContain('receiptsRoot')
      swapped++
    }
    expect(swapped).toBeGreaterThan(3)
  })

  it('prove false with a transaction of another type, or one too many', () => {
    for (const { block, receipts } of blocks) {
      for (const [i, tx] of block.transactions.entries()) {
        const type = (tx as { type?: string }).type === '0x0' ? '0x2' : '0x0'
        const other = { ...block, transactions: block.transactions.with(i, { ...tx, type }) }
        expect(prove({ block: other, receipts })).not.toEqual(clean)
        const more = { ...block, transactions: [...block.transactions, tx] }
        expect(wrongFields(prove({ block: more, receipts }))).toContain('transactionsRoot')
      }
    }
  })

  it('prove false with a withdrawal that nobody made', () => {
    const withdrawals = [
      { index: '0x1', validatorIndex: '0x2', address: `0x${'a'.repeat(40)}`, amount: '0x5' },
    ]
    for (const { block, receipts } of blocks)
      expect(wrongFields(prove({ block: { ...block, withdrawals }, receipts }))).toEqual(['withdrawalsRoot'])
  })
})

function withLogs(
  receipts: readonly RpcReceipt[],
  index: number,
  change: (logs: readonly RpcLog[]) => RpcLog[],
): RpcReceipt[] {
  return receipts.map((receipt, i) => (i === index ? { ...receipt, logs: change(receipt.logs) } : receipt))
}

describe('a mismatch', () => {
  const { block, receipts } = demo.find((one) =>
    one.receipts.some(({ logs }) => logs.length > 0),
  ) as ServedBlock
  const index = receipts.findIndex(({ logs }) => logs.length > 0)

  it('names the field, what was served, what follows from the rest, and the receipt whose logs were changed', () => {
    const { mismatches } = prove({ block, receipts: withLogs(receipts, index, (logs) => logs.slice(1)) })
    expect(mismatches).toEqual([
      {
        field: 'receiptsRoot',
        served: (block as unknown as { receiptsRoot: string }).receiptsRoot,
        computed: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        hint: expect.stringContaining(`receipt ${index} `),
      },
    ])
  })

  it('repeats no text that is no hex', () => {
    const { mismatches } = prove({ block: { ...block, receiptsRoot: 'secret' } as never, receipts })
    expect(mismatches.length).toBeGreaterThan(0)
    expect(JSON.stringify(mismatches)).not.toContain('secret')
  })

  it('is also a field that is no hex', () => {
    const transactions = block.transactions.with(0, { ...block.transactions[0], r: '0xzz' } as never)
    expect(prove({ block: { ...block, transactions }, receipts }).mismatches).toMatchObject([
      { field: 'transactionsRoot', computed: 'nothing (r is not the hex it has to be)' },
    ])
  })

  it('is not a field that is not served: that can only not be proved', () => {
    const transactions = block.transactions.with(0, { ...block.transactions[0], r: undefined } as never)
    expect(prove({ block: { ...block, transactions }, receipts })).toEqual({
      mismatches: [],
      unproved: ['transactionsRoot: r is not served'],
    })
  })
})

describe('the same in other clothes', () => {
  it('proves true: upper-case hex, no status but a root, no type of a legacy transaction', () => {
    for (const { block, receipts } of demo) {
      const loud = {
        ...block,
        transactionsRoot: upper((block as never as Record<string, string>).transactionsRoot),
        logsBloom: upper((block as never as Record<string, string>).logsBloom),
        transactions: block.transactions.map((tx) =>
          (tx as { type?: string }).type === '0x0' ? { ...tx, type: null } : tx,
        ),
      }
      expect(prove({ block: loud as never, receipts })).toEqual(clean)
    }
  })
})

function upper(hex: string | undefined): string {
  return `0x${(hex ?? '').slice(2).toUpperCase()}`
}

describe.skipIf(!hasShared)('block 21925176 of Ethereum (needs the reference data)', () => {
  const { block, receipts } = hasShared ? mainnetBlock() : { block: demo[0]?.block as never, receipts: [] }

  it('proves true: header, 202 receipts, withdrawals', () => {
    expect(receipts).toHaveLength(202)
    expect(prove({ block, receipts }, hashesOnly)).toEqual({
      mismatches: [],
      unproved: ['transactionsRoot: hashes only'],
    })
  })

  it('proves false without any one of its 463 logs', () => {
    let dropped = 0
    for (const [i, receipt] of receipts.entries())
      for (const j of receipt.logs.keys()) {
        const fewer = withLogs(receipts, i, (logs) => logs.toSpliced(j, 1))
        expect(wrongFields(prove({ block, receipts: fewer }, hashesOnly))).toEqual(['receiptsRoot'])
        dropped++
      }
    expect(dropped).toBe(463)
  })

  it('proves false with one flipped bit in any committed field', () => {
    const fields = committedOf({ block, receipts }).filter(({ path }) => path !== 'transactionsRoot')
    expect(fields.length).toBeGreaterThan(2_500)
    fc.assert(
      fc.property(fc.nat(fields.length - 1), fc.nat(), fc.nat(3), (which, position, bit) => {
        const field = fields[which]
        if (field === undefined) throw new Error('unreachable')
        const wrong = withFlippedBit(field, position, bit, () =>
          wrongFields(prove({ block, receipts }, hashesOnly)),
        )
        expect(wrong, field.path).not.toEqual([])
      }),
      { numRuns: randomRuns(300) },
    )
  })
})
