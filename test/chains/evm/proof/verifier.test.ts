import { describe, expect, it } from 'vitest'
import { createVerifier } from '../../../../src/chains/evm/proof/verifier.ts'
import type { ScreenableTx } from '../../../../src/screening/types.ts'
import { demoBlocks, type ServedBlock, served } from './served-blocks.ts'
import { signedBlock } from './signed.ts'

const demo = await demoBlocks()
const impersonated = demo.find(({ block }) => block.transactions.length > 0) as ServedBlock
const signed = await signedBlock([1n, 2n, 3n])
const position = 1
const extracted = (hash: string | undefined): ScreenableTx[] => [
  { hash: hash ?? '', transfers: [], parties: [], ownSigned: false },
]
const stranger = `0x${'5'.repeat(40)}`

/** The block with another receiver in its first transaction. */
function lying({ block, receipts }: ServedBlock): ServedBlock {
  return {
    block: {
      ...block,
      transactions: block.transactions.with(0, { ...block.transactions[0], to: stranger } as never),
    },
    receipts,
  }
}

/** The block with another sender of a signed transaction. */
function misattributed({ block, receipts }: ServedBlock): ServedBlock {
  const tx = block.transactions[position]
  return {
    block: { ...block, transactions: block.transactions.with(position, { ...tx, from: stranger } as never) },
    receipts,
  }
}

describe('strict', () => {
  it('accepts what proves true', async () => {
    const proved = await createVerifier('strict', {}).prove(signed.block, signed.receipts)
    expect(proved.unverified).toEqual([])
    expect(proved.proveSenders(extracted(signed.block.transactions[position]?.hash))).toEqual([])
  })

  it('refuses a mismatch, naming the block, the field, and both values', async () => {
    const { block, receipts } = lying(signed)
    const refused = createVerifier('strict', {}).prove(block, receipts)
    await expect(refused).rejects.toMatchObject({
      code: 'node-bad-answer',
      message: expect.stringMatching(
        new RegExp(
          `^Block ${Number(block.number)} \\(${block.hash}\\) fails verification: transactionsRoot: expected 0x[0-9a-f]{64} as served, got 0x[0-9a-f]{64} `,
        ),
      ),
    })
  })

  it('refuses a sender who did not sign, and then the next block, so that another node is asked', async () => {
    const verifier = createVerifier('strict', {})
    const { block, receipts } = misattributed(signed)
    const { proveSenders } = await verifier.prove(block, receipts)
    const tx = signed.block.transactions[position]
    const lie = expect.objectContaining({
      code: 'node-bad-answer',
      message: expect.stringContaining(
        `transactions[${position}].from: expected ${stranger} as served, got ${tx?.from} `,
      ),
    })
    expect(() => proveSenders(extracted(tx?.hash))).toThrowError(lie)
    await expect(verifier.prove(signed.block, signed.receipts)).rejects.toEqual(lie)
    expect((await verifier.prove(signed.block, signed.receipts)).unverified).toEqual([])
  })

  it('records what can not be proved', async () => {
    const { block, receipts } = served(
      { ...signed.block, transactions: signed.block.transactions.map((tx) => ({ ...tx, type: '0x55' })) },
      signed.receipts,
    )
    const { unverified } = await createVerifier('strict', {}).prove(block, receipts)
    expect(unverified).toEqual([
      {
        what: 'unverified',
        reason: 'transactionsRoot: transactions of a type not known to this version: 0x55',
      },
    ])
  })

  it('records a sender without a signature, and asks of each only once', async () => {
    const tx = impersonated.block.transactions[0]
    const { unverified, proveSenders } = await createVerifier('strict', {}).prove(
      impersonated.block,
      impersonated.receipts,
    )
    expect(unverified).toEqual([])
    const rows = [
      {
        what: 'unverified',
        txHash: tx?.hash,
        reason:
          'transactions[].from: no signature to prove it by (such are the transactions that anvil impersonates)',
      },
    ]
    expect(proveSenders(extracted(tx?.hash))).toEqual(rows)
    Object.assign(tx ?? {}, { input: '0xdead' })
    expect(proveSenders(extracted(tx?.hash))).toEqual(rows)
  })

  it('has no sender to prove for beacon chain withdrawals', async () => {
    const { proveSenders } = await createVerifier('strict', {}).prove(signed.block, signed.receipts)
    expect(proveSenders(extracted(signed.block.hash))).toEqual([])
  })
})

describe('warn', () => {
  it('records a mismatch and goes on', async () => {
    const verifier = createVerifier('warn', {})
    const { block, receipts } = lying(signed)
    expect((await verifier.prove(block, receipts)).unverified).toEqual([
      { what: 'unverified', reason: expect.stringMatching(/^transactionsRoot: expected 0x.* got 0x/) },
    ])
    const other = misattributed(signed)
    const { proveSenders } = await verifier.prove(other.block, other.receipts)
    expect(proveSenders(extracted(other.block.transactions[position]?.hash))).toEqual([
      {
        ...{ what: 'unverified', txHash: other.block.transactions[position]?.hash },
        reason: expect.stringMatching(/^transactions\[\d+\]\.from: expected 0x5555/),
      },
    ])
  })
})

describe('off', () => {
  it('proves nothing', async () => {
    const { block, receipts } = lying(misattributed(signed))
    const { unverified, proveSenders } = await createVerifier('off', {}).prove(block, receipts)
    expect(unverified).toEqual([])
    expect(proveSenders(extracted(block.transactions[position]?.hash))).toEqual([])
  })
})
