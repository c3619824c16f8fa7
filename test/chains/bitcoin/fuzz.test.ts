import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkFacts } from '../../../src/chains/bitcoin/networks.ts'
import { hashBlock } from '../../../src/chains/bitcoin/proof/hash-block.ts'
import { BlockVerifier } from '../../../src/chains/bitcoin/proof/prove-block.ts'
import { scanBlock } from '../../../src/chains/bitcoin/scanned-block.ts'
import { ChainscreenError } from '../../../src/diagnostics/errors.ts'
import { randomRuns } from '../../long.ts'
import { buildBlock, sats } from './build-block.ts'
import { extractFrom } from './extract.ts'
import { alwaysMaybe, ownSet } from './own-set.ts'
import { hash160, opReturn, p2tr, p2wpkhOf, publicKey } from './scripts.ts'

/** The same at length, over blocks that a node recorded: scripts/fuzz-bitcoin.mjs. */
const payer = publicKey('payer')
const input = { script: p2wpkhOf(hash160(payer)), value: sats(2), witness: [Buffer.alloc(71, 1), payer] }
const outputs = [
  { script: p2tr('a'), value: sats(1) },
  { script: opReturn, value: 0n },
]
const built = buildBlock({
  height: 300,
  coinbase: [],
  txs: [1, 2, 3, 4].map(() => ({ inputs: [input], outputs })),
})
const verifier = new BlockVerifier('strict', networkFacts.regtest, hashBlock)
const own = alwaysMaybe(ownSet(p2tr('a')))

async function take(block: Uint8Array, spent: Uint8Array): Promise<number> {
  const scanned = scanBlock({ block, spent }, built.hash)
  const { unverifiedInputs } = await verifier.prove(scanned, 300)
  return extractFrom(scanned, own, unverifiedInputs).transactions.length
}

function flipped(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes)
  const at = (bit >> 3) % bytes.length
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7))
  return copy
}

const refused = { code: 'node-bad-answer' }

describe('with verify: strict', () => {
  it('the block as it is is taken', async () => {
    expect(await take(built.block, built.spent)).toBe(4)
  })

  it('no block with a flipped bit is taken', async () => {
    const bit = fc.nat({ max: built.block.length * 8 - 1 })
    await fc.assert(
      fc.asyncProperty(bit, async (at) => {
        await expect(take(flipped(built.block, at), built.spent)).rejects.toMatchObject(refused)
      }),
      { numRuns: randomRuns(1500) },
    )
  })

  it('no block and no spent outputs that are cut short, or go on, are taken', async () => {
    for (let end = 0; end < built.block.length; end += 3)
      await expect(take(built.block.subarray(0, end), built.spent)).rejects.toMatchObject(refused)
    for (let end = 0; end < built.spent.length; end++)
      await expect(take(built.block, built.spent.subarray(0, end))).rejects.toMatchObject(refused)
    const longer = (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)])
    await expect(take(longer(built.block), built.spent)).rejects.toMatchObject(refused)
    await expect(take(built.block, longer(built.spent))).rejects.toMatchObject(refused)
  })

  it('no spent output with a flipped bit in its script is taken; in its amount, only one that pays for the outputs', async () => {
    let taken = 0
    for (let bit = 0; bit < built.spent.length * 8; bit++) {
      const outcome = await take(built.block, flipped(built.spent, bit)).catch((error: unknown) => error)
      if (typeof outcome === 'number') taken++
      else expect(outcome).toMatchObject(refused)
      expect(typeof outcome === 'number' || outcome instanceof ChainscreenError).toBe(true)
    }
    // Four amounts of 64 bits; regtest leaves fees, so a larger amount proves nothing false.
    expect(taken).toBeLessThan(4 * 64)
  })
})
