import { describe, expect, it } from 'vitest'
import { ukSanctionsList } from '../../../src/lists/formats/uk-sanctions-list.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import {
  designation,
  p2sh,
  ronin,
  segwit,
  telltales,
  tron,
  ukCsv,
  ukHeader,
  ukRow,
  ukXml,
} from './published-files.ts'

const parse = (text: string, size = 1000) => ukSanctionsList.parse(chunks(text, size))
const information = `Wallets: (1) ETH: ${ronin} (2) BNB: ${ronin} (3) USDT:  ${tron}`
const xml = ukXml([
  designation('ZZZ0001', information, `Bitcoin ${p2sh}`),
  designation('ZZZ0002', 'Licence Number: 044.'),
])
const csv = ukCsv([
  ukRow('ZZZ0001', 'Alias', 'OTHER', information, `Bitcoin ${p2sh}`),
  ukRow('ZZZ0001', 'Primary Name', 'LÁZÁR', information, `Bitcoin ${p2sh}`),
  ukRow('ZZZ0002', 'Primary Name', 'ACME', 'Licence Number: 044.'),
])
const about = {
  subjectIds: ['ZZZ0001'],
  programs: ['The Invented Regulations 2020'],
  listedOn: '2012-06-29',
  publishedBy: '2026-08-04',
  removedOn: null,
  source: 'OFSI group 77',
}

describe('uk-sanctions-list', () => {
  it.each([
    ['XML', xml, 'Ann B. LÁZÁR'],
    ['CSV', csv, 'Ann LÁZÁR'],
  ])('takes the addresses of the free texts from %s', async (_, text, subject) => {
    const list = await parse(text)
    expect(list.issuedOn).toBe('2026-09-02')
    expect(list.unparsed).toEqual([])
    expect(list.counts).toEqual({ parties: 2, partiesWithAddresses: 1, addresses: 3 })
    expect(list.addresses).toEqual([
      { key: expect.stringMatching(/^evm:/), address: ronin, asset: 'ETH', subject, ...about },
      { key: expect.stringMatching(/^evm:/), address: ronin, asset: 'BNB', subject, ...about },
      { key: expect.stringMatching(/^tron:/), address: tron, asset: 'USDT', subject, ...about },
      { key: expect.stringMatching(/^bitcoin:/), address: p2sh, asset: 'Bitcoin', subject, ...about },
    ])
  })

  it.each([
    ['XML', xml],
    ['CSV', csv],
  ])('collects nothing of individuals, addresses or other names from %s', async (_, text) => {
    const { addresses, unparsed } = await parse(text)
    expect(addresses).toHaveLength(4)
    expect(JSON.stringify({ addresses, unparsed })).not.toMatch(telltales)
  })

  it.each([
    ['XML', xml],
    ['CSV', csv],
  ])(
    'reads %s however it is cut into chunks, with a byte order mark or white space before',
    async (_, text) => {
      const whole = await parse(text)
      for (const size of [1, 2, 5, 64]) expect(await parse(text, size)).toEqual(whole)
      expect(await parse(`\ufeff${text}`, 1)).toEqual(whole)
    },
  )

  it('reads on inside and behind marked up text, and a second text of the same kind', async () => {
    const marked = `(1) <b>ETH: ${ronin}</b> (2) TRX: ${tron}<br/>${p2sh}`
    const twice = designation('Z', marked).replace(
      '<OtherInformation>',
      `<OtherInformation>BTC: ${segwit}</OtherInformation><OtherInformation>`,
    )
    const list = await parse(ukXml([twice]))
    expect(list.addresses.map(({ address }) => address)).toEqual([segwit, ronin, tron, p2sh])
    expect(list.unparsed).toEqual([])
  })

  it('says where what it could not read stands', async () => {
    const broken = `USDT: ${tron.slice(0, 12)} ${tron.slice(12)}`
    const where = ['OtherInformation of ZZZ0003', 'otherinformation of ZZZ0003']
    for (const text of [
      ukXml([designation('ZZZ0003', broken)]),
      ukCsv([ukRow('ZZZ0003', 'Primary Name', 'X', broken)]),
    ]) {
      const list = await parse(text)
      expect(list.addresses).toEqual([])
      expect(list.unparsed).toHaveLength(1)
      expect(where).toContain(list.unparsed[0]?.where)
      expect(list.unparsed[0]?.reason).toMatch(/split by white space/)
    }
  })

  it.each([
    ['XML', ukXml([designation('Z', `ETH: ${ronin}`, '', 'soon'), designation('Y', '', '', 'soon')])],
    ['CSV', ukCsv([ukRow('Z', 'Primary Name', 'X', `ETH: ${ronin}`)]).replace('04/08/2026', '2026-08-04')],
  ])('dates nothing where the dates are none, and counts those of addresses (%s)', async (_, text) => {
    const list = await parse(text)
    expect(list.addresses[0]).toMatchObject({ publishedBy: null, listedOn: '2012-06-29' })
    expect(list.counts).toMatchObject({ unreadableDates: 1 })
  })

  it.each([
    ['XML without its date', ukXml([designation('Z', '')], ''), /<DateGenerated> holds no date/],
    ['XML without a party', ukXml([]), /no <Designation>/],
    [
      'another root',
      xml.replaceAll('Designations', 'List'),
      /root element is another, expected <Designations>/,
    ],
    [
      'a namespace',
      xml.replace('<Designations', '<Designations xmlns="urn:any"'),
      /<Designations> is of another namespace, expected no namespace/,
    ],
    ['an HTML page', '<!DOCTYPE html><html></html>', /DOCTYPE/],
    ['CSV without its report date', csv.slice(csv.indexOf('\n') + 1), /Line 1 is not "Report Date/],
    [
      'CSV without a column',
      csv.replace('Other Information', 'Information'),
      /one column "otherinformation"; found 0/,
    ],
    ['CSV with a column twice', csv.replace('Name 1', 'Name 6'), /one column "name6"; found 2/],
    ['CSV without a row', ukCsv([]), /no row below its header/],
    ['CSV with a short row', `${csv}04/08/2026,ZZZ0004`, /Line 6 has 2 fields, and the header has 14/],
    ['CSV with a row without id', ukCsv([ukRow('', 'Primary Name', 'X', '')]), /Line 3 has no Unique ID/],
    ['text', 'Service unavailable', /Line 1 is not "Report Date/],
    ['nothing', '', /is empty/],
  ])('refuses %s', async (_, text, message) => {
    const error = await refusal(parse(text))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it('refuses XML that ends anywhere, and CSV that ends inside a row', async () => {
    const whole = xml.trimEnd()
    for (let length = 0; length < whole.length; length += 37)
      expect((await refusal(parse(whole.slice(0, length)))).code, `cut at ${length}`).toBe('bad-file')
    const lastRow = csv.lastIndexOf('\n', csv.length - 2) + 1
    for (let length = lastRow + 1; length < csv.lastIndexOf(','); length += 7)
      expect((await refusal(parse(csv.slice(0, length)))).code, `cut at ${length}`).toBe('bad-file')
    expect(ukHeader.split(',')).toHaveLength(14)
  })
})
