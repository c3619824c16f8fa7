import { describe, expect, it } from 'vitest'
import type { CsvOptions } from '../../../src/lists/formats/csv/columns.ts'
import { formatFor } from '../../../src/lists/formats/index.ts'
import { ForbiddenContent } from '../../../src/privacy/forbidden-columns.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'
import { p2sh, ronin, segwit, tron } from './published-files.ts'

const parse = (text: string, options: CsvOptions = {}) =>
  formatFor({ format: 'csv', options }).parse(chunks(text, 100), '2026-06-01')
const addresses = async (text: string, options: CsvOptions = {}) =>
  (await parse(text, options)).addresses.map(({ address }) => address)

describe('lists of addresses as people have them', () => {
  it.each([
    ['semicolons', `address;subject\n${ronin};"Some; one"\n${tron};Other\n`],
    ['tabs', `address\tsubject\n${ronin}\tSome; one\n${tron}\tOther\n`],
  ])('load with %s between the columns', async (_, text) => {
    const list = await parse(text)
    expect(list.addresses.map(({ address, subject }) => [address, subject])).toEqual([
      [ronin, 'Some; one'],
      [tron, 'Other'],
    ])
  })

  it('load as one address a line without a header', async () => {
    expect(await addresses(`# exported\n${ronin}\n\n${tron}\r\n${segwit}`)).toEqual([ronin, tron, segwit])
    expect(await addresses(`${ronin}\n`, { header: false })).toEqual([ronin])
  })

  it.each([
    ['comma', `${ronin},One\n${tron},Two\n`],
    ['semicolon and quotes', `"${ronin}";"One"\n${tron};Two\n`],
    ['a comment', `# exported\n${ronin},One\n# more\n${tron},Two\n`],
  ])('load without a header where the config numbers the columns, the first row too: %s', async (_, text) => {
    expect(await addresses(text, { columns: { address: 1, subject: 2 } })).toEqual([ronin, tron])
  })

  it.each(['Wallet', 'Address:', 'digital_currency_address_2024'])(
    'load with a header where the config numbers the columns: %s',
    async (name) => {
      const text = `${name},Name\n${ronin},One\n`
      expect(await addresses(text, { columns: { address: 1, subject: 2 } })).toEqual([ronin])
    },
  )

  it.each([
    ['a slip in its address', `${ronin.slice(0, -1)}7,One\n${tron},Two\n`, {}],
    ['header: true', `${ronin},One\n${tron},Two\n`, { header: true }],
    ['a line break in its name', `${ronin},"One\nmore"\n${tron},Two\n`, {}],
  ])('are refused, and lose no first row, with %s', async (_, text, options) => {
    const columns = { address: 1, subject: 2 }
    expect((await refusal(parse(text, { ...options, columns }))).message).toMatch(/[Ll]ine 1\b/)
  })

  // The header of https://github.com/ultrasoundmoney/ofac-ethereum-addresses, data.csv.
  it('load with the names of their own columns', async () => {
    const text = `date_added,address,name\n2020-09-10,${ronin},"LIFSHITS, Artem"\n2021-04-15,${tron},SUEX\n`
    const options = { columns: { address: 'Address', subject: 'name', listed_on: 'date_added' } }
    expect((await parse(text, options)).addresses).toMatchObject([
      { address: ronin, subject: 'LIFSHITS, Artem', listedOn: '2020-09-10', programs: [], source: null },
      { address: tron, subject: 'SUEX', listedOn: '2021-04-15' },
    ])
  })

  // An export of Etherscan's labels (https://github.com/brianleect/etherscan-labels, accounts/*.csv): the first column has no name.
  it('load from an export of labels, whose other columns are left unread', async () => {
    const text = `,Address,Name Tag,Balance,Txn Count\n0,${ronin},Exploiter: 1,,0\n`
    const options = { columns: { address: 'Address', subject: 'Name Tag' } }
    expect((await parse(text, options)).addresses).toMatchObject([
      { address: ronin, subject: 'Exploiter: 1' },
    ])
  })

  it('load by numbers of columns where there is no header', async () => {
    const options = { header: false, columns: { address: 2, subject: 1 } }
    expect((await parse(`Ann;${ronin}\nBob;${tron}\n`, options)).addresses).toMatchObject([
      { address: ronin, subject: 'Ann' },
      { address: tron, subject: 'Bob' },
    ])
  })

  it.each([
    ['an array of addresses', JSON.stringify([ronin, tron]), {}, [null, null]],
    [
      'an object of addresses and names',
      JSON.stringify({ [ronin]: 'One', [tron]: 'Two' }),
      {},
      ['One', 'Two'],
    ],
    [
      'an object of addresses and objects with names',
      JSON.stringify({ [ronin]: { name: 'One', labels: ['x'] }, [tron]: { name: 'Two' } }),
      {},
      ['One', 'Two'],
    ],
    [
      'an array of objects',
      JSON.stringify([
        { Wallet: ronin, Tag: 'One', n: 1 },
        { Wallet: tron, Tag: null },
      ]),
      { columns: { address: 'wallet', subject: 'tag' } },
      ['One', null],
    ],
  ])('load from JSON: %s', async (_, text, options, subjects) => {
    const list = await parse(`\n${text}\n`, options)
    expect(list.addresses.map(({ address }) => address)).toEqual([ronin, tron])
    expect(list.addresses.map(({ subject }) => subject)).toEqual(subjects)
  })

  it.each([
    ['JSON that is cut short', JSON.stringify([ronin, tron]).slice(0, -5), {}, /is none: it is cut short/],
    ['JSON with a number', `["${ronin}", 7]`, {}, /^One row is wrong.*item 2: it is neither an address/],
    [
      'several columns without header',
      `${ronin},x\n`,
      { header: false },
      /several columns and no header: `columns`/,
    ],
    [
      'a name where there is no header',
      `${ronin},x\n`,
      { header: false, columns: { address: 'a' } },
      /must give the number/,
    ],
    [
      'a number beyond its columns',
      `${ronin}\n`,
      { header: false, columns: { address: 3 } },
      /has 1 columns, and .* number 3/,
    ],
    [
      'no such column',
      'a,b\n',
      { columns: { address: 'c' } },
      /the column that `columns` of the config names as address/,
    ],
    ['no such other column', 'a,b\n', { columns: { address: 'a', subject: 'c' } }, /names as subject/],
    ['a mapped column twice', 'a,a\n', { columns: { address: 'a' } }, /column 2 is "address" a second time/],
    [
      'an address that is none, without header',
      `${ronin}\nnobody\n`,
      {},
      /line 2: the address can't be read/,
    ],
  ])('are refused with %s', async (_, text, options, message) => {
    expect((await refusal(parse(text, options as CsvOptions))).message).toMatch(message)
  })

  it.each([
    ['a column beside those that are taken', `Address,nationality\n${ronin},x\n`],
    ['a member beside those that are taken', JSON.stringify([{ Address: ronin, Nationality: 'x' }])],
    ['a member of a named address', JSON.stringify({ [ronin]: { name: 'x', birthDate: '1' } })],
  ])('are refused with %s on nationality and the like, and not kept', async (_, text) => {
    let recognised = false
    const reading = formatFor({ format: 'csv', options: { columns: { address: 'Address' } } }).parse(
      chunks(text),
      '2026-06-01',
      () => {
        recognised = true
      },
    )
    expect(await refusal(reading)).toBeInstanceOf(ForbiddenContent)
    expect(recognised).toBe(false)
  })

  it('are not kept where they have columns that nobody knows', async () => {
    let recognised = 0
    const count = () => {
      recognised++
    }
    const mapped = formatFor({ format: 'csv', options: { columns: { address: 'Address' } } })
    await mapped.parse(chunks(`Address,x\n${ronin},1\n`), '2026-06-01', count)
    expect(recognised).toBe(0)
    await mapped.parse(chunks(`Address\n${ronin}\n`), '2026-06-01', count)
    expect(recognised).toBe(1)
  })
})

