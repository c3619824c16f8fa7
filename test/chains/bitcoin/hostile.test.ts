import { describe, expect, it } from 'vitest'
import { publicKeyVariants } from '../../../src/address/script.ts'
import { transactionOf } from '../../../src/chains/bitcoin/scanned-block.ts'
import { buildBlock } from './build-block.ts'
import { extractFrom, scan } from './extract.ts'
import { ownSet } from './own-set.ts'
import { multisig, p2pk, p2wpkh, publicKey } from './scripts.ts'

const own = p2wpkh('hot')
const find = (block: Parameters<typeof buildBlock>[0]) =>
  extractFrom(scan(buildBlock(block)), ownSet(own)).transactions

describe('a transaction as large as a block', () => {
  const inputs = Array.from({ length: 10_000 }, (_, i) => ({ script: p2wpkh(`in ${i}`), value: 10n }))
  const outputs = Array.from({ length: 10_000 }, (_, i) => ({ script: p2wpkh(`out ${i}`), value: 1n }))

  it('that pays us once has each party once', () => {
    const [found] = find({ txs: [{ inputs, outputs: [...outputs, { script: own, value: 1n }] }] })
    expect(found?.transfers).toHaveLength(1)
    expect(found?.parties).toHaveLength(20_000)
  })

  it('that pays us ten thousand times has each payer once, not once for each payment', () => {
    const payments = outputs.map(({ value }) => ({ script: own, value }))
    const [found] = find({ txs: [{ inputs, outputs: payments }] })
    expect(found?.transfers).toHaveLength(10_000)
    expect(found?.transfers.flatMap(({ parties }) => parties)).toEqual([])
    expect(found?.parties).toHaveLength(10_000)
  })

  it('that spends from us ten thousand times has each payee once', () => {
    const consolidation = inputs.map(({ value }) => ({ script: own, value }))
    const [found] = find({ txs: [{ inputs: consolidation, outputs }] })
    expect(found?.transfers.flatMap(({ parties }) => parties)).toHaveLength(10_000)
    expect(found?.parties).toEqual([])
  })

  it('whose inputs show thousands of keys has a few variants of each', () => {
    const key = publicKey('shown')
    const pushes = Array.from({ length: 100 }, (_, i) => {
      const each = publicKey(`key ${i}`)
      return Buffer.concat([Buffer.from([each.length]), each])
    })
    const witness = [Buffer.concat(pushes)]
    const shown = [
      ...inputs.slice(0, 50).map((input) => ({ ...input, witness })),
      { script: p2pk(key), value: 1n },
    ]
    const [found] = find({ txs: [{ inputs: shown, outputs: [{ script: own, value: 1n }] }] })
    const variants = found?.parties.map((party) => party.variants?.length ?? 0) ?? []
    // Three of each, and its other encoding where it is a point of the curve.
    expect(Math.max(...variants)).toBeGreaterThan(32 * 3)
    expect(Math.max(...variants)).toBeLessThanOrEqual(32 * 4)
    expect(found?.parties).toHaveLength(51)
  })

  it('that many inputs of one multisig pay has its keys once, however many they are', () => {
    const keys = Array.from({ length: 15 }, (_, i) => publicKey(`signer ${i}`))
    const script = multisig(keys)
    const many = Array.from({ length: 10_000 }, () => ({ script, value: 10n }))
    const [found] = find({ txs: [{ inputs: many, outputs: [{ script: own, value: 1n }] }] })
    expect(found?.parties).toMatchObject([{ role: 'source' }])
    const variants = keys.flatMap((each) => publicKeyVariants(each))
    expect(variants.length).toBeGreaterThan(15 * 3)
    expect(found?.parties[0]?.variants).toHaveLength(variants.length)
  })

  it('whose witness has hundreds of thousands of items is read with its last thousand', () => {
    const script = Buffer.concat([Buffer.of(0x52, 32), Buffer.alloc(32, 1)])
    const items = Array.from({ length: 300_000 }, () => Buffer.alloc(0))
    const built = buildBlock({
      txs: [{ inputs: [{ script, value: 1n, witness: items }], outputs: [{ script: own, value: 1n }] }],
    })
    const block = scan(built)
    expect(transactionOf(block, 1).inputs[0]?.witness).toHaveLength(1000)
    expect(extractFrom(block, ownSet(own)).transactions).toHaveLength(1)
  })
})
