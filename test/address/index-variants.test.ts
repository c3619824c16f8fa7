import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { equivalents, indexVariants, isWatched } from '../../src/address/equivalents.ts'
import { families, type Key } from '../../src/address/key.ts'
import { randomRuns } from '../long.ts'
import { keyOf } from './arbitraries.ts'

/** Compressed and uncompressed keys, and bytes that are neither. */
const payToPublicKey = fc
  .oneof(
    fc
      .tuple(fc.constantFrom('2102', '2103'), fc.uint8Array({ minLength: 32, maxLength: 32 }))
      .map(([prefix, x]) => `${prefix}${Buffer.from(x).toString('hex')}ac`),
    fc
      .uint8Array({ minLength: 64, maxLength: 64 })
      .map((point) => `4104${Buffer.from(point).toString('hex')}ac`),
  )
  .map((script): Key => `bitcoin:${script}`)

const anyKey = fc.oneof(payToPublicKey, ...families.map(keyOf))

describe('the variants that a key is indexed under', () => {
  it('lead to it from everything that meets it', () => {
    fc.assert(
      fc.property(anyKey, (key) => {
        const index = new Set(indexVariants(key))
        for (const { key: meeting } of [{ key }, ...equivalents(key)]) {
          if (isWatched(meeting)) expect(index).toContain(meeting)
          else {
            const asked = [meeting, ...equivalents(meeting).map((variant) => variant.key)]
            expect(asked.some((variant) => index.has(variant))).toBe(true)
          }
        }
      }),
      { numRuns: randomRuns(500) },
    )
  })

  it('are the key itself and what a watched chain can have', () => {
    const hex = '1'.repeat(40)
    expect(indexVariants(`tron:${hex}`)).toEqual([`tron:${hex}`, `evm:${hex}`])
    expect(indexVariants(`evm:${hex}`)).toEqual([`evm:${hex}`])
    expect(indexVariants(`xrp:${hex}`)).toEqual([`xrp:${hex}`])
    expect(indexVariants(`litecoin:76a914${hex}88ac`)).toEqual([
      `litecoin:76a914${hex}88ac`,
      `bitcoin:76a914${hex}88ac`,
      `bitcoin:0014${hex}`,
      // OP_HASH160 <RIPEMD-160(SHA-256(0014 11…))> OP_EQUAL, computed with Python's hashlib.
      'bitcoin:a91427effe58f43f92c8597b7c4886f7ccafb11b023e87',
    ])
  })
})
