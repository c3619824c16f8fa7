import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ByteReader, ByteWriter } from '../../../src/chains/bitcoin/bytes.ts'

const reader = (hex: string) => new ByteReader(Buffer.from(hex, 'hex'), 'Block x')

describe('CompactSize', () => {
  it('is read as it is written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffffffff }), (size) => {
        const writer = new ByteWriter()
        writer.compactSize(size)
        expect(new ByteReader(writer.join(), 'x').compactSize()).toBe(size)
      }),
    )
  })

  it.each(['fdfc00', 'feffff0000', 'ffffffffff00000000'])(
    '%s is refused: longer than it needs, or beyond any block',
    (hex) => {
      expect(() => reader(hex).compactSize()).toThrow(/^Block x: a length/)
    },
  )

  it.each(['', 'fd', 'fdff', 'fe000001', 'ff'])('%s ends early', (hex) => {
    expect(() => reader(hex).compactSize()).toThrow(expect.objectContaining({ code: 'node-bad-answer' }))
  })
})

describe('a length beyond the end', () => {
  it('is an error and allocates nothing', () => {
    expect(() => reader('feffffff7f00').takeVar()).toThrow('2147483647 more bytes announced than are there')
    expect(() => reader('feffffff7f00').count(9)).toThrow('2147483647 items announced')
  })
})
