import { describe, expect, it } from 'vitest'
import { tagpack } from '../../../src/lists/formats/tagpack.ts'
import { mergeByKey } from '../merge-by-key.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import { p2sh, ronin, segwit, tron } from './published-files.ts'

const parse = (text: string, size = 50) => tagpack.parse(chunks(text, size))
const header = 'title: Invented\ncreator: Nobody\n'
const usual = `---
# attribution
title: Invented
creator: Nobody
category: black_list
abuse: sanction
label: Lázár
source: https://example.org/x
lastmod: 2023-08-28
currency: BTC
tags:
- address: ${p2sh}
- address: "${ronin}"
  currency: ETH
  label: 'It''s her'
  lastmod: 2024-01-02
  context: '{"transaction": "0x348a042dfedaf64400bf6660fe0ed523b373f172b7914985600d882ac09e0631",
    "nationality": "telltale"}'
`

describe('tagpack', () => {
  it('leaves out what tells of a person in any field, and counts it', async () => {
    const list = await parse(`${header}tags:
- address: ${tron}
  currency: "TRX of a man born 1 Jan 1970"
  category: "John, DOB 1 Jan 1970"
  abuse: "passport 719032284"
  actor: "citizen of Telltaleland"
  source: "nationality Telltaleland"
  label: x
- address: none
  currency: "TRX of a man born 1 Jan 1970"
`)
    expect(list.addresses).toMatchObject([
      { asset: null, programs: [], subjectIds: [], source: null, subject: 'x' },
    ])
    expect(list.unparsed).toMatchObject([{ raw: 'none', asset: null }])
    expect(list.counts).toMatchObject({ textsLeftOut: 6 })
    expect(JSON.stringify(list)).not.toMatch(/1970|719032284|Telltaleland/)
  })

  it.each(['passport_719032284', 'ru-inn-504309044808', '44051401359', 'AB1234', 'born1970', 'x'.repeat(65)])(
    'leaves out the actor %s, which is no plain name',
    async (actor) => {
      const list = await parse(`${header}tags:\n- address: ${tron}\n  actor: "${actor}"\n  label: x\n`)
      expect(list.addresses).toMatchObject([{ subjectIds: [], subject: 'x' }])
      expect(list.counts).toMatchObject({ textsLeftOut: 1 })
    },
  )

  it.each(['lazarusgroup', '1inch', 'exchange-2016'])('takes the actor %s', async (actor) => {
    const list = await parse(`${header}tags:\n- address: ${tron}\n  actor: ${actor}\n  label: x\n`)
    expect(list.addresses).toMatchObject([{ subjectIds: [actor] }])
  })

  it('gives every tag the header, where it does not say otherwise', async () => {
    const about = {
      subjectIds: [],
      programs: ['black_list', 'sanction'],
      listedOn: null,
      removedOn: null,
      source: 'https://example.org/x',
    }
    expect(await parse(usual)).toEqual({
      issuedOn: '2023-08-28',
      addresses: [
        {
          key: expect.stringMatching(/^bitcoin:/),
          address: p2sh,
          asset: 'BTC',
          subject: 'Lázár',
          publishedBy: '2023-08-28',
          ...about,
        },
        {
          key: expect.stringMatching(/^evm:/),
          address: ronin,
          asset: 'ETH',
          subject: "It's her",
          publishedBy: '2024-01-02',
          ...about,
        },
      ],
      unparsed: [],
      counts: { tags: 2, addresses: 2 },
    })
    expect(JSON.stringify(await parse(usual))).not.toContain('telltale')
  })

  it("is somebody's attribution, and never sanctions, whatever it says of itself", () => {
    expect(tagpack.category).toBe('own-list')
  })

  it('reads an address without quotes as the text that it is, and no number', async () => {
    const zeros = '0x0000000000000000000000000000000000000018'
    const list = await parse(`${header}tags:\n- address: ${zeros}\n`)
    expect(list.addresses).toMatchObject([{ address: zeros, source: 'Invented (Nobody)', publishedBy: null }])
  })

  it.each([
    ['the header behind the tags', `tags:\n- address: ${p2sh}\n${header}currency: BTC\n`],
    [
      'tags that stand further right',
      `${header}currency: BTC\ntags:   # all of them\n\n  # the first\n  - address: ${p2sh}\n`,
    ],
    ['tags in one line', `${header}currency: BTC\ntags: [{address: ${p2sh}}]\n`],
    ['a dash on a line of its own', `${header}currency: BTC\ntags:\n-\n  address: ${p2sh}\n`],
    ['line ends of Windows', `${header}currency: BTC\ntags:\n- address: ${p2sh}\n`.replaceAll('\n', '\r\n')],
  ])('reads %s', async (_, text) => {
    const list = await parse(text)
    expect(list.addresses).toMatchObject([{ address: p2sh, asset: 'BTC' }])
  })

  it('reads a large file in parts, with anchors from one to the other and the line of each tag', async () => {
    const tags = Array.from({ length: 3000 }, (_, index) => {
      const address = `0x${(index + 1_000_000).toString(16).padStart(40, '0')}`
      return `- address: '${index === 2500 ? 'none' : address}'\n  label: ${index === 0 ? '&l Lázár' : '*l'}\n`
    })
    const list = await parse(`${header}tags:\n${tags.join('')}currency: ETH\n`, 65_536)
    expect(list.addresses).toHaveLength(2999)
    expect(list.addresses.at(-1)).toMatchObject({ subject: 'Lázár', asset: 'ETH' })
    expect(list.unparsed).toEqual([expect.objectContaining({ raw: 'none', where: 'line 5004' })])
  })

  it('reads a file that does not end with a line end', async () => {
    const whole = `${header}tags:\n- address: ${p2sh}\n  label: Lazarus\n  lastmod: 2023-08-16 12:18:52.6\n- address: ${tron}\n  label: "Lázár"\n  lastmod: 2023-08-17T10:00:00`
    const list = await parse(whole)
    expect(list.addresses.map(({ address, publishedBy }) => [address, publishedBy])).toEqual([
      [p2sh, '2023-08-16'],
      [tron, '2023-08-17'],
    ])
    expect(await parse(`${header}tags:\n- address: ${p2sh}\ncurrency: BTC`)).toMatchObject({
      counts: { tags: 1 },
    })
  })

  it.each([
    ['in the address', `- address: ${tron.slice(0, 20)}`],
    ['behind the address', `- address: ${tron}`],
    ['in a field', `- address: ${tron}\n  label: Lazar`],
    ['in a quote', `- address: ${tron}\n  label: "Lazar`],
    ['in the name of a field', `- address: ${tron}\n  lab`],
    ['behind the dash', '- '],
  ])('refuses a file that ends %s of its last tag', async (_, last) => {
    const error = await refusal(parse(`${header}tags:\n- address: ${p2sh}\n  label: Lazarus\n${last}`))
    expect(error.message).toMatch(/cut short|no YAML|no tag/)
  })

  it('puts all that its tags say of one address together', async () => {
    const tags = [
      `- address: ${p2sh}\n  category: exchange\n  lastmod: 2024-01-01\n`,
      `- address: ${p2sh}\n  category: sanction\n  lastmod: 2020-01-01\n`,
    ]
    const list = await parse(`${header}label: L\ntags:\n${tags.join('')}`)
    expect(mergeByKey(list.addresses)).toMatchObject([
      { subject: 'L', programs: ['exchange', 'sanction'], publishedBy: '2020-01-01' },
    ])
    expect(list.counts).toEqual({ tags: 2, addresses: 1 })
  })

  it('counts the dates that it could not read, that of the header once', async () => {
    const list = await parse(
      `${header}lastmod: soon\ntags:\n- address: ${p2sh}\n- address: ${tron}\n- address: ${ronin}\n  lastmod: 28.8.2023\n`,
    )
    expect(list.addresses.map(({ publishedBy }) => publishedBy)).toEqual([null, null, null])
    expect(list.counts).toMatchObject({ unreadableDates: 2 })
  })

  it('gives a tag what it takes over from another map, where it does not say otherwise', async () => {
    const base = 'base: &b\n  label: L2\n  currency: BTC\nmore: &m\n  <<: *b\n  category: exchange\n'
    const tags = [
      `- <<: *m\n  address: ${p2sh}\n`,
      `- address: ${segwit}\n  label: own\n  <<: [*b, *m]\n`,
      `- &t\n  address: ${tron}\n  label: L3\n- <<: *t\n  address: ${ronin}\n`,
    ]
    const list = await parse(`${header}${base}tags:\n${tags.join('')}`)
    expect(
      list.addresses.map(({ address, subject, asset, programs }) => [address, subject, asset, programs]),
    ).toEqual([
      [p2sh, 'L2', 'BTC', ['exchange']],
      [segwit, 'own', 'BTC', ['exchange']],
      [tron, 'L3', null, []],
      [ronin, 'L3', null, []],
    ])
  })

  it('shows what is no address', async () => {
    const list = await parse(
      `${header}tags:\n- address: ${tron}x\n- label: no address\n- address: ${p2sh} ${segwit}\n`,
    )
    expect(list.addresses).toEqual([])
    expect(list.unparsed.map(({ raw, reason, where }) => [raw, where, reason])).toEqual([
      [`${tron}x`, 'line 4', expect.stringMatching(/./)],
      ['', 'line 5', 'empty'],
      [`${p2sh} ${segwit}`, 'line 6', '2 addresses in one field'],
    ])
  })

  const laughs = 'bcdefghi'.replace(
    /./g,
    (name, at) => `${name}: &${name} [${`*${'abcdefgh'[at]},`.repeat(9)}]\n`,
  )

  it.each(['...', '---', '--- # more'])('refuses what goes on behind %s', async (line) => {
    await expect(parse(`${usual}${line}\n\ntags:\n- address: x\n`)).rejects.toThrow(/behind the end/)
    expect(await parse(`${usual}${line}\n\n# the end\n`)).toEqual(await parse(usual))
  })

  it('follows no alias that it does not need', async () => {
    const list = await parse(`a: &a [x,x]\n${laughs}${header}tags:\n- address: ${p2sh}\n`)
    expect(list.addresses).toHaveLength(1)
  })

  it.each([
    [
      'an alias of a list as a label',
      `a: &a [x,x]\n${laughs}${header}label: *i\ntags:\n- address: ${p2sh}\n`,
      /"label" is no text/,
    ],
    ['no title', `creator: x\ntags:\n- address: ${p2sh}\n`, /expected title, creator, and one list of tags/],
    ['no tags', header, /one list of tags/],
    ['tags twice', `${header}tags:\n- address: ${p2sh}\ntags:\n- address: ${tron}\n`, /one list of tags/],
    ['tags that are no list', `${header}tags: none\n`, /Line 3: tags is no list/],
    ['a tag that is no map', `${header}tags:\n- ${p2sh}\n`, /Line 4 is no tag/],
    [
      'a field twice',
      `${header}tags:\n- address: ${p2sh}\n  address: ${tron}\n`,
      /Line 5 has "address" a second time/,
    ],
    [
      'a header field twice',
      `${header}tags:\n- address: ${p2sh}\ntitle: again\n`,
      /"title" is in the header twice/,
    ],
    [
      'what it takes over unknown',
      `${header}tags:\n- <<: *x\n  address: ${p2sh}\n`,
      /Line 4 takes over|no YAML/,
    ],
    ['a text taken over', `${header}a: &a x\ntags:\n- <<: *a\n  address: ${p2sh}\n`, /Line 5 takes over/],
    ['a list as an address', `${header}tags:\n- address: [${p2sh}]\n`, /Line 4: "address" is no text/],
    [
      'a second document',
      `${header}tags:\n- address: ${p2sh}\n---\n${header}`,
      /Line 6 goes on behind the end of the document at line 5/,
    ],
    ['one in the line that ends the first', `${header}tags:\n- address: ${p2sh}\n--- x\n`, /behind the end/],
    ['an open quote', `${header}tags:\n- address: "${p2sh}\n`, /no YAML at line \d/],
    ['depth without end', `${header}tags: ${'['.repeat(50_000)}\n`, /no YAML/],
    [
      'a tag without end',
      `${header}tags:\n- address: ${p2sh}\n  label: ${'y'.repeat(100_000)}\n`,
      /tag at line \d+ is longer than 64 kB/,
    ],
    ['a header without end', `${header}x: ${'y'.repeat(70_000)}\n`, /header is longer than 64 kB/],
    ['a list', '- a\n', /expected a map/],
    ['nothing', '', /is empty/],
    ['HTML', '<html>\n', /expected (?:a map|title)/],
  ])('refuses a file with %s', async (_, text, message) => {
    const error = await refusal(parse(text, 65_536))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })
})
