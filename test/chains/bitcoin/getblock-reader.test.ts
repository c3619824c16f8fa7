import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockBytes, spentBytes, verboseBlockSchema } from '../../../src/chains/bitcoin/getblock-reader.ts'
import { quoteAmounts } from '../../../src/chains/bitcoin/rpc-schemas.ts'
import { buildBlock, sats } from './build-block.ts'
import { regtestGenesis } from './regtest-chain.ts'
import { p2tr, p2wpkh } from './scripts.ts'

const parse = (verbose: string) => verboseBlockSchema.parse(JSON.parse(quoteAmounts(verbose)))

describe('getblock 3', () => {
  it('gives the same bytes as REST', () => {
    const coin = fc.record({
      script: fc.uint8Array({ maxLength: 300 }),
      value: fc.bigInt(0n, 2_100_000_000_000_000n),
    })
    const input = fc.record({ script: fc.uint8Array({ maxLength: 300 }), value: fc.bigInt(0n, sats(21e6)) })
    const tx = fc.record({
      inputs: fc.array(input, { minLength: 1, maxLength: 5 }),
      outputs: fc.array(coin, { minLength: 1, maxLength: 5 }),
    })
    fc.assert(
      fc.property(fc.array(tx, { maxLength: 5 }), (txs) => {
        const built = buildBlock({ txs })
        const block = parse(built.verbose)
        expect(blockBytes(block)).toEqual(built.block)
        expect(spentBytes(block, built.hash)).toEqual(built.spent)
      }),
    )
  })

  it('gives the genesis block, which has no parent', () => {
    expect(blockBytes(parse(regtestGenesis.verbose))).toEqual(regtestGenesis.block)
  })

  it('without prevout is a block whose undo data is missing, not one without inputs', () => {
    const value = sats(1)
    const built = buildBlock({
      txs: [{ inputs: [{ script: p2wpkh('a'), value }], outputs: [{ script: p2tr('b'), value }] }],
    })
    const block = parse(built.verbose.replace('"prevout"', '"gone"'))
    expect(() => spentBytes(block, built.hash)).toThrow(
      expect.objectContaining({ code: 'node-missing-data' }),
    )
  })

  it.each([
    ['0.12345678', '0.123456789', 'has the amount "0.123456789"'],
    ['0.12345678', '-1', 'has the amount "-1"'],
    ['0.12345678', '1e30', 'has the amount "1e30"'],
    ['"hex":"0014', '"hex":"0x14', 'A block has "0x14'],
    ['"hex":"02000000', '"hex":"0200000', 'where hex should be'],
  ])('with %s turned into %s is refused', (sound, damaged, message) => {
    const prevout = { script: p2wpkh('a'), value: 12_345_678n }
    const built = buildBlock({ txs: [{ inputs: [prevout], outputs: [{ script: p2tr('b'), value: 1n }] }] })
    const block = parse(built.verbose.replace(sound, damaged))
    expect(() => [blockBytes(block), spentBytes(block, built.hash)]).toThrow(message)
  })
})
