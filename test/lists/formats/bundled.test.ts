import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { bundled } from '../../../src/lists/formats/bundled.ts'
import { bundledListIssuedOn, bundledListPath } from '../../../src/lists/load-list.ts'
import { openListFile } from '../../../src/lists/open-file.ts'
import { mergeByKey } from '../merge-by-key.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'

const shipped = readFileSync(bundledListPath(), 'utf8')

describe('bundled', () => {
  it('holds the OFAC addresses in force at 2025-11-19: 744 keys and one that is no address', async () => {
    const list = await bundled.parse(await openListFile(bundledListPath()))
    expect(list.issuedOn).toBe(bundledListIssuedOn)
    expect(list.counts).toEqual({ rows: 760, pairs: 758, addresses: 745 })
    expect(mergeByKey(list.addresses)).toHaveLength(744)
    expect(list.unparsed.map(({ asset, raw }) => [asset, raw.slice(0, 8)])).toEqual([['XMR', '5be5543f']])
  })

  it('knows party, programs, both dates and every asset of an address', async () => {
    const list = await bundled.parse(await openListFile(bundledListPath()))
    const ronin = mergeByKey(list.addresses).find(
      ({ key }) => key === 'evm:098b716b8aaf21512996dc57eb0615e2383e2f96',
    )
    expect(ronin).toEqual({
      key: 'evm:098b716b8aaf21512996dc57eb0615e2383e2f96',
      address: '0x098B716B8Aaf21512996dC57EB0615e2383E2f96',
      assets: ['ETH'],
      subjectIds: ['27307'],
      subject: 'Lazarus Group',
      programs: ['DPRK3'],
      listedOn: '2019-09-13',
      publishedBy: '2022-04-15',
      removedOn: null,
    })
    const three = mergeByKey(list.addresses).find(({ address }) => address.startsWith('0x4f47bc'))
    expect(three?.assets).toEqual(['ARB', 'BSC', 'ETH'])
  })

  it('has its rows sorted and none of them twice', () => {
    const rows = shipped.trim().split('\n').slice(4)
    const keys = rows.map((row) => row.split(',').slice(0, 3).join(' '))
    expect(keys).toEqual([...new Set(keys)].sort())
  })

  it.each([
    [
      'cut by a row',
      shipped.slice(0, shipped.trimEnd().lastIndexOf('\n')),
      /announces 760 rows, and 759 follow/,
    ],
    ['cut inside a row', shipped.slice(0, -20), /Line 764 .* expected 7 fields/],
    ['cut after the comments', shipped.slice(0, shipped.indexOf('issued_on')), /announces no rows/],
    ['without its first row', shipped.replace(/issued_on.*\n/, ''), /Line 3 .* expected issued_on, a date/],
    ['with another header', shipped.replace('party_uid', 'nationality'), /Line 4 .* expected asset,address/],
  ])('refuses itself when it is %s', async (_, text, message) => {
    const error = await refusal(bundled.parse(chunks(text, 1000)))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })
})
