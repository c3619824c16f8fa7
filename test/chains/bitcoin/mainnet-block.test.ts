import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { indexBlock } from '../../../src/chains/bitcoin/block-index.ts'
import { ByteReader } from '../../../src/chains/bitcoin/bytes.ts'
import { networkFacts } from '../../../src/chains/bitcoin/networks.ts'
import { hashBlock } from '../../../src/chains/bitcoin/proof/hash-block.ts'
import { proveBlock } from '../../../src/chains/bitcoin/proof/prove-block.ts'
import { readHeader, scanBlock } from '../../../src/chains/bitcoin/scanned-block.ts'
import { hasShared, sharedPath } from '../../shared.ts'

const hash = '0000000000000000025aff8be8a55df8f89c77296db6198f272d6577325d4069'
const file = () => sharedPath('data/mainnet/bitcoin-413567.raw')

describe.skipIf(!hasShared)('mainnet block 413567 (needs the reference data)', () => {
  it('has 1,557 transactions, 4,887 inputs and 3,581 outputs', () => {
    const reader = new ByteReader(readFileSync(file()), 'Block 413567')
    const { time } = readHeader(reader, hash)
    expect(new Date(time * 1000).toISOString()).toBe('2016-05-26T23:58:43.000Z')
    const { starts, inputCounts, outputs } = indexBlock(reader)
    expect(starts.length).toBe(1557)
    expect(inputCounts.reduce((sum, count) => sum + count)).toBe(4887)
    expect(outputs.spans.length / 2).toBe(3581)
  })

  it('proves true: work, merkle root and height', async () => {
    const raw = { block: readFileSync(file()), spent: null }
    const block = scanBlock(raw, hash)
    const { faults } = proveBlock(
      block,
      413_567,
      networkFacts.mainnet,
      await hashBlock(block, { segwit: false, taproot: false }),
    )
    expect(faults).toEqual([])
    const { faults: elsewhere } = proveBlock(
      block,
      413_568,
      networkFacts.mainnet,
      await hashBlock(block, { segwit: false, taproot: false }),
    )
    expect(elsewhere).toEqual(['its coinbase names another height'])
  })
})
