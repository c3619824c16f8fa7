import { describe, expect, it } from 'vitest'
import {
  createVerifier,
  proveSenders,
  type VerifyMode,
} from '../../../../src/chains/evm/proof/prove-block.ts'
import { demoBlocks, type ServedBlock, served } from './served-blocks.ts'
import { signedBlock } from './signed.ts'

const demo = await demoBlocks()
const impersonated = demo.find(({ block }) => block.transactions.length > 0) as ServedBlock
const signed = await signedBlock([1n, 2n, 3n])
const position = 1
const stranger = `0x${'5'.repeat(40)}`

/** What can't be proved of the sender of the block's transaction at a place. */
const senders = ({ block }: ServedBlock, at: number, mode: VerifyMode = 'strict') =>
  proveSenders(block, [block.transactions[at]?.hash ?? ''], mode, {})

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
    expect(await createVerifier('strict', {}).prove(signed.block, signed.receipts)).toEqual([])
    expect(senders(signed, position)).toEqual([])
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

  it('refuses a sender who did not sign, and no other block for it', async () => {
    const verifier = createVerifier('strict', {})
    const lying = misattributed(signed)
    await verifier.prove(lying.block, lying.receipts)
    const tx = signed.block.transactions[position]
    const lie = expect.objectContaining({
      code: 'node-bad-answer',
      message: expect.stringContaining(
        `transactions[${position}].from: expected ${stranger} as served, got ${tx?.from} `,
      ),
    })
    for (let i = 0; i < 2; i++) expect(() => senders(lying, position)).toThrowError(lie)
    expect(await verifier.prove(signed.block, signed.receipts)).toEqual([])
  })

  it('records what can not be proved', async () => {
    const { block, receipts } = served(
      { ...signed.block, transactions: signed.block.transactions.map((tx) => ({ ...tx, type: '0x55' })) },
      signed.receipts,
    )
    expect(await createVerifier('strict', {}).prove(block, receipts)).toEqual([
      {
        what: 'unverified',
        reason: 'transactionsRoot: transactions of a type not known to this version: 0x55',
      },
    ])
  })

  it('records a sender without a signature', async () => {
    const { block, receipts } = impersonated
    expect(await createVerifier('strict', {}).prove(block, receipts)).toEqual([])
    expect(senders(impersonated, 0)).toEqual([
      {
        what: 'unverified',
        txHash: block.transactions[0]?.hash,
        reason:
          'transactions[].from: no signature to prove it by (such are the transactions that anvil impersonates)',
      },
    ])
  })

  it('has no sender to prove for beacon chain withdrawals', () => {
    expect(proveSenders(signed.block, [signed.block.hash], 'strict', {})).toEqual([])
  })
})

describe('warn', () => {
  it('records a mismatch and goes on', async () => {
    const verifier = createVerifier('warn', {})
    const { block, receipts } = lying(signed)
    expect(await verifier.prove(block, receipts)).toEqual([
      { what: 'unverified', reason: expect.stringMatching(/^transactionsRoot: expected 0x.* got 0x/) },
    ])
    const other = misattributed(signed)
    await verifier.prove(other.block, other.receipts)
    expect(senders(other, position, 'warn')).toEqual([
      {
        ...{ what: 'unverified', txHash: other.block.transactions[position]?.hash },
        reason: expect.stringMatching(/^transactions\[\d+\]\.from: expected 0x5555/),
      },
    ])
  })
})

describe('off', () => {
  it('proves nothing', async () => {
    const untrue = lying(misattributed(signed))
    expect(await createVerifier('off', {}).prove(untrue.block, untrue.receipts)).toEqual([])
    expect(senders(untrue, position, 'off')).toEqual([])
  })
})
