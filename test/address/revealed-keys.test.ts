import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicKey } from '../../src/address/public-key.ts'
import { revealedPublicKeys } from '../../src/address/script.ts'
import { hash160 } from '../../src/address/script-templates.ts'
import { randomRuns } from '../long.ts'
import { fromHex, generator, genesis, toHex } from './key-vectors.ts'

const { compressed, uncompressed } = generator
const other = `03${genesis.publicKey.slice(2, 66)}`
const signature = `30${'44'.repeat(70)}`
const none = new Uint8Array()

/** Pushes, each with the shortest length byte that Bitcoin has for it. */
function pushes(...items: string[]): string {
  const push = (hex: string) => {
    const length = hex.length / 2
    const short = length.toString(16).padStart(2, '0')
    return length > 75 ? `4c${short}${hex}` : `${short}${hex}`
  }
  return items.map(push).join('')
}

function revealed(scriptSig: string, ...witness: string[]): string[] {
  return revealedPublicKeys(fromHex(scriptSig), witness.map(fromHex)).map(toHex)
}

describe('a spend reveals', () => {
  it('the key of P2PKH, long or short', () => {
    expect(revealed(pushes(signature, compressed))).toEqual([compressed])
    expect(revealed(pushes(signature, uncompressed))).toEqual([uncompressed])
  })

  it('the key of P2WPKH, bare or nested', () => {
    expect(revealed('', signature, compressed)).toEqual([compressed])
    const redeem = `0014${toHex(hash160(fromHex(compressed)))}`
    expect(revealed(pushes(redeem), signature, compressed)).toEqual([compressed])
  })

  it('nothing for P2PK: its script shows the key already', () => {
    expect(revealed(pushes(signature))).toEqual([])
  })

  it('the keys of a multisig redeem script, and of a witness script, bare or nested', () => {
    const multisig = `51${pushes(compressed, other)}52ae`
    expect(revealed(`00${pushes(signature, multisig)}`)).toEqual([compressed, other])
    expect(revealed('', '', signature, multisig)).toEqual([compressed, other])
    expect(revealed(pushes(`0020${'11'.repeat(32)}`), '', signature, multisig)).toEqual([compressed, other])
  })

  it('keys that a longer script pushes anywhere', () => {
    const script = `63${pushes(compressed)}67029000b275${pushes(other)}68ac`
    expect(revealed('', signature, '01', script)).toEqual([compressed, other])
  })

  it('the key whose hash the script names, and not a key that merely lies beside it', () => {
    const p2pkh = `76a914${toHex(hash160(fromHex(compressed)))}88ac`
    expect(revealed(pushes(signature, compressed, p2pkh))).toEqual([compressed])
    expect(revealed('', signature, compressed, p2pkh)).toEqual([compressed])
    expect(revealed('', other, signature, compressed, p2pkh)).toEqual([compressed])
  })

  it('each key once', () => {
    expect(revealed('', '', signature, `51${pushes(compressed, compressed)}52ae`)).toEqual([compressed])
  })

  it('nothing for Taproot, whatever its script and control block hold', () => {
    const control = `c0${'11'.repeat(32)}`
    expect(revealed('', '44'.repeat(64))).toEqual([])
    expect(revealed('', signature, `${pushes(compressed)}ac`, control)).toEqual([])
    expect(revealed('', signature, `${pushes(compressed)}ac`, control, '50aa')).toEqual([])
    const hostile = `c1${'11'.repeat(30)}${`21${compressed}`.padEnd(68, '0')}`.padEnd(2 * (33 + 64), '0')
    expect(revealed('', signature, '51', hostile)).toEqual([])
  })

  it('nothing for a script cut short, or longer than one that can run', () => {
    expect(revealed('', signature, `${pushes(compressed)}ac4c`)).toEqual([])
    expect(revealed('', signature, `${pushes(compressed)}ac${'61'.repeat(10_000)}`)).toEqual([])
  })

  it('at most 32 keys of any bytes, and never throws', () => {
    const many = Array.from({ length: 100 }, (_, index) => `02${index.toString(16).padStart(64, '0')}`)
    expect(revealed('', signature, pushes(...many))).toHaveLength(32)
    const item = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(item, fc.array(item, { maxLength: 6 }), (scriptSig, witness) => {
        const keys = revealedPublicKeys(scriptSig, witness)
        expect(keys.length).toBeLessThanOrEqual(32)
        expect(keys.every(isPublicKey)).toBe(true)
      }),
      { numRuns: randomRuns(500) },
    )
    expect(revealedPublicKeys(none, [])).toEqual([])
  })
})
