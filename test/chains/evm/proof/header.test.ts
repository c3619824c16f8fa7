import { type Hex, keccak256, toRlp } from 'viem'
import { describe, expect, it } from 'vitest'
import { headerHash } from '../../../../src/chains/evm/proof/header.ts'
import { keccak } from './keccak.ts'
import { clean, demoBlocks, prove, type ServedBlock, wrongFields } from './served-blocks.ts'

const word = (digit: string): Hex => `0x${digit.repeat(64)}`
const always = {
  parentHash: word('1'),
  sha3Uncles: word('2'),
  miner: `0x${'3'.repeat(40)}`,
  stateRoot: word('4'),
  transactionsRoot: word('5'),
  receiptsRoot: word('6'),
  logsBloom: `0x${'7'.repeat(512)}`,
  difficulty: '0x20000',
  number: '0x1',
  gasLimit: '0x1c9c380',
  gasUsed: '0x5208',
  timestamp: '0x64',
  extraData: '0x',
  mixHash: word('8'),
  nonce: '0x0000000000000042',
}
/** One more field with each fork. */
const later: readonly (readonly [name: string, served: Hex, hashed: Hex])[] = [
  ['baseFeePerGas', '0x7', '0x07'],
  ['withdrawalsRoot', word('9'), word('9')],
  ['blobGasUsed', '0x0', '0x'],
  ['excessBlobGas', '0x20000', '0x020000'],
  ['parentBeaconBlockRoot', word('a'), word('a')],
  ['requestsHash', word('b'), word('b')],
  ['blockAccessListHash', word('c'), word('c')],
  ['slotNumber', '0x9abcde', '0x9abcde'],
]

const hashed = Object.entries(always).map(([name, value]): Hex => {
  if (name === 'difficulty') return '0x020000'
  if (name === 'number') return '0x01'
  if (name === 'gasLimit') return '0x01c9c380'
  return value as Hex
})

describe('the hash of a header', () => {
  it.each([0, 1, 2, 5, 6, 7, 8])('covers the first %i fields that forks added', (count) => {
    const added = later.slice(0, count)
    const header = {
      ...always,
      ...Object.fromEntries(added),
      ...Object.fromEntries(later.slice(count).map(([name]) => [name, null])),
    }
    const expected = keccak256(toRlp([...hashed, ...added.map(([, , value]) => value)]))
    expect(headerHash(header, keccak)).toBe(expected)
  })

  it('has an empty place for a field that is left out before another', () => {
    const header = { ...always, baseFeePerGas: '0x7', requestsHash: word('b') }
    const expected = keccak256(toRlp([...hashed, '0x07', '0x', '0x', '0x', '0x', word('b')]))
    expect(headerHash(header, keccak)).toBe(expected)
  })

  it.each(Object.keys(always))('needs %s', (name) => {
    expect(() => headerHash({ ...always, [name]: undefined }, keccak)).toThrowError(
      expect.objectContaining({ unknown: true }),
    )
    expect(() => headerHash({ ...always, [name]: '0xzz' }, keccak)).toThrowError(
      expect.objectContaining({ unknown: false }),
    )
  })
})

describe('a header that has more fields than this version knows', async () => {
  const [first] = await demoBlocks()
  const { block, receipts } = first as ServedBlock
  const withField = (fields: object) => ({ block: { ...block, ...fields }, receipts })

  it('proves true where they are not hashed: nodes serve things of their own', () => {
    expect(prove(withField({ milliTimestamp: '0x1', l1BlockNumber: '0x2', someThing: '0x3' }))).toEqual(clean)
  })

  it('is not proved where they may be hashed, and the reason names them', () => {
    expect(prove(withField({ futureRoot: word('1'), mixHash: word('2') }))).toEqual({
      mismatches: [],
      unproved: ['hash: header fields not known to this version: futureRoot'],
    })
  })

  it('repeats only names, and few of them', () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`field${i}`, '0x']))
    const odd = { 'a "quoted" <name>': '0x', ...many, mixHash: word('2') }
    const [reason = ''] = prove(withField(odd)).unproved
    expect(reason.length).toBeLessThan(200)
    expect(reason).not.toContain('quoted')
  })

  it('is wrong where they are known not to be hashed', () => {
    expect(wrongFields(prove(withField({ milliTimestamp: '0x1', mixHash: word('2') })))).toEqual(['hash'])
  })

  it('is not proved where the chain is known for a header of its own', () => {
    const proof = prove(withField({ mixHash: word('2') }), { hash: 'made otherwise here' })
    expect(proof).toEqual({ mismatches: [], unproved: ['hash: made otherwise here'] })
  })
})
