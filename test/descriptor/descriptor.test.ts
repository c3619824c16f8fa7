import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descriptorChecksum } from '../../src/descriptor/descriptor.ts'

describe('the checksum of a descriptor', () => {
  it('is that of BIP 380', () => {
    expect(descriptorChecksum('raw(deadbeef)')).toBe('89f8spxm')
    expect(descriptorChecksum('raw(dedbeef)')).not.toBe('89f8spxm')
  })

  it('is not there for text that no descriptor can be', () => {
    expect(descriptorChecksum('raw(Ü)')).toBeNull()
  })

  it('finds every mistyped character', () => {
    const text = 'wpkh([d34db33f/84h/0h/0h]xpub/<0;1>/*)'
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom(..."0123456789()[],'/*abcdefgh@:$%{}IJKLMNOPQRSTUVWXYZ&+-.;<=>?!^_|~"),
        (at, character) => {
          fc.pre(text[at] !== character)
          const changed = text.slice(0, at) + character + text.slice(at + 1)
          expect(descriptorChecksum(changed)).not.toBe(descriptorChecksum(text))
        },
      ),
    )
  })
})
