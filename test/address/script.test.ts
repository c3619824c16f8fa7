import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyBytes } from '../../src/address/key.ts'
import { classifyScript, publicKeyVariants, scriptPublicKeys } from '../../src/address/script.ts'
import { addressText } from '../../src/address/text.ts'
import { randomRuns } from '../long.ts'
import { fromHex, generator, genesis, toHex } from './key-vectors.ts'

const kindOf = (hex: string) => classifyScript(fromHex(hex))
const hash = '751e76e8199196d454941c45d1b3a323f1433bd6'
const program = '00'.repeat(32)
const { compressed, uncompressed } = generator

describe('classifyScript', () => {
  it.each([
    [`76a914${hash}88ac`, 'p2pkh'],
    [`a914${hash}87`, 'p2sh'],
    [`0014${hash}`, 'p2wpkh'],
    [`0020${program}`, 'p2wsh'],
    [`5120${program}`, 'p2tr'],
    ['51024e73', 'p2a'],
    ['51024e74', 'witness-unknown'],
    [`5220${program}`, 'witness-unknown'],
    [`6028${'11'.repeat(40)}`, 'witness-unknown'],
    [`21${compressed}ac`, 'p2pk'],
    [`41${uncompressed}ac`, 'p2pk'],
    [`4106${uncompressed.slice(2)}ac`, 'p2pk'],
    [`5121${compressed}51ae`, 'multisig'],
    [`5121${compressed}41${uncompressed}52ae`, 'multisig'],
    ['6a', 'op-return'],
    ['6a0568656c6c6f', 'op-return'],
    ['6a4c', 'op-return'],
    ['', 'nonstandard'],
    ['51', 'nonstandard'],
    [`0015${hash}00`, 'nonstandard'],
    [`5129${'11'.repeat(41)}`, 'nonstandard'],
    [`76a914${hash}88ad`, 'nonstandard'],
    [`a914${hash}88`, 'nonstandard'],
    // A first byte that no public key has.
    [`2105${compressed.slice(2)}ac`, 'nonstandard'],
    // Says two keys and has one; asks for two of one; asks for none; ends in half a push.
    [`5121${compressed}52ae`, 'nonstandard'],
    [`5221${compressed}51ae`, 'nonstandard'],
    [`0021${compressed}51ae`, 'nonstandard'],
    ['5121ae', 'nonstandard'],
    ['ae', 'nonstandard'],
  ])('%s is %s', (hex, kind) => {
    expect(kindOf(hex)).toBe(kind)
  })

  it('counts up to the twenty keys of consensus', () => {
    const multisig = (count: string, keys: number) => kindOf(`51${`21${compressed}`.repeat(keys)}${count}ae`)
    expect(multisig('60', 16)).toBe('multisig')
    expect(multisig('0111', 17)).toBe('multisig')
    expect(multisig('0114', 20)).toBe('multisig')
    expect(multisig('0115', 21)).toBe('nonstandard')
  })

  it('answers for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (script) => {
        expect(classifyScript(script)).toMatch(/^[a-z0-9-]+$/)
        const keys = scriptPublicKeys(script)
        expect(keys.length > 0).toBe(['p2pk', 'multisig'].includes(classifyScript(script)))
      }),
      { numRuns: randomRuns(500) },
    )
  })
})

describe('scriptPublicKeys', () => {
  it('shows the keys of P2PK and of bare multisig, as they stand there', () => {
    expect(scriptPublicKeys(fromHex(`21${compressed}ac`)).map(toHex)).toEqual([compressed])
    expect(scriptPublicKeys(fromHex(`5121${compressed}41${uncompressed}52ae`)).map(toHex)).toEqual([
      compressed,
      uncompressed,
    ])
  })

  it('shows none of a script that hides them', () => {
    for (const hex of [`76a914${hash}88ac`, `0014${hash}`, `a914${hash}87`, `5120${program}`, '']) {
      expect(scriptPublicKeys(fromHex(hex))).toEqual([])
    }
  })
})

describe('publicKeyVariants', () => {
  const textsOf = (hex: string) => publicKeyVariants(fromHex(hex)).map(({ key }) => addressText(key))

  it('a compressed key stands behind P2PKH, P2WPKH and P2SH-P2WPKH, and the P2PKH of its uncompressed self', () => {
    expect(textsOf(compressed)).toEqual([
      generator.p2pkh,
      generator.p2wpkh,
      generator.nested,
      generator.p2pkhOfUncompressed,
    ])
  })

  it('what has the shape of a key and is no point of the curve has no other encoding', () => {
    expect(textsOf(`02${'ff'.repeat(32)}`)).toHaveLength(3)
  })

  it('an uncompressed or hybrid key stands behind its own hash and the variants of its compressed self', () => {
    const all = [generator.p2pkhOfUncompressed, generator.p2pkh, generator.p2wpkh, generator.nested]
    expect(textsOf(uncompressed)).toEqual(all)
    const hybrid = textsOf(`06${uncompressed.slice(2)}`)
    expect(hybrid).toHaveLength(5)
    expect(hybrid).toEqual(expect.arrayContaining(all))
    expect(textsOf(genesis.publicKey)).toContain(genesis.p2pkh)
  })

  it('an odd y is written with 03', () => {
    // The genesis key's y ends in 5f.
    const own = publicKeyVariants(fromHex(`03${genesis.publicKey.slice(2, 66)}`)).map(({ key }) => key)
    expect(publicKeyVariants(fromHex(genesis.publicKey)).map(({ key }) => key)).toEqual(
      expect.arrayContaining(own),
    )
  })

  it('always says same-key, and gives nothing for what is no key', () => {
    expect(publicKeyVariants(fromHex(uncompressed)).every(({ basis }) => basis === 'same-key')).toBe(true)
    for (const hex of [
      '',
      '02',
      compressed.slice(2),
      `05${compressed.slice(2)}`,
      `02${uncompressed.slice(2)}`,
    ]) {
      expect(publicKeyVariants(fromHex(hex))).toEqual([])
    }
  })

  it('gives scripts of the kinds it names', () => {
    const kinds = publicKeyVariants(fromHex(uncompressed)).map(({ key }) => classifyScript(keyBytes(key)))
    expect(kinds).toEqual(['p2pkh', 'p2pkh', 'p2wpkh', 'p2sh'])
  })
})
