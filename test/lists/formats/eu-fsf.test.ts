import { describe, expect, it } from 'vitest'
import { euFsf } from '../../../src/lists/formats/eu-fsf.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import { euEntity, euXml, p2sh, ronin, segwit, telltales, tron } from './published-files.ts'

const parse = (xml: string) => euFsf.parse(chunks(xml, 1000))
const remark = `Known addresses:\nETH: ${ronin}\nBTC: ${segwit}\n${p2sh}`

describe('eu-fsf', () => {
  it('takes the addresses of the remarks, with reference, name, programme and regulation', async () => {
    const list = await parse(euXml([euEntity('EU.1.1', remark), euEntity('EU.2.2', 'Place of registration')]))
    const about = {
      subjectIds: ['EU.1.1'],
      subject: 'Lázár',
      programs: ['ZZZ'],
      listedOn: '2024-05-06',
      publishedBy: null,
      removedOn: null,
      source: '2025/1 (OJ L1) https://eur-lex.europa.eu/x?a=b&c=d',
    }
    expect(list).toEqual({
      issuedOn: '2026-09-22',
      addresses: [
        { key: expect.stringMatching(/^evm:/), address: ronin, asset: 'ETH', ...about },
        { key: expect.stringMatching(/^bitcoin:/), address: segwit, asset: 'BTC', ...about },
        { key: expect.stringMatching(/^bitcoin:/), address: p2sh, asset: 'BTC', ...about },
      ],
      unparsed: [],
      counts: { parties: 2, partiesWithAddresses: 1, addresses: 3 },
    })
    expect(JSON.stringify(list.addresses)).not.toMatch(telltales)
  })

  it('reads the remark of the entity itself too', async () => {
    const list = await parse(euXml([euEntity('EU.1.1', '', `<remark>Wallet ${p2sh}</remark>`)]))
    expect(list.addresses.map(({ address }) => address)).toEqual([p2sh])
  })

  it('reads a remark with all that is marked up in it', async () => {
    const list = await parse(euXml([euEntity('EU.1.1', `Known <i>wallet ${tron}</i><br/>${p2sh}`)]))
    expect(list.addresses.map(({ address }) => address)).toEqual([tron, p2sh])
  })

  it('takes the date of designation where there is one', async () => {
    const list = await parse(euXml([euEntity('EU.1.1', remark, '', 'designationDate="2023-01-02"')]))
    expect(list.addresses[0]?.listedOn).toBe('2023-01-02')
  })

  it('counts the dates that it could not read of entities with addresses', async () => {
    const bad = euEntity('EU.1.1', remark, '', 'designationDate="soon"').replace('2025-02-24', '24/02/2025')
    const list = await parse(euXml([bad, euEntity('EU.2.2', '', '', 'designationDate="soon"')]))
    expect(list.counts).toMatchObject({ unreadableDates: 2 })
    expect(list.addresses[0]?.listedOn).toBe('2024-05-06')
  })

  it('takes the best of any number of names', async () => {
    const names = '<nameAlias wholeName="Other" strong="true"/>'.repeat(200_000)
    const list = await parse(euXml([euEntity('EU.1.1', remark, names)]))
    expect(list.addresses[0]?.subject).toBe('Lázár')
  })

  it('shows split and glued addresses, and takes nothing of them', async () => {
    const split = `${tron.slice(0, 24)} ${tron.slice(24)}`
    const list = await parse(euXml([euEntity('EU.1.1', `${split}; ${p2sh}${segwit}; ${ronin}`)]))
    expect(list.addresses.map(({ address }) => address)).toEqual([ronin])
    expect(list.unparsed.map(({ raw, where }) => [raw, where])).toEqual([
      [split, 'remark of EU.1.1'],
      [`${p2sh}${segwit}`, 'remark of EU.1.1'],
    ])
  })

  it.each([
    [
      'no date',
      euXml([euEntity('EU.1.1', '')], 'yesterday'),
      /generationDate of <export> is no date and time/,
    ],
    ['no party', euXml([]), /no <sanctionEntity>/],
    ['another root', '<error/>', /root element is another, expected <export>/],
    [
      'another namespace',
      euXml([euEntity('EU.1.1', '')]).replace('/fsd/', '/fsf/'),
      /<export> is of another namespace, expected the namespace ".*\/fsd\/export"/,
    ],
    ['nothing', '', /is empty/],
  ])('refuses a file with %s', async (_, xml, message) => {
    const error = await refusal(parse(xml))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })

  it('refuses a file that ends anywhere in the middle', async () => {
    const xml = euXml([euEntity('EU.1.1', remark)]).trimEnd()
    for (let length = 0; length < xml.length; length += 31)
      expect((await refusal(parse(xml.slice(0, length)))).code, `cut at ${length}`).toBe('bad-file')
  })
})
