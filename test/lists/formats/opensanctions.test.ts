import { describe, expect, it } from 'vitest'
import { opensanctions } from '../../../src/lists/formats/opensanctions.ts'
import { mergeByKey } from '../merge-by-key.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import { p2sh, ronin, segwit, tron } from './published-files.ts'

type Properties = Record<string, readonly string[]>
const entity = (id: string, schema: string, properties: Properties, more = {}) => ({
  id,
  caption: id,
  schema,
  properties,
  referents: [],
  datasets: ['zz_list'],
  first_seen: '2024-02-03T00:00:00',
  last_seen: '2026-08-22T00:00:00',
  target: true,
  ...more,
})
const wallet = (id: string, publicKey: string, more: Properties = {}) =>
  entity(id, 'CryptoWallet', { publicKey: [publicKey], topics: ['sanction'], ...more })
const person = (id: string, caption: string) =>
  entity(
    id,
    'Person',
    { name: [caption], nationality: ['telltale'], birthDate: ['1963-04-05'], passportNumber: ['TELLTALE1'] },
    { caption },
  )
const sanction = (id: string, on: string, more: Properties = {}) =>
  entity(id, 'Sanction', { entity: [on], program: ['Programme'], ...more })

const file = (...entities: object[]) => entities.map((each) => `${JSON.stringify(each)}\n`).join('')
const parse = (text: string) => opensanctions.parse(chunks(text, 500))

