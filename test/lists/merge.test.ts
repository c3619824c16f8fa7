import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import type { ListedAddress } from '../../src/lists/types.ts'
import { mergeByKey } from './merge-by-key.ts'

const key: Key = 'evm:ca08405a7c2e56a9f23ba1a1b0b4c5f0a30c5a3f'
const row = (more: Partial<ListedAddress> = {}): ListedAddress => ({
  key,
  address: '0xCa08',
  asset: 'ETH',
  subjectIds: ['1'],
  subject: 'One',
  programs: ['P'],
  listedOn: '2020-01-01',
  publishedBy: null,
  removedOn: null,
  ...more,
})

describe('mergeByKey', () => {
  it('makes one entry of a key that stands under several assets and parties', () => {
    const rows = [
      row({ asset: 'USDT', publishedBy: '2023-01-01' }),
      row({ publishedBy: '2022-01-01' }),
      row({ subjectIds: ['2'], subject: 'Two', programs: ['Q', 'A', 'P'], listedOn: '2019-05-05' }),
    ]
    expect(mergeByKey(rows)).toEqual([
      {
        key,
        address: '0xCa08',
        assets: ['ETH', 'USDT'],
        subjectIds: ['2', '1'],
        subject: 'Two; One',
        programs: ['A', 'P', 'Q'],
        listedOn: '2019-05-05',
        publishedBy: '2022-01-01',
        removedOn: null,
      },
    ])
  })

  it('keeps nulls where no row knows', () => {
    const bare = row({ asset: null, subjectIds: [], subject: null, programs: [], listedOn: null })
    expect(mergeByKey([bare, bare])).toEqual([
      {
        key,
        address: '0xCa08',
        assets: [],
        subjectIds: [],
        subject: null,
        programs: [],
        listedOn: null,
        publishedBy: null,
        removedOn: null,
      },
    ])
  })

  it('is removed when every row is, at the latest date', () => {
    const rows = [row({ removedOn: '2024-01-01' }), row({ asset: 'BSC', removedOn: '2024-03-01' })]
    expect(mergeByKey(rows)).toMatchObject([{ removedOn: '2024-03-01', assets: ['BSC', 'ETH'] }])
  })

  it('does not name a removed party for an address that another keeps listed', () => {
    const gone = row({ subject: 'Gone', listedOn: '2018-01-01', removedOn: '2019-01-01', programs: ['OLD'] })
    expect(mergeByKey([gone, row()])).toEqual(mergeByKey([row()]))
  })

  it('puts entries in the order of their keys', () => {
    const keys: Key[] = ['tron:02', 'bitcoin:01', 'evm:03']
    expect(mergeByKey(keys.map((each) => row({ key: each }))).map((entry) => entry.key)).toEqual(
      [...keys].sort(),
    )
  })

  it('does not depend on the order of the rows', () => {
    const date = fc.constantFrom(null, '2019-01-01', '2020-01-01', '2021-01-01')
    const name = fc.constantFrom(null, 'a', 'b', 'c')
    const anyRow = fc.record<ListedAddress>({
      key: fc.constantFrom<Key>(key, 'tron:00'),
      address: fc.constantFrom('0xCa08', '0xca08'),
      asset: name,
      subjectIds: fc.subarray(['a', 'b']),
      subject: name,
      programs: fc.array(fc.constantFrom('P', 'Q', 'R'), { maxLength: 2 }),
      listedOn: date,
      publishedBy: date,
      removedOn: date,
    })
    const shuffled = fc
      .array(anyRow, { minLength: 1, maxLength: 8 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })))
    fc.assert(
      fc.property(shuffled, ([rows, other]) => {
        expect(mergeByKey(other)).toEqual(mergeByKey(rows))
      }),
    )
  })
})
