import fc from 'fast-check'
import { bytesToHex, type Hex, toRlp } from 'viem'
import { expect, it } from 'vitest'
import { RlpWriter } from '../../../../src/chains/evm/proof/rlp.ts'
import { randomRuns } from '../../../long.ts'

type Nested = Hex | readonly Nested[]

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 2 }),
  fc.uint8Array({ minLength: 54, maxLength: 58 }),
  fc.uint8Array({ minLength: 250, maxLength: 70_000, size: 'max' }),
)
const nested = fc.letrec<{ item: Nested }>((tie) => ({
  item: fc.oneof(
    { depthSize: 'small' },
    bytes.map((value) => bytesToHex(value)),
    fc.array(tie('item'), { maxLength: 5 }),
  ),
})).item

function write(writer: RlpWriter, item: Nested): void {
  if (typeof item === 'string') {
    if (!writer.hex(item)) throw new Error('refused')
    return
  }
  const mark = writer.size
  for (const inner of item.toReversed()) write(writer, inner)
  writer.list(mark)
}

const hexOf = (writer: RlpWriter) => bytesToHex(writer.written)

it('writes what viem writes', () => {
  fc.assert(
    fc.property(nested, (item) => {
      const writer = new RlpWriter()
      write(writer, item)
      expect(hexOf(writer)).toBe(toRlp(item as Hex))
    }),
    { numRuns: randomRuns(200) },
  )
})

it('writes numbers without leading zeros, and zero as nothing', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }), fc.nat(4), (number, zeros) => {
      const writer = new RlpWriter()
      const digits = number === 0n ? '' : number.toString(16)
      const even = digits.length % 2 === 0 ? digits : `0${digits}`
      expect(writer.quantity(`0x${'0'.repeat(zeros)}${digits}`)).toBe(true)
      expect(hexOf(writer)).toBe(toRlp(`0x${even}`))
    }),
  )
})

it.each([undefined, null, 5, '', '12', '0x1', '0xzz', '0x12zz', '0x1g', {}])(
  'refuses %j as bytes',
  (value) => {
    const writer = new RlpWriter()
    expect(writer.hex(value)).toBe(false)
    expect(writer.size).toBe(0)
  },
)

it.each([undefined, null, 5, '', '12', '0xzz', '0x1-', '-0x1'])('refuses %j as a number', (value) => {
  const writer = new RlpWriter()
  expect(writer.quantity(value)).toBe(false)
  expect(writer.size).toBe(0)
})

it('refuses another length than asked for', () => {
  const writer = new RlpWriter()
  expect(writer.hex('0x1234', 3)).toBe(false)
  expect(writer.hex('0x1234', 2)).toBe(true)
})

it('writes bytes and strings of bytes, and begins anew', () => {
  const writer = new RlpWriter()
  writer.string(Uint8Array.of(0x7f))
  writer.string(Uint8Array.of(0x80))
  writer.raw(Uint8Array.of(1, 2))
  expect(hexOf(writer)).toBe('0x010281807f')
  writer.wrap(0)
  expect(hexOf(writer)).toBe('0x85010281807f')
  writer.clear()
  expect(writer.size).toBe(0)
})
