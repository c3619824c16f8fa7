import { getContractAddress } from 'viem'
import { describe, expect, it } from 'vitest'
import { proveSigners } from '../../../../src/chains/evm/proof/signers.ts'
import { keccak } from './keccak.ts'
import { opBlock } from './op-block.ts'
import { clean, prove, wrongFields } from './served-blocks.ts'

const zeros = (digits: number) => `0x${'0'.repeat(digits)}`

describe('an OP stack block', () => {
  it('proves true, deposit and its receipt included', () => {
    expect(prove(opBlock())).toEqual(clean)
  })

  it('names the sender of a deposit in what is hashed', () => {
    expect(proveSigners(opBlock().block.transactions, [0], {}, keccak)).toEqual(clean)
    expect(wrongFields(prove(opBlock({ from: '0xdeaddeaddeaddeaddeaddeaddeaddeaddead0002' })))).toEqual([
      'transactionsRoot',
    ])
  })

  it.each(['mint', 'value', 'gas', 'sourceHash', 'input'])('proves false with another %s', (name) => {
    const value = name === 'sourceHash' ? zeros(64) : '0x77'
    expect(wrongFields(prove(opBlock({ [name]: value })))).toEqual(['transactionsRoot'])
  })

  it('may keep another root in place of that of withdrawals, but then has none', () => {
    const { block, receipts } = opBlock()
    const isthmus = { ...block, withdrawalsRoot: zeros(64), futureField: '0x' }
    expect(prove({ block: isthmus, receipts }).mismatches).toEqual([])
    const withdrawals = [{ index: '0x1', validatorIndex: '0x2', address: zeros(40), amount: '0x5' }]
    expect(wrongFields(prove({ block: { ...isthmus, withdrawals }, receipts }))).toEqual(['withdrawalsRoot'])
  })
})

describe('the contract that a transaction creates', () => {
  const zero = `0x${'0'.repeat(40)}` as const
  const underNonce = (nonce: bigint) => getContractAddress({ from: zero, nonce }).toLowerCase()
  const creation = (type: string, contractAddress: string, receipt: object) => {
    const { block, receipts } = opBlock({ from: zero, to: null, type, nonce: '0x5' })
    const changed = receipts.map((one) => ({ ...one, contractAddress, ...receipt }))
    return prove({ block, receipts: changed as never })
  }
  const ofContract = (fields: readonly string[]) =>
    fields.filter((field) => field.includes('contractAddress'))

  it('is under the nonce in the receipt of a deposit alone', () => {
    const other = { depositNonce: '0x9' }
    expect(ofContract(wrongFields(creation('0x7e', underNonce(9n), other)))).toEqual([])
    expect(ofContract(wrongFields(creation('0x7e', underNonce(5n), other)))).toHaveLength(1)
    for (const type of ['0x0', '0x2']) {
      expect(ofContract(wrongFields(creation(type, underNonce(5n), other)))).toEqual([])
      expect(ofContract(wrongFields(creation(type, underNonce(9n), other)))).toHaveLength(1)
    }
  })

  it('is not proved of a deposit before Canyon, whose receipt does not commit to its nonce', () => {
    const before = { depositNonce: '0x9', depositReceiptVersion: undefined }
    const proof = creation('0x7e', underNonce(9n), before)
    expect(ofContract(wrongFields(proof))).toEqual([])
    expect(ofContract(proof.unproved)).toEqual([
      'receipts[].contractAddress: before Canyon, the nonce of a deposit is in no root',
    ])
  })
})
