import { describe, expect, it } from 'vitest'
import { ofacSdn } from '../../../src/lists/formats/ofac-sdn.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import { id, p2sh, ronin, sdnEntry, sdnXml, telltales, tron } from './published-files.ts'

const parse = (xml: string) => ofacSdn.parse(chunks(xml, 1000))
const crypto = 'Digital Currency Address - '
const person = '<firstName>Ann</firstName><lastName>LÁZÁR</lastName>'
const usual = sdnXml([
  sdnEntry(
    7,
    `<idList>${id(71, 'Passport', 'TELLTALE1')}${id(72, `${crypto}USDT`, tron)}${id(73, `${crypto}ETH`, ` ${ronin}\n`)}</idList>`,
    person,
  ),
  sdnEntry(8, ''),
])

describe('ofac-sdn', () => {
  it('takes addresses with their asset, and id, name and programs of their party', async () => {
    const about = {
      subjectIds: ['7'],
      subject: 'LÁZÁR, Ann',
      programs: ['CYBER2', 'DPRK3'],
      listedOn: null,
      publishedBy: null,
      removedOn: null,
    }
    expect(await parse(usual)).toEqual({
      issuedOn: '2026-09-23',
      addresses: [
        { key: expect.stringMatching(/^tron:/), address: tron, asset: 'USDT', ...about },
        { key: `evm:${ronin.slice(2).toLowerCase()}`, address: ronin, asset: 'ETH', ...about },
      ],
      unparsed: [],
      counts: { parties: 2, features: 2, addresses: 2 },
    })
    expect(ofacSdn.category).toBe('sanctions')
  })

  it('collects nothing of documents, nationality, birth, addresses or remarks', async () => {
    expect(JSON.stringify(await parse(usual))).not.toMatch(telltales)
  })

  it('reads both namespaces that OFAC has used, and any prefix', async () => {
    const newer = usual.replace(
      'http://tempuri.org/sdnList.xsd',
      'https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/XML',
    )
    const prefixed = usual.replace('xmlns=', 'xmlns:o=').replace(/<(\/?)(?=[a-zA-Z])/g, '<$1o:')
    expect(prefixed).toContain('<o:sdnEntry>')
    expect(await parse(newer)).toEqual(await parse(usual))
    expect(await parse(prefixed)).toEqual(await parse(usual))
  })

  it('takes 40 hex digits of an EVM asset and a public key, and shows no secret', async () => {
    const bare = ronin.slice(2)
    const key = '0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798'
    const wif = 'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW'
    const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
    const values = [
      ['ETH', bare],
      ['XBT', bare],
      ['XBT', key],
      ['XBT', wif],
      ['XBT', phrase],
    ] as const
    const ids = values.map(([asset, value], index) => id(80 + index, `${crypto}${asset}`, value)).join('')
    const list = await parse(sdnXml([sdnEntry(7, `<idList>${ids}</idList>`, person)]))
    expect(list.addresses).toMatchObject([
      { key: `evm:${bare.toLowerCase()}`, address: bare, asset: 'ETH' },
      { key: `bitcoin:21${key}ac`, address: key, asset: 'XBT' },
    ])
    const hidden = '(a private key or seed phrase, not shown)'
    expect(list.unparsed.map(({ raw }) => raw)).toEqual([bare, hidden, hidden])
  })

  it('counts and shows what is no address', async () => {
    const list = await parse(
      sdnXml([
        sdnEntry(
          7,
          `<idList>${id(71, `${crypto}XBT`, `${p2sh} ${tron}`)}${id(72, `${crypto}XBT`, '')}</idList>`,
        ),
      ]),
    )
    expect(list.addresses).toEqual([])
    expect(list.unparsed).toEqual([
      { raw: `${p2sh} ${tron}`, reason: '2 addresses in one field', asset: 'XBT', where: 'id 71 of party 7' },
      { raw: '', reason: 'empty', asset: 'XBT', where: 'id 72 of party 7' },
    ])
  })

  it.each([
    ['another white space', 'Digital\u00a0Currency  Address - USDT'],
    ['the plural', 'Digital Currency Addresses - USDT'],
    ['another dash', 'digital currency address \u2013 USDT'],
  ])('knows the type with %s', async (_, type) => {
    const list = await parse(sdnXml([sdnEntry(7, `<idList>${id(71, type, tron)}</idList>`)]))
    expect(list.addresses).toMatchObject([{ address: tron, asset: 'USDT' }])
  })

  it('shows the ids of any other type that speaks of a currency', async () => {
    const ids = `<idList>${id(71, 'Virtual Currency Address - XBT', p2sh)}${id(72, `${crypto}TRX`, tron)}</idList>`
    const list = await parse(sdnXml([sdnEntry(7, ids)]))
    expect(list.addresses).toMatchObject([{ address: tron }])
    expect(list.unparsed).toEqual([
      {
        raw: p2sh,
        reason: 'of the type "Virtual Currency Address - XBT", which chainscreen does not know',
        asset: null,
        where: 'id 71 of party 7',
      },
    ])
    expect(list.counts).toEqual({ parties: 1, features: 2, addresses: 2 })
  })

  it('is not held up by a number full of spaces', async () => {
    const raw = `${tron}${' '.repeat(60_000)}x`
    const list = await parse(sdnXml([sdnEntry(7, `<idList>${id(71, `${crypto}TRX`, raw)}</idList>`)]))
    expect(list.unparsed).toMatchObject([
      { raw: `${raw.slice(0, 299)}…`, reason: 'an address and something else in one field' },
    ])
  })

  it.each([
    [
      'one entry less than it says',
      sdnXml([sdnEntry(7, '')], 2),
      /Record_Count is 2, and the file has 1 sdnEntry/,
    ],
    [
      'one entry more than it says',
      sdnXml([sdnEntry(7, ''), sdnEntry(8, '')], 1),
      /Record_Count is 1, .*has 2/,
    ],
    ['no count', usual.replace(/<Record_Count>.*<\/Record_Count>/, ''), /Record_Count is missing/],
    ['no date', usual.replace('09/23/2026', '23/09/2026'), /Publish_Date is no date, expected MM/],
    ['no entries', sdnXml([]), /no sdnEntry/],
    ['another root', usual.replaceAll('sdnList', 'Sanctions'), /root element is another, expected <sdnList>/],
    [
      'the number before its type',
      sdnXml([
        sdnEntry(
          7,
          `<idList><id><uid>1</uid><idNumber>${tron}</idNumber><idType>${crypto}TRX</idType></id></idList>`,
        ),
      ]),
      /^At line \d+: an id is a digital currency address without idNumber/,
    ],
    [
      'another namespace',
      usual.replace('http://tempuri.org/sdnList.xsd', 'http://example.org/x'),
      /<sdnList> is of another namespace, expected/,
    ],
    ['a DOCTYPE', usual.replace('<sdnList', '<!DOCTYPE a><sdnList'), /DOCTYPE/],
  ])('refuses a file with %s', async (_, xml, message) => {
    const error = await refusal(parse(xml))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it('refuses a file that ends anywhere in the middle', async () => {
    const xml = usual.trimEnd()
    for (let length = 0; length < xml.length; length += 23)
      expect((await refusal(parse(xml.slice(0, length)))).code, `cut at ${length}`).toBe('bad-file')
  })
})
