import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { keyFamily } from '../../../src/address/key.ts'
import { extractAddresses } from '../../../src/lists/formats/free-text/extract-addresses.ts'
import { formatOf } from '../../../src/lists/formats/index.ts'
import { planDelta } from '../../../src/lists/formats/opensanctions/deltas.ts'
import { openListFile } from '../../../src/lists/open-file.ts'
import { hasShared, sharedPath } from '../../shared.ts'

const parse = async (format: string, file: string) =>
  formatOf(format).parse(await openListFile(sharedPath(`data/lists/${file}`)))
const text = (file: string) => readFileSync(sharedPath(`data/lists/${file}`), 'utf8')

describe.skipIf(!hasShared)('published lists (needs the reference data)', () => {
  it('reads the older SDN.XML', async () => {
    const list = await parse('ofac-sdn', 'sdn_legacy_excerpt.xml')
    expect(list).toMatchObject({ issuedOn: '2026-09-23', unparsed: [], counts: { parties: 1, features: 3 } })
    expect(list.addresses.map(({ key, subject }) => [keyFamily(key), subject])).toEqual([
      ['tron', 'GAZA NOW'],
      ['tron', 'GAZA NOW'],
      ['evm', 'GAZA NOW'],
    ])
  })

  it("reads the UK's", async () => {
    const list = await parse('uk-sanctions-list', 'uk_sanctions_list_excerpt.xml')
    expect(list).toMatchObject({ issuedOn: '2026-09-02', unparsed: [], counts: { parties: 2 } })
    expect(list.addresses.map(({ asset, subject, listedOn }) => [asset, subject, listedOn])).toEqual([
      ['ETH', 'Mustafa AYASH', '2024-03-27'],
      ['BNB', 'Mustafa AYASH', '2024-03-27'],
      ['USDT', 'Mustafa AYASH', '2024-03-27'],
    ])
  })

  it("reads the EU's, where one address is split", async () => {
    const list = await parse('eu-fsf', 'eu_fsf_excerpt.xml')
    expect(list).toMatchObject({ issuedOn: '2026-09-22', counts: { parties: 2, partiesWithAddresses: 2 } })
    expect(list.addresses.map(({ asset }) => asset)).toEqual([
      'ETH',
      'BTC',
      'BTC',
      'BTC',
      'BSC',
      'TRX',
      null,
      null,
    ])
    expect(list.unparsed).toEqual([
      expect.objectContaining({
        raw: 'TNZxGWCwvsHr6JxQxzoeDXV5 97Yf7Zb7nV',
        reason: expect.stringMatching(/^split/),
      }),
    ])
  })

  it("reads OpenSanctions'", async () => {
    const list = await parse('opensanctions', 'opensanctions_cryptowallet_excerpt.jsonl')
    expect(list).toMatchObject({ issuedOn: '2026-08-22', counts: { entities: 5, wallets: 4 } })
    expect(
      list.addresses.map(({ asset, publishedBy, removedOn }) => [asset, publishedBy, removedOn]),
    ).toEqual([
      ['USDC', '2023-12-04', null],
      [null, '2026-07-02', null],
    ])
    expect(list.unparsed.map(({ raw }) => raw)).toEqual([
      '105750906',
      'rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh (Address tag 102334770)*',
    ])
    expect(planDelta(text('opensanctions_delta_index.json'), '20240528074703-npf')).toMatchObject({
      kind: 'deltas',
      steps: [{ version: '20240528134729-3iv' }],
    })
  })

  it.each([
    ['tagpack_lazarus2.yaml', 6, '2023-08-28'],
    ['tagpack_ofac_head.yaml', 16, '2024-02-26'],
    ['tagpack_usdt_blacklist_head.yaml', 10, '2023-02-22'],
  ])('reads %s', async (file, tags, issuedOn) => {
    const list = await parse('tagpack', file)
    expect(list).toMatchObject({ issuedOn, unparsed: [], counts: { tags } })
    expect(list.addresses).toHaveLength(tags)
  })

  it('finds the addresses among the cells of the Israeli list, and shows the one with Cyrillic letters', () => {
    const { found, unparsed } = extractAddresses(text('nbctf_wallets_excerpt.csv'))
    const families = found.map(({ key }) => keyFamily(key))
    const count = (family: string) => families.filter((each) => each === family).length
    expect([count('tron'), count('evm'), count('bitcoin'), found.length]).toEqual([59, 5, 4, 68])
    expect(unparsed).toEqual([
      {
        raw: 'TН96tFMn8KGiYSLiwсV3E2UiaJc8jmcbz3',
        reason: 'contains a character outside ASCII (U+041D)',
        asset: null,
      },
    ])
  })

  it("finds every whole address in OFAC's remarks, and shows the two that were cut at their beginning", () => {
    const { found, unparsed } = extractAddresses(text('ofac_sdn_comments_csv_excerpt.csv'))
    expect(found.every(({ asset }) => asset !== null)).toBe(true)
    expect(found).toHaveLength(
      text('ofac_sdn_comments_csv_excerpt.csv').split('Digital Currency Address - ').length - 1,
    )
    expect(unparsed.map(({ raw }) => raw)).toEqual([
      'aa35MVkf7sDjuGUYAP5izQt7Qi',
      'M7CGBPUJwXXSroWuZ6H5jiprdKCyf7V5M',
    ])
  })

  it('finds no address in the long texts of an entity that has none', () => {
    expect(
      extractAddresses(
        JSON.parse(
          text('opensanctions_entities.delta.jsonl').split('\n')[0] ?? '',
        ).entity.properties.notes.join('\n'),
      ),
    ).toEqual({ found: [], unparsed: [] })
  })
})
