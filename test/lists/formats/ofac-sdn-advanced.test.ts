import { describe, expect, it } from 'vitest'
import { ofacSdnAdvanced } from '../../../src/lists/formats/ofac-sdn-advanced.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import { date, entry, feature, ofacXml, party, ronin, tronUnderXbt } from './ofac-xml.ts'

const parse = (xml: string, size = 4096) => ofacSdnAdvanced.parse(chunks(xml, size))
const parties = (inside: string) => `<DistinctParties>${inside}</DistinctParties>`

describe('ofac-sdn-advanced', () => {
  it('takes addresses with their asset, and name, programs, list and listing date of their party', async () => {
    const about = {
      subjectIds: ['100'],
      subject: 'Lázár Group & Sons',
      programs: ['DPRK3', 'CYBER2'],
      listedOn: '2019-12-31',
      publishedBy: null,
      removedOn: null,
      source: 'SDN List',
    }
    expect(await parse(ofacXml())).toEqual({
      issuedOn: '2025-01-09',
      addresses: [
        { key: `evm:${ronin.slice(2).toLowerCase()}`, address: ronin, asset: 'ETH', ...about },
        { key: expect.stringMatching(/^tron:/), address: tronUnderXbt, asset: 'XBT', ...about },
      ],
      unparsed: [],
      counts: { parties: 2, features: 2, pairs: 2, addresses: 2, sdnEntries: 2 },
    })
  })

  it('reads the same however the file is cut into chunks', async () => {
    const whole = await parse(ofacXml())
    for (const size of [1, 2, 3, 5, 64, 1000]) expect(await parse(ofacXml(), size)).toEqual(whole)
  })

  it('reads the same under any namespace prefix', async () => {
    const prefixed = ofacXml()
      .replace(/<(\/?)(?=[A-Z])/g, '<$1ns0:')
      .replace('xmlns=', 'xmlns:ns0=')
    expect(prefixed).toContain('<ns0:DistinctParty ')
    expect(prefixed).toContain('<![CDATA[')
    expect(await parse(prefixed)).toEqual(await parse(ofacXml()))
  })

  it('collects nothing of nationality, birth, documents, locations or other names', async () => {
    const text = JSON.stringify(await parse(ofacXml()))
    for (const telltale of ['ell-tale', 'elltale', 'TELLTALE', '1963', '9001', 'Other name'])
      expect(text).not.toContain(telltale)
  })

  it('accepts a currency never seen before', async () => {
    const list = await parse(ofacXml({ parties: parties(party(100, feature(1, 7003, ronin))) }))
    expect(list.addresses).toMatchObject([{ asset: 'NEVERSEEN', address: ronin }])
  })

  it('knows a type however its name is spaced, and shows the features of any other that speaks of a currency', async () => {
    const xml = ofacXml()
      .replace('Digital Currency Address - ETH', 'Digital\u00a0Currency Addresses - ETH')
      .replace('Digital Currency Address - XBT', 'Virtual Currency Address - XBT')
    const list = await parse(xml)
    expect(list.addresses).toMatchObject([{ address: ronin, asset: 'ETH' }])
    expect(list.unparsed).toEqual([
      {
        raw: tronUnderXbt,
        reason: 'of the type "Virtual Currency Address - XBT", which chainscreen does not know',
        asset: null,
        where: 'feature 5 of party 100',
      },
    ])
  })

  it('keeps every version and every detail of a feature', async () => {
    const more = feature(1, 7001, ronin).replace(
      '</FeatureVersion>',
      `<VersionDetail DetailTypeID="1432">${tronUnderXbt}</VersionDetail></FeatureVersion><FeatureVersion ID="9"><VersionDetail>\n ${ronin.toLowerCase()}\n</VersionDetail></FeatureVersion>`,
    )
    const list = await parse(ofacXml({ parties: parties(party(100, more)) }))
    expect(list.addresses.map(({ address }) => address)).toEqual([ronin, tronUnderXbt, ronin.toLowerCase()])
    expect(list.counts).toMatchObject({ features: 1, pairs: 3, addresses: 3 })
  })

  it('counts and shows what is no address, and keeps the rest', async () => {
    const inside =
      feature(1, 7001, `${ronin}f`) +
      feature(2, 7002, '') +
      feature(3, 7001, ronin) +
      feature(4, 7001, `\u200b${ronin}`)
    const list = await parse(
      ofacXml({ parties: parties(party(100, `${inside}<Feature ID="5" FeatureTypeID="7001"/>`)) }),
    )
    expect(list.addresses).toHaveLength(1)
    expect(list.unparsed.map(({ raw, asset, where }) => [raw, asset, where])).toEqual([
      [`${ronin}f`, 'ETH', 'feature 1 of party 100'],
      ['', 'XBT', 'feature 2 of party 100'],
      [`\u200b${ronin}`, 'ETH', 'feature 4 of party 100'],
      ['', 'ETH', 'feature 5 of party 100'],
    ])
    for (const { reason } of list.unparsed) expect(reason).not.toBe('')
    expect(list.counts.features).toBe(5)
  })

  it('counts the entries of the SDN list: the consolidated file has none', async () => {
    const entries = `<SanctionsEntries>${entry(100, [date(2020, 3, 2)], ['A'], 1551)}</SanctionsEntries>`
    expect((await parse(ofacXml({ entries }))).counts).toMatchObject({ sdnEntries: 0 })
  })

  it('is not held up by an address full of spaces', async () => {
    const text = `${ronin}${' '.repeat(60_000)}x`
    const list = await parse(ofacXml({ parties: parties(party(100, feature(1, 7001, text))) }))
    expect(list.unparsed).toMatchObject([
      {
        raw: expect.stringMatching(/^0x098B\w{36} {200,258}…$/),
        reason: 'an address and something else in one field',
      },
    ])
  })

  it('puts the entries of one party together: earliest date, all programs, all lists', async () => {
    const entries = `<SanctionsEntries>${entry(100, [date(2021, 5, 6)], ['A'])}${entry(100, [date(2019, 2, 30), date(2020, 1, 1)], ['B', ''], 1551)}</SanctionsEntries>`
    const list = await parse(ofacXml({ entries }))
    const [first] = list.addresses
    expect(list.counts).toMatchObject({ unreadableDates: 1 })
    expect(first).toMatchObject({
      listedOn: '2020-01-01',
      programs: ['A', 'B'],
      source: 'SDN List; Another List',
    })
  })

  it.each([
    ['another root', ofacXml({ root: 'sdnList' }), /root element is another, expected <Sanctions>/],
    [
      'another namespace',
      ofacXml().replace(/xmlns="[^"]*"/, 'xmlns="urn:any"'),
      /<Sanctions> is of another namespace, expected the namespace "https:/,
    ],
    ['no date of issue', ofacXml({ dateOfIssue: '' }), /no <DateOfIssue>/],
    [
      'a date of issue that is none',
      ofacXml({ dateOfIssue: `<DateOfIssue>${date(2025, 2, 29)}</DateOfIssue>` }),
      /no date/,
    ],
    ['no parties', ofacXml({ parties: '', entries: '' }), /no <DistinctParties>/],
    ['empty parties', ofacXml({ parties: '<DistinctParties/>' }), /<DistinctParties> is empty/],
    ['no sanctions entries', ofacXml({ entries: '' }), /no <SanctionsEntries>/],
    [
      'no reference values',
      ofacXml({ references: '' }),
      /<DistinctParties> comes before <ReferenceValueSets>/,
    ],
    [
      'a party with addresses and no sanctions entry',
      ofacXml({ entries: '<SanctionsEntries/>' }),
      /^A party has addresses and no <SanctionsEntry>/,
    ],
    [
      'a feature of a type that it does not define',
      ofacXml({ parties: parties(party(100, feature(5, 31337, ronin))) }),
      /^At line \d+: a feature is of a type that the file does not define/,
    ],
    [
      'a feature of no type',
      ofacXml().replace(' FeatureTypeID="7001"', ''),
      /^At line \d+: a feature is of a type that the file does not define/,
    ],
    ['no digital currency type', ofacXml().replaceAll('Digital Currency', 'Crypto'), /no feature type/],
    [
      'a DOCTYPE',
      ofacXml().replace('<Sanctions', '<!DOCTYPE x [<!ENTITY a "b">]><Sanctions'),
      /has a DOCTYPE, which/,
    ],
    [
      'an unknown entity',
      ofacXml().replace('&amp;', '&lol;'),
      /not well-formed at line \d+, column \d+: .*entity/,
    ],
    ['an HTML page', '<!DOCTYPE html><html><body>Service unavailable</body></html>', /has a DOCTYPE, which/],
    ['text', 'Service unavailable', /not well-formed at line 1/],
    ['nothing', '', /is empty/],
  ])('refuses a file with %s', async (_, xml, message) => {
    const error = await refusal(parse(xml))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it('refuses a file that ends anywhere in the middle', async () => {
    const xml = Buffer.from(ofacXml())
    for (let length = 0; length < xml.length; length += 41) {
      const error = await refusal(ofacSdnAdvanced.parse(chunks(xml.subarray(0, length), 4096)))
      expect(error.code, `cut at ${length}`).toBe('bad-file')
    }
    const half = await refusal(ofacSdnAdvanced.parse(chunks(xml.subarray(0, xml.indexOf('<Alias')), 4096)))
    expect(half.message).toMatch(
      /^The XML ends in the middle \(inside Sanctions > DistinctParties > DistinctParty > Profile > Identity\), after [\d,]+ bytes/,
    )
  })
})
