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
