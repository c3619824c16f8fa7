import fc from 'fast-check'
import { concat, type Hex, keccak256, toRlp } from 'viem'
import { expect, it } from 'vitest'
import { emptyRoot, indexRoot } from '../../../../src/chains/evm/proof/trie.ts'
import { randomRuns } from '../../../long.ts'
import { keccak } from './keccak.ts'

const rootOf = (values: readonly Hex[]) =>
  indexRoot(
    values.length,
    (index, writer) => writer.raw(Buffer.from((values[index] ?? '0x').slice(2), 'hex')),
    keccak,
  )

/** The trie as the specification tells it, slowly: nodes over the rest of each key, in any order, values anywhere. */
function plainRoot(values: readonly Hex[]): Hex {
  const items = values.map((value, index): [string, Hex] => {
    const digits = index.toString(16)
    const hex = digits.length % 2 === 0 ? digits : `0${digits}`
    return [toRlp(index === 0 ? '0x' : `0x${hex}`).slice(2), value]
  })
  return keccak256(plainNode(items))
}

function plainNode(items: readonly [string, Hex][]): Hex {
  const [first] = items
  if (first === undefined) return '0x80'
  if (items.length === 1) return rlpOf([toRlp(compact(first[0], true)), toRlp(first[1])])
  let shared = 0
  while (items.every(([key]) => key[shared] === first[0][shared])) shared++
  if (shared > 0) {
    const rest = items.map(([key, value]): [string, Hex] => [key.slice(shared), value])
    return rlpOf([toRlp(compact(first[0].slice(0, shared), false)), inside(plainNode(rest))])
  }
  const children = [...'0123456789abcdef'].map((nibble) =>
    inside(
      plainNode(
        items
          .filter(([key]) => key[0] === nibble)
          .map(([key, value]): [string, Hex] => [key.slice(1), value]),
      ),
    ),
  )
  return rlpOf([...children, '0x80'])
}

const inside = (node: Hex): Hex => (node.length < 66 ? node : toRlp(keccak256(node)))

function compact(path: string, leaf: boolean): Hex {
  const odd = path.length % 2
  return `0x${(leaf ? 2 : 0) + odd}${odd ? '' : '0'}${path}`
}

/** A list of parts that are encoded already. */
function rlpOf(parts: readonly Hex[]): Hex {
  const body = concat(parts)
  const size = body.length / 2 - 1
  if (size < 56) return concat([`0x${(0xc0 + size).toString(16)}`, body])
  const digits = size.toString(16).length % 2 ? `0${size.toString(16)}` : size.toString(16)
  return concat([`0x${(0xf7 + digits.length / 2).toString(16)}${digits}`, body])
}

const value = fc
  .uint8Array({ minLength: 2, maxLength: 60 })
  .map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`)

it('holds nothing in the root that everybody knows', () => {
  expect(rootOf([])).toBe(emptyRoot)
  expect(plainRoot([])).toBe(emptyRoot)
})

it.each([1, 2, 3, 15, 16, 17, 127, 128, 129, 130, 255, 256, 257, 300, 1000])(
  'has the root of the plain construction for %i items',
  (count) => {
    const values = Array.from(
      { length: count },
      (_, i): Hex =>
        `0x${(i * 7919 + 4096)
          .toString(16)
          .padStart(2 + 2 * (i % 40), 'a')
          .padStart(82, '0')
          .slice(-(2 + 2 * (i % 40)))}aa`,
    )
    expect(rootOf(values)).toBe(plainRoot(values))
  },
)

it('has the root of the plain construction, short items included', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 150, size: 'max' }), (values) => {
      expect(rootOf(values)).toBe(plainRoot(values))
    }),
    { numRuns: randomRuns(30) },
  )
})

it('asks for each item once', () => {
  const asked: number[] = []
  indexRoot(
    300,
    (index, writer) => {
      asked.push(index)
      writer.raw(Uint8Array.of(1, 2, 3))
    },
    keccak,
  )
  expect(asked.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i))
})
