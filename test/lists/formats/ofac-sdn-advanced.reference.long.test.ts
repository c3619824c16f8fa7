import { createReadStream } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { keyFamily } from '../../../src/address/key.ts'
import { ofacSdnAdvanced } from '../../../src/lists/formats/ofac-sdn-advanced.ts'
import { readCsv } from '../../../src/lists/formats/read-csv.ts'
import { openListFile } from '../../../src/lists/open-file.ts'
import type { ParsedList } from '../../../src/lists/types.ts'
import { hasShared, sharedPath } from '../../shared.ts'
import { mergeByKey } from '../merge-by-key.ts'
import { forbiddenValues } from './forbidden-values.ts'

const file2025 = sharedPath('data/ofac/sdn_advanced_2025-11-19T1644.zip')
const file2024 = sharedPath('data/ofac/sdn_advanced_2024-05-29T1352.zip')

describe.skipIf(!hasShared)('ofac-sdn-advanced on complete files (needs the reference data)', () => {
  let list: ParsedList

  beforeAll(async () => {
    list = await ofacSdnAdvanced.parse(await openListFile(file2025))
  })

  it('finds every address of 2025-11-19', () => {
    expect(list.issuedOn).toBe('2025-11-19')
    const counts = { parties: 18_367, features: 761, pairs: 758, addresses: 745 }
    expect(list.counts).toEqual({ ...counts, sdnEntries: 18_367 })
    // One of them is named twice, by the same party and with the same words.
    expect(list.addresses).toHaveLength(759)
    expect(list.unparsed).toEqual([
      {
        raw: '5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320',
        reason: expect.stringContaining('64 hex digits'),
        asset: 'XMR',
        where: 'feature 36454 of party 29585',
      },
    ])
    expect(mergeByKey(list.addresses)).toHaveLength(744)
  })

  it('finds every address of 2024-05-29, where the file says that it was issued the day before', async () => {
    const older = await ofacSdnAdvanced.parse(await openListFile(file2024))
    expect(older.issuedOn).toBe('2024-05-28')
    const counts = { parties: 14_984, features: 652, pairs: 649, addresses: 636 }
    expect(older.counts).toEqual({ ...counts, sdnEntries: 14_984 })
    expect(older.unparsed).toHaveLength(1)
  })

  it('agrees with all 761 known facts', async () => {
    const facts: string[] = []
    for await (const { fields } of readCsv(
      createReadStream(sharedPath('data/ofac/ofac_addresses_detail.csv')),
    )) {
      const [asset, address, party, , , , , name, source, programs, listedOn] = fields
      if (asset !== 'asset' && address !== list.unparsed[0]?.raw)
        facts.push([asset, address, party, name, programs, listedOn, source].join('\t'))
    }
    expect(facts).toHaveLength(760)
    const found = list.addresses.map((row) =>
      [
        row.asset,
        row.address,
        row.subjectIds.join(),
        row.subject,
        row.programs.join('|'),
        row.listedOn,
        row.source,
      ].join('\t'),
    )
    // Each once: Blender.io has one address in two features.
    expect(new Set(facts).size).toBe(759)
    expect(found.sort()).toEqual([...new Set(facts)].sort())
  })

  it('reads addresses by their format: USDT is 78 Tron, 8 EVM and 7 Bitcoin', () => {
    const families = list.addresses.filter(({ asset }) => asset === 'USDT').map(({ key }) => keyFamily(key))
    const count = (family: string) => families.filter((each) => each === family).length
    expect([count('tron'), count('evm'), count('bitcoin'), families.length]).toEqual([78, 8, 7, 93])
  })

  it('holds no nationality, citizenship, birth or document of any listed party', async () => {
    const ids = new Set(list.addresses.flatMap(({ subjectIds }) => subjectIds))
    const values = await forbiddenValues(await openListFile(file2025), ids)
    const perKind = Object.fromEntries([...values].map(([kind, set]) => [kind, set.size]))
    // The search looks for something: what it would find stands in the file.
    for (const kind of ['birthdate', 'place of birth', 'nationality', 'citizenship', 'document'])
      expect(perKind[kind], kind).toBeGreaterThan(3)
    const leaves = new Set(
      list.addresses.flatMap((row) => [
        row.address,
        row.asset,
        row.subject,
        row.listedOn,
        row.source,
        ...row.programs,
      ]),
    )
    const text = [...leaves].join('\n')
    const found: string[] = []
    for (const [kind, set] of values)
      for (const value of set)
        if (new RegExp(`(?<![\\p{L}\\p{N}])${escaped(value)}(?![\\p{L}\\p{N}])`, 'u').test(text))
          found.push(`${kind}: ${value}`)
    // A party's own name, "Gaza Now", which is listed as such. Nothing else.
    expect(found).toEqual(['location: Gaza'])
    expect(list.addresses.some(({ subject }) => /^gaza now\b/i.test(subject ?? ''))).toBe(true)
  })
})

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