describe('onBadRow: report', () => {
  const report = { onBadRow: 'report' } as const

  const header = 'address,subject,listed_on,removed_on'
  const period = async (rows: readonly string[]) => {
    const list = await parse(`${header}\n${rows.join('\n')}\n`, report)
    const kept = list.addresses.map(({ listedOn, removedOn }) => [listedOn, removedOn])
    return { kept, wrong: list.unparsed.map(({ where, reason }) => [where, reason]) }
  }

  it.each([
    ['the row in force', ['2020-01-01,2021-01-01', '2023-01-01,'], ['2023-01-01', null]],
    [
      'the row that ends last',
      ['2020-01-01,2021-01-01', '2023-01-01,2024-01-01'],
      ['2023-01-01', '2024-01-01'],
    ],
    [
      'the row in force behind two that ended',
      ['2018-01-01,2019-01-01', '2020-01-01,2021-01-01', '2023-01-01,'],
      ['2023-01-01', null],
    ],
  ])('of rows with separate periods %s stands, in either order of the lines', async (_, dates, expected) => {
    const rows = dates.map((each) => `${ronin},A,${each}`)
    for (const order of [rows, rows.toReversed()]) {
      const { kept, wrong } = await period(order)
      expect(kept).toEqual([expected])
      expect(wrong).toHaveLength(rows.length - 1)
      expect(wrong[0]?.[1]).toMatch(/the dates are apart/)
    }
  })

  it.each([
    ['that ends in the future', '2020-01-01,2099-01-01', ['2020-01-01', null], /in the future/],
    ['that ends before it begins', '2024-01-01,2023-01-01', [null, null], /before listed_on/],
  ])('a row %s is in force without what is in doubt, and reported', async (_, dates, expected, reason) => {
    const { kept, wrong } = await period([`${ronin},A,${dates}`])
    expect(kept).toEqual([expected])
    expect(wrong).toEqual([['line 2', expect.stringMatching(reason)]])
  })

  it('shows bad rows as unparsed, takes the others, and counts dates that are none', async () => {
    const text = `address,subject,listed_on\n${ronin},x,2020-01-01\nTelltaleland,719032284,2020\n${p2sh}x,y,\n${tron}\n${segwit},z,yesterday\n`
    const list = await parse(text, report)
    expect(list.addresses.map(({ address, listedOn }) => [address, listedOn])).toEqual([
      [ronin, '2020-01-01'],
      [segwit, null],
    ])
    expect(list.unparsed.map(({ where, raw }) => [where, raw])).toEqual([
      ['line 3', '(12 characters)'],
      ['line 4', `${p2sh}x`],
      ['line 5', tron],
    ])
    expect(list.counts).toMatchObject({ rows: 2, unreadableDates: 1 })
  })

  it('still refuses what tells of a person', async () => {
    const text = `address,subject\n${ronin},"DOB 26 Dec 1992"\n${tron},x\n`
    expect(await refusal(parse(text, report))).toBeInstanceOf(ForbiddenContent)
  })
})
