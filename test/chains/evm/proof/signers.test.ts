import { describe, expect, it } from 'vitest'
import { proveSigners } from '../../../../src/chains/evm/proof/signers.ts'
import { hasShared } from '../../../shared.ts'
import { keccak } from './keccak.ts'
import { demoBlocks, referenceBlocks, type ServedBlock, wrongFields } from './served-blocks.ts'
import { signedBlock } from './signed.ts'

const signed = await signedBlock([0n, 1n, 10n ** 18n])
const chains: [name: string, blocks: ServedBlock[]][] = [['the demo', [...(await demoBlocks()), signed]]]
if (hasShared) chains.push(['the reference data', [...referenceBlocks(), signed]])

const unsigned =
  'transactions[].from: no signature to prove it by (such are the transactions that anvil impersonates)'
const flip = (hex: string) => `0x${(Number.parseInt(hex.charAt(2), 16) ^ 1).toString(16)}${hex.slice(3)}`

describe.each(chains)('the senders of %s', (_, blocks) => {
  const all = blocks.flatMap(({ block }) => block.transactions)

  it('are those that signed; without a signature nobody is', () => {
    for (const tx of all) {
      const empty = (tx as never as { r: string }).r === '0x0'
      expect(proveSigners([tx], [0], {}, keccak)).toEqual({
        mismatches: [],
        unproved: empty ? [unsigned] : [],
      })
    }
    expect(all.length).toBeGreaterThan(20)
  })

  it('can be no other', () => {
    for (const tx of all) {
      const lie = proveSigners([{ ...tx, from: flip(tx.from) }], [0], {}, keccak)
      const empty = (tx as never as { r: string }).r === '0x0'
      // anvil's own hash of a transaction that it impersonates covers the sender.
      expect(wrongFields(lie)).toEqual([empty ? 'transactions[0].hash' : 'transactions[0].from'])
    }
  })

  it('did not sign anything else', () => {
    for (const tx of all)
      expect(wrongFields(proveSigners([{ ...tx, value: '0x123456' }], [0], {}, keccak))).toContain(
        'transactions[0].hash',
      )
  })
})

describe('a signature that is none', () => {
  const [tx] = signed.block.transactions

  it.each([
    ['a curve has no such point', { r: `0x${'f'.repeat(64)}` }],
    ['zero is out of range', { s: '0x0', r: '0x5' }],
    ['there is no such parity', { yParity: '0x9', v: '0x9999999' }],
  ])('is a mismatch: %s', (_, changes) => {
    const proof = proveSigners([{ ...tx, ...changes } as never], [0], {}, keccak)
    const { computed } = proof.mismatches.find(({ field }) => field.endsWith('from')) ?? {}
    expect(computed).toEqual(
      expect.stringMatching(/^(0x[0-9a-f]{40}|no address \(the signature is not valid\))$/),
    )
    expect(computed).not.toBe(tx?.from)
  })

  it('is a mismatch where it is no hex, and unproved where it is not served', () => {
    expect(wrongFields(proveSigners([{ ...tx, r: '0xzz' } as never], [0], {}, keccak))).toEqual([
      'transactions[0].hash',
      'transactions[0].from',
    ])
    expect(proveSigners([{ ...tx, r: null } as never], [0], {}, keccak)).toEqual({
      mismatches: [],
      unproved: ['transactions[].hash: r is not served', 'transactions[].from: r is not served'],
    })
  })
})