describe('opensanctions', () => {
  it.each([
    ['before', (join: object[], wallets: object[]) => [...join, ...wallets]],
    ['behind', (join: object[], wallets: object[]) => [...wallets, ...join]],
  ])('joins a wallet with its holder and the sanctions that stand %s it', async (_, order) => {
    const join = [
      person('Q1', 'Ann LÁZÁR'),
      sanction('s1', 'Q1', { startDate: ['2020-05-06'], listingDate: ['2019-09-13'], programId: ['ZZ-1'] }),
      sanction('s2', 'w1'),
    ]
    const list = await parse(
      file(...order(join, [wallet('w1', ronin, { holder: ['Q1'], currency: ['ETH'] })])),
    )
    expect(list).toEqual({
      issuedOn: '2026-08-22',
      addresses: [
        {
          key: expect.stringMatching(/^evm:/),
          address: ronin,
          asset: 'ETH',
          subjectIds: ['Q1'],
          subject: 'Ann LÁZÁR',
          programs: expect.arrayContaining(['ZZ-1', 'Programme']),
          listedOn: '2019-09-13',
          publishedBy: '2024-02-03',
          removedOn: null,
          source: 'zz_list',
        },
      ],
      unparsed: [],
      counts: { entities: 4, wallets: 1, addresses: 1 },
    })
    expect(JSON.stringify(list)).not.toMatch(/telltale|1963/i)
  })

  it('has the ids of all holders, or that of the wallet where it has none', async () => {
    const key = 'NK-2T3S8Hu29ktYnKSTgQp2wL'
    const hash = `il-nbctf-${'0'.repeat(39)}2`
    const ids = ['Q123', 'ofac-45314', 'eu-fsf-eu-3298-47', key]
    const list = await parse(file(wallet('w1', ronin, { holder: ids }), wallet(hash, `0x${'2'.repeat(40)}`)))
    expect(list.addresses.map(({ subjectIds }) => subjectIds)).toEqual([ids, [hash]])
    expect(list.counts).not.toHaveProperty('textsLeftOut')
  })

  it.each([
    ...['ru-inn-504309044808', 'pl-pesel-44051401359', 'passport_719032284', 'passport-719032284'],
    ...['ru-passport-4509123456', 'ofac-719032284', 'Q71903228401', 'NK-719032284', 'gb-coh-12345678'],
    ...[
      'ofac-44051401359',
      'eu-fsf-ru-504309044808',
      `ru-passport-${'a'.repeat(40)}`,
      'Q1\nru-inn-504309044808',
    ],
  ])('leaves the id %j out, which may be made of a document, and counts it', async (id) => {
    const list = await parse(
      file(
        person(id, 'Ann'),
        wallet('ofac-1', ronin, { holder: [id] }),
        wallet(id, `0x${'2'.repeat(40)}`),
        wallet(`${id}1`, 'none', { holder: ['Q1'] }),
      ),
    )
    expect(list.addresses.map(({ subject, subjectIds }) => [subject, subjectIds])).toEqual([
      ['Ann', []],
      [null, []],
    ])
    expect(list.unparsed).toMatchObject([{ raw: 'none', where: 'line 4' }])
    expect(list.counts).toMatchObject({ textsLeftOut: 2 })
  })

  it('has the ids of several holders in their order', async () => {
    const list = await parse(
      file(
        person('Q2', 'Bea'),
        wallet('w1', ronin, { holder: ['Q3', 'Q2'] }),
        wallet('Q4', `0x${'2'.repeat(40)}`),
      ),
    )
    expect(list.addresses.map(({ subjectIds }) => subjectIds)).toEqual([['Q3', 'Q2'], ['Q4']])
  })

  it.each([
    ['an order whose last day is the day of the file', [{ endDate: ['2026-08-22'] }], null],
    ['an order whose last day has elapsed', [{ endDate: ['2026-08-21'] }], '2026-08-22'],
    ['an order that ends within its last day', [{ endDate: ['2026-08-22T06:00:00'] }], null],
    ['an order that ends with a month that has elapsed', [{ endDate: ['2024-02'] }], '2024-03-01'],
    ['an order that ends with a year that has elapsed', [{ endDate: ['2024'] }], '2025-01-01'],
    ['an order that ends with the year of the file', [{ endDate: ['2026'] }], null],
    ['an order that ends with the month of the file', [{ endDate: ['2026-08'] }], null],
    ['an order that ends later', [{ endDate: ['2028-07-01'] }], null],
    [
      'an order of whose two ends one is no date',
      [{ endDate: ['2024-01-01', 'until further notice'] }],
      null,
    ],
    ['one of two orders that ended', [{ endDate: ['2025-01-01'] }, {}], null],
    ['two orders that ended', [{ endDate: ['2025-01-01'] }, { endDate: ['2025-06-01'] }], '2025-06-02'],
    ['an order without end', [{}], null],
  ])('honours %s', async (_, orders, removedOn) => {
    const list = await parse(
      file(wallet('w', tron, { topics: [] }), ...orders.map((each, at) => sanction(`s${at}`, 'w', each))),
    )
    expect(list.addresses).toMatchObject([{ removedOn }])
  })

  describe.each([
    ['its holder has', 'p'],
    ['it has', 'w'],
  ])('of a wallet, where %s one order, which ended', (_, on) => {
    it.each([
      ['the topic sanction keeps it in force', ['crime.theft', 'sanction'], null],
      ['the topic crime.terror keeps it in force', ['crime.terror'], null],
      ['another topic does not', ['crime.theft'], '2025-01-02'],
      ['no topic does', [], '2025-01-02'],
    ])('%s', async (_, topics, removedOn) => {
      const list = await parse(
        file(
          person('p', 'Ann'),
          wallet('w', tron, { holder: ['p'], topics }),
          sanction('s', on, { endDate: ['2025-01-01'], startDate: ['2020-01-01'] }),
        ),
      )
      expect(list.addresses).toMatchObject([{ removedOn, programs: ['Programme'], listedOn: '2020-01-01' }])
    })
  })

  it('ends no order before its day, whatever date the file gives itself', async () => {
    const seen = entity('p', 'Person', {}, { last_seen: '2926-08-22T00:00:00' })
    const text = file(seen, wallet('w', tron), sanction('s', 'w', { endDate: ['2027-01-01'] }))
    const list = await opensanctions.parse(chunks(text, 500), '2026-12-31')
    expect(list.addresses).toMatchObject([{ removedOn: null }])
    expect(list).toMatchObject({ issuedOn: '2026-08-22', counts: { unreadableDates: 1 } })
  })

  it('is dated by the day of tomorrow, and by one still to come only where there is no other', async () => {
    const seen = (...days: string[]) =>
      opensanctions.parse(
        chunks(file(...days.map((last_seen, at) => entity(`p${at}`, 'Person', {}, { last_seen }))), 500),
        '2026-12-31',
      )
    expect(await seen('2026-12-30', '2027-01-01')).toMatchObject({ issuedOn: '2027-01-01' })
    expect(await seen('2026-12-30', '2027-01-02')).toMatchObject({ issuedOn: '2026-12-30' })
    expect(await seen('2926-01-01', '2027-01-02')).toMatchObject({
      issuedOn: '2027-01-02',
      counts: { unreadableDates: 2 },
    })
  })

  it.each([
    ['first', ['ended', 'current']],
    ['last', ['current', 'ended']],
  ])('keeps an address in force where the wallet whose order ended stands %s of its two', async (_, ids) => {
    const list = await parse(
      file(
        ...ids.map((id) => wallet(id, tron, { holder: ['p1'], topics: [] })),
        sanction('s1', 'ended', { endDate: ['2025-01-01'], programId: ['OLD'] }),
        sanction('s2', 'current', { startDate: ['2020-01-01'], programId: ['NEW'] }),
      ),
    )
    expect(mergeByKey(list.addresses)).toMatchObject([
      { removedOn: null, programs: ['NEW'], listedOn: '2020-01-01' },
    ])
  })

  it('counts the dates that it could not read, and ends nothing by them', async () => {
    const orders = [
      sanction('s1', 'w', { endDate: ['2024-13'], startDate: ['2020-02-30'] }),
      sanction('s2', 'other', { endDate: ['2024-13'] }),
    ]
    const list = await parse(
      file(entity('w', 'CryptoWallet', { publicKey: [tron] }, { first_seen: '?' }), ...orders),
    )
    expect(list.addresses).toMatchObject([{ removedOn: null, listedOn: null, publishedBy: null }])
    expect(list.counts).toMatchObject({ unreadableDates: 3 })
  })

  it('leaves out a wallet that nobody sanctioned, and counts it', async () => {
    const list = await parse(
      file(
        wallet('w1', tron, { topics: ['crime.theft'] }),
        wallet('w2', p2sh, { topics: ['crime.theft'] }),
        sanction('s', 'w2'),
        wallet('w3', segwit, { topics: [] }),
        wallet('w4', tron, { topics: ['sanction.linked', 'crime.theft'] }),
        wallet('w5', tron, { topics: ['sanction.counter'] }),
        wallet('w6', ronin, { topics: ['crime.theft', 'crime.terror'] }),
      ),
    )
    expect(list.addresses.map(({ address }) => address)).toEqual([p2sh, segwit, ronin])
    expect(list.counts).toMatchObject({ wallets: 6, walletsNotSanctioned: 3 })
  })

  it('keeps of accounts and currencies nothing that tells of a person, and nothing without end', async () => {
    const long = 'y'.repeat(100_000)
    const list = await parse(
      file(
        wallet('Q1', tron, { currency: [`TRX ${long}`], accountId: [`John Smith, DOB 1 Jan 1970 ${long}`] }),
        wallet('Q2', p2sh, { currency: ['BTC of one born 1 Jan 1970'] }),
        entity('Q3', 'CryptoWallet', { accountId: [long], managingExchange: [long] }),
        entity('Q4', 'CryptoWallet', {
          accountId: ['105750906'],
          managingExchange: ['of John, born 1 Jan 1970'],
        }),
        entity('Smith, DOB 1 Jan 1970', 'CryptoWallet', { accountId: ['105750907'] }),
      ),
    )
    expect(JSON.stringify(list)).not.toMatch(/1970|Smith/)
    expect(list.addresses.map(({ asset }) => asset?.length ?? null)).toEqual([1_000, null])
    const sizes = list.unparsed.map(({ raw, reason }) => Math.max(raw.length, reason.length))
    expect(sizes).toHaveLength(4)
    expect(list.counts).toMatchObject({ textsLeftOut: 3 })
    expect(Math.max(...sizes)).toBeLessThanOrEqual(300)
  })

  it('shows accounts, tags, look-alike letters and several addresses in one field', async () => {
    const alike = tron.replace('C', 'С')
    const list = await parse(
      file(
        entity('Q1', 'CryptoWallet', { accountId: ['105750906'], managingExchange: ['Binance'] }),
        wallet('Q2', `${p2sh} (Address tag 102334770)*`),
        wallet('Q3', alike),
        wallet('Q4', `${p2sh}, ${segwit}`),
        wallet('Q5', '136849626'),
        entity('Q6', 'CryptoWallet', {}),
      ),
    )
    const both = await parse(file(wallet('w7', p2sh, { accountId: ['105750906'] })))
    expect([both.addresses.length, both.unparsed.map(({ raw }) => raw)]).toEqual([1, ['105750906']])
    expect(list.addresses).toEqual([])
    expect(list.unparsed.map(({ raw, reason, where }) => [raw, reason, where])).toEqual([
      ['105750906', 'an account at an exchange (Binance), and no address', 'CryptoWallet Q1'],
      [`${p2sh} (Address tag 102334770)*`, 'an address and something else in one field', 'CryptoWallet Q2'],
      [alike, 'contains a character outside ASCII (U+0421)', 'CryptoWallet Q3'],
      [`${p2sh}, ${segwit}`, '2 addresses in one field', 'CryptoWallet Q4'],
      ['136849626', 'no address format known to chainscreen', 'CryptoWallet Q5'],
      ['', 'a wallet without a public key', 'CryptoWallet Q6'],
    ])
  })

  it.each([
    [
      'a line that is cut',
      file(wallet('w', tron)).slice(0, -30),
      /Line 1 is no JSON object \(it ends in the middle\)/,
    ],
    ['an array', '[]\n', /Line 1 is no JSON object/],
    [
      'an object that is no entity',
      '{"id":"x"}\n',
      /Line 1 is no entity of OpenSanctions: it has no "schema"/,
    ],
    ['an entity without id', '{"schema":"Person"}\n', /no "id"/],
    [
      'a wallet twice',
      file(wallet('w', tron), wallet('w', tron)),
      /Line 2 is a wallet of before a second time/,
    ],
    ...['cryptoWallets', 'sanctions', 'holder', 'entity'].map((name): [string, string, RegExp] => [
      `the nested form (${name})`,
      file(wallet('w', tron), { id: 'x', schema: 'Person', properties: { [name]: [wallet('w2', p2sh)] } }),
      new RegExp(`^Line 2 has entities inside an entity \\("properties.${name}"\\).*load entities.ftm.json`),
    ]),
    ['nothing', '\n', /is empty/],
    ['HTML', '<html></html>', /Line 1 is no JSON object/],
  ])('refuses %s', async (_, text, message) => {
    const error = await refusal(parse(text))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(message)
  })
})
