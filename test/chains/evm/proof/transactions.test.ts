import fc from 'fast-check'
import type { Hex, TransactionSerializable } from 'viem'
import { describe, expect, it } from 'vitest'
import { writeTransaction } from '../../../../src/chains/evm/proof/encode-transaction.ts'
import { RlpWriter } from '../../../../src/chains/evm/proof/rlp.ts'
import { proveSigners, signerOf } from '../../../../src/chains/evm/proof/signers.ts'
import { randomRuns } from '../../../long.ts'
import { keccak } from './keccak.ts'
import { account, servedTransaction } from './signed.ts'

const hexOf = (length: number) =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
const data = fc.uint8Array({ maxLength: 80 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)
const wei = fc.bigInt({ min: 0n, max: 2n ** 90n })
const chainId = fc.constantFrom(1, 10, 137, 31337, 2 ** 31)
const base = {
  nonce: fc.nat(),
  gas: fc.bigInt({ min: 0n, max: 2n ** 60n }),
  value: wei,
  data,
  to: fc.option(hexOf(20)),
}
const accessList = fc.array(
  fc.record({ address: hexOf(20), storageKeys: fc.array(hexOf(32), { maxLength: 3 }) }),
  { maxLength: 3 },
)
const fees = fc
  .tuple(wei, wei)
  .map(([a, b]) =>
    a < b ? { maxPriorityFeePerGas: a, maxFeePerGas: b } : { maxPriorityFeePerGas: b, maxFeePerGas: a },
  )

const legacy = fc.record({
  ...base,
  type: fc.constant('legacy' as const),
  gasPrice: wei,
  chainId: fc.option(chainId, { nil: undefined }),
})
const eip2930 = fc.record({
  ...base,
  type: fc.constant('eip2930' as const),
  gasPrice: wei,
  chainId,
  accessList,
})
const eip1559 = fc
  .tuple(fc.record({ ...base, type: fc.constant('eip1559' as const), chainId, accessList }), fees)
  .map(([tx, fee]) => ({ ...tx, ...fee }))
const eip4844 = fc
  .tuple(
    fc.record({
      ...base,
      to: hexOf(20),
      type: fc.constant('eip4844' as const),
      chainId,
      accessList,
      maxFeePerBlobGas: wei,
      blobVersionedHashes: fc.array(
        hexOf(31).map((hash): Hex => `0x01${hash.slice(2)}`),
        { minLength: 1, maxLength: 6 },
      ),
    }),
    fees,
  )
  .map(([tx, fee]) => ({ ...tx, ...fee }))
const authorization = fc.record({
  chainId: fc.nat(),
  address: hexOf(20),
  nonce: fc.nat(),
  yParity: fc.nat(1),
  r: hexOf(32),
  s: hexOf(31).map((hex): Hex => `0x00${hex.slice(2)}`),
})
const eip7702 = fc
  .tuple(
    fc.record({
      ...base,
      to: hexOf(20),
      type: fc.constant('eip7702' as const),
      chainId,
      accessList,
      authorizationList: fc.array(authorization, { minLength: 1, maxLength: 3 }),
    }),
    fees,
  )
  .map(([tx, fee]) => ({ ...tx, ...fee }))

describe.each([
  ['legacy', legacy],
  ['access list', eip2930],
  ['dynamic fee', eip1559],
  ['blob', eip4844],
  ['set code', eip7702],
])('%s transactions', (_, arbitrary) => {
  it('are written as viem writes them, and their signer is who signed', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary as fc.Arbitrary<TransactionSerializable>, async (tx) => {
        const signed = await account.signTransaction(tx as Parameters<typeof account.signTransaction>[0])
        const json = servedTransaction(signed)
        const writer = new RlpWriter()
        writeTransaction(writer, json)
        expect(`0x${Buffer.from(writer.written).toString('hex')}`).toBe(signed)
        expect(signerOf(json, keccak)).toBe(account.address.toLowerCase())
        expect(proveSigners([json], [0], {}, keccak)).toEqual({ mismatches: [], unproved: [] })
      }),
      { numRuns: randomRuns(25) },
    )
  })
})
