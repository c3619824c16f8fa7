import { sha256 } from '@noble/hashes/sha2.js'
import { describe, expect, it } from 'vitest'
import { witnessScript } from '../../../src/address/script-templates.ts'
import type { Party } from '../../../src/screening/types.ts'
import { generator } from '../../address/key-vectors.ts'
import { sats } from './build-block.ts'
import { extractOne } from './extract.ts'
import { ownSet } from './own-set.ts'
import {
  hash160,
  key,
  multisig,
  p2pk,
  p2pkhOf,
  p2shOf,
  p2tr,
  p2wpkh,
  p2wpkhOf,
  publicKey,
} from './scripts.ts'

const hot = p2wpkh('hot')
const own = ownSet(hot)
const value = sats(1)
const signature = Buffer.alloc(71, 0x30)
const alice = publicKey('alice')
const bob = publicKey('bob')
const hash = hash160(alice)

const formKeys = (party: Party | undefined) => (party?.variants ?? []).map((variant) => variant.key).sort()
const addresses = (...keys: Buffer[]) =>
  keys
    .map(hash160)
    .flatMap((h) => [p2pkhOf(h), p2wpkhOf(h), p2shOf(p2wpkhOf(h))])
    .map(key)
    .sort()

function sourceOf(script: Buffer, spend: { scriptSig?: Buffer; witness?: Buffer[] }): Party | undefined {
  return extractOne({ inputs: [{ script, value, ...spend }], outputs: [{ script: hot, value }] }, own)
    ?.parties[0]
}

function destinationOf(script: Buffer): Party | undefined {
  return extractOne({ inputs: [{ script: hot, value }], outputs: [{ script, value }] }, own)?.transfers[0]
    ?.parties[0]
}

describe('a party', () => {
  it('paid by P2PK has the addresses of the key as variants', () => {
    const party = destinationOf(p2pk(alice))
    expect(party?.key).toBe(key(p2pk(alice)))
    expect(formKeys(party)).toEqual(addresses(alice))
    expect(party?.variants?.every((variant) => variant.basis === 'same-key')).toBe(true)
  })

  it('paid by bare multisig has the addresses of each key', () => {
    expect(formKeys(destinationOf(multisig([alice, bob])))).toEqual(addresses(alice, bob))
  })

  it('paid by P2WPKH, P2PKH or P2WSH may be the inside of a P2SH', () => {
    const nested = { key: key(p2shOf(p2wpkhOf(hash))), basis: 'same-key' }
    expect(destinationOf(p2wpkhOf(hash))?.variants).toEqual([nested])
    expect(destinationOf(p2pkhOf(hash))?.variants).toEqual([nested])
    const script = witnessScript(0, sha256(alice))
    expect(destinationOf(Buffer.from(script))?.variants).toEqual([
      { key: key(p2shOf(Buffer.from(script))), basis: 'same-script' },
    ])
  })

  it('has both encodings of its key as variants, whichever it shows', () => {
    const [short, long] = [generator.compressed, generator.uncompressed].map((hex) => Buffer.from(hex, 'hex'))
    const both = [short, long].map((each) => key(p2pkhOf(hash160(each ?? Buffer.alloc(0)))))
    expect(formKeys(destinationOf(p2pk(short ?? Buffer.alloc(0))))).toEqual(expect.arrayContaining(both))
    expect(formKeys(destinationOf(p2pk(long ?? Buffer.alloc(0))))).toEqual(expect.arrayContaining(both))
    const spend = { witness: [signature, short ?? Buffer.alloc(0)] }
    expect(formKeys(sourceOf(p2wpkhOf(hash160(short ?? Buffer.alloc(0))), spend))).toEqual(
      expect.arrayContaining(both),
    )
  })

  it('paid by P2TR, P2SH or P2A has no variants', () => {
    expect(destinationOf(p2shOf(alice))).toEqual({ key: key(p2shOf(alice)), role: 'destination' })
    expect(destinationOf(p2tr('alice'))).toEqual({ key: key(p2tr('alice')), role: 'destination' })
  })

  it('that spends P2WPKH shows its key, whose other addresses are variants, its own address not', () => {
    const party = sourceOf(p2wpkhOf(hash), { witness: [signature, alice] })
    expect(formKeys(party)).toEqual(addresses(alice).filter((variant) => variant !== key(p2wpkhOf(hash))))
  })

  it('that spends P2PKH shows its key', () => {
    const scriptSig = Buffer.concat([Buffer.from([71]), signature, Buffer.from([33]), alice])
    expect(formKeys(sourceOf(p2pkhOf(hash), { scriptSig }))).toContain(key(p2wpkhOf(hash)))
  })

  it('that spends P2SH-P2WPKH shows its key', () => {
    const program = p2wpkhOf(hash)
    const scriptSig = Buffer.concat([Buffer.from([program.length]), program])
    const party = sourceOf(p2shOf(program), { scriptSig, witness: [signature, alice] })
    expect(formKeys(party)).toEqual(addresses(alice).filter((variant) => variant !== key(p2shOf(program))))
  })

  it('stands once in its role, with the variants that any of its inputs shows', () => {
    const script = p2wpkhOf(hash)
    const inputs = [
      { script, value },
      { script, value, witness: [signature, alice] },
      { script, value, witness: [signature, alice] },
    ]
    const found = extractOne({ inputs, outputs: [{ script: hot, value }] }, own)
    expect(found?.parties.map(({ role }) => role)).toEqual(['source'])
    expect(formKeys(found?.parties[0])).toEqual(addresses(alice).filter((variant) => variant !== key(script)))
  })

  it('with a foreign input beside ours shows its key too', () => {
    const inputs = [
      { script: hot, value },
      { script: p2wpkhOf(hash), value, witness: [signature, alice] },
    ]
    const found = extractOne({ inputs, outputs: [{ script: p2tr('x'), value }] }, own)
    expect(found?.parties[0]?.role).toBe('co-input')
    expect(formKeys(found?.parties[0])).toContain(key(p2pkhOf(hash)))
  })
})
