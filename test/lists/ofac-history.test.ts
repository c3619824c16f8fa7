import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/address/parse.ts'
import { historyColumns, historyOf, readHistory } from '../../src/lists/ofac-history.ts'
import { hasShared, sharedPath } from '../shared.ts'

const text = readFileSync(new URL('../../data/lists/ofac-history.csv', import.meta.url), 'utf8')
const rows = text
  .trim()
  .split('\n')
  .slice(3)
  .map((line) => Object.fromEntries(line.split(',').map((field, index) => [historyColumns[index], field])))

describe('the OFAC history that ships', () => {
  it('has 851 rows, 93 of them removed, and a key wherever the text is an address', () => {
    expect(rows).toHaveLength(851)
    expect(rows.filter((row) => row.removed_by !== '')).toHaveLength(93)
    for (const { asset = '', address = '', key } of rows) {
      const parsed = parseAddress(address, { asset })
      expect(key, address).toBe(parsed.ok ? parsed.key : '')
    }
    expect(rows.filter((row) => row.key === '').map((row) => row.address)).toEqual([
      '0xa7e5d5a720f06526557c513402f2e6b5fa20b00',
      '5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320',
    ])
  })

  it('is known of the formats in which OFAC publishes, and of no other list', () => {
    for (const format of ['ofac-sdn', 'ofac-sdn-advanced', 'bundled'])
      expect(historyOf(format)).toHaveLength(836)
    for (const format of ['csv', 'uk-sanctions-list', 'opensanctions']) expect(historyOf(format)).toEqual([])
  })

  it('joins rows of one key: published with the first, removed with the last', () => {
    const known = new Map(historyOf('ofac-sdn').map((each) => [each.key, each]))
    expect(known.get('evm:4f47bc496083c727c5fbe3ce9cdf2b0f6496270c')).toMatchObject({
      assets: ['ARB', 'BSC', 'ETH'],
      publishedBy: '2023-04-25',
      removedBy: null,
    })
    expect([...known.values()].filter(({ removedBy }) => removedBy !== null)).toHaveLength(92)
    expect(known.get('evm:905b63fff465b9ffbf41dea908ceb12478ec7601')).toMatchObject({
      publishedBy: '2022-08-08',
      removedBy: '2022-11-09',
    })
  })

  it('is refused when it is not as it was shipped', () => {
    expect(() => readHistory(text.split('\n').slice(0, -20).join('\n'))).toThrow(
      /announces 851 rows, and 832/,
    )
    expect(() => readHistory(text.replace('removed_by', 'gone_by'))).toThrow(/not as it was shipped/)
  })
})

describe.skipIf(!hasShared)('the OFAC history that ships (needs the reference data)', () => {
  it('says what the reference says, row by row', () => {
    const reference = readFileSync(sharedPath('data/ofac/ofac_address_history.csv'), 'utf8')
      .replaceAll('\r', '')
      .trim()
      .split('\n')
    const restated = rows.map((row) =>
      (reference[0] ?? '')
        .split(',')
        .map((column) => row[column])
        .join(','),
    )
    expect(restated.sort()).toEqual(reference.slice(1).sort())
  })
})
