import { describe, expect, it } from 'vitest'
import { csv } from '../../../src/lists/formats/csv.ts'
import { ForbiddenContent } from '../../../src/privacy/forbidden-columns.ts'
import { mergeByKey } from '../merge-by-key.ts'
import { refusal } from '../refusal.ts'
import { chunks } from './chunks.ts'

const eth = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
const btc = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const parse = (text: string | Uint8Array) => csv.parse(chunks(text, 100))

describe('csv', () => {
  it('reads columns in any order, with programs apart and dates', async () => {
    const text = `source,listed_on,address,program,subject\r\nletter 12,2024-02-29, ${eth} ,A|B; A,"Some, ""one"""\r\n`
    expect(await parse(`\ufeff${text}`)).toEqual({
      issuedOn: null,
      addresses: [
        {
          key: `evm:${eth.slice(2).toLowerCase()}`,
          address: eth,
          asset: null,
          subjectIds: [],
          subject: 'Some, "one"',
          programs: ['A', 'B'],
          listedOn: '2024-02-29',
          publishedBy: null,
          removedOn: null,
          source: 'letter 12',
        },
      ],
      unparsed: [],
      counts: { rows: 1, addresses: 1 },
    })
    expect(csv).toMatchObject({ category: 'own-list', listedOnIsPublished: true })
  })

  it('needs no column but the address', async () => {
    const list = await parse(`Address\n${eth}\n\n${btc}\n${eth.toLowerCase()}`)
    expect(list.addresses.map(({ address }) => address)).toEqual([eth, btc, eth.toLowerCase()])
    expect(list.counts).toEqual({ rows: 3, addresses: 2 })
    expect(list.addresses[0]).toMatchObject({ subject: null, programs: [], listedOn: null, removedOn: null })
  })

  it('reads a header without rows as an empty list, for the guard to judge', async () => {
    expect(await parse('address,subject\n')).toMatchObject({ addresses: [], counts: { rows: 0 } })
  })

  it('names the line of a bad checksum among ten thousand', async () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => `0x${index.toString(16).padStart(40, '0')},x`)
    rows[5] = `${eth.replace('098B', '098b')},x`
    const error = await refusal(parse(`address,subject\n${rows.join('\n')}\n`))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(
      /^One row is wrong, so nothing of the file was taken; line 7: the address can't be read: /,
    )
    expect(error.details).toHaveLength(1)
    expect(error.details[0]).toMatch(/^line 7: the address can't be read: .*checksum/)
  })

  it.each(['\n', '\r\n', '\r'])(
    'counts lines as an editor does, with line ends %j, empty lines and quoted line breaks',
    async (end) => {
      const lines = [
        'address,subject',
        `${eth},"two`,
        'lines"',
        '',
        `${btc},x`,
        'nonsense,"also',
        'two"',
        ',y',
      ]
      const error = await refusal(parse(lines.join(end)))
      expect(error.details.map((line) => line.slice(0, 8))).toEqual(['line 6: ', 'line 8: '])
    },
  )

  it('counts all bad rows and shows the first twenty', async () => {
    const error = await refusal(parse(`address\n${'nonsense\n'.repeat(50)}`))
    expect(error.message).toMatch(/^50 rows are wrong/)
    expect(error.details).toHaveLength(20)
    expect(error.details[19]).toMatch(/^line 21: the address can't be read: ./)
  })

  it.each([
    ['an empty address', 'address,subject\n,x', /line 2: the address is empty/],
    ['too few fields', `address,subject\n${eth}`, /line 2: 1 fields, where the header has 2/],
    ['too many fields', `address\n${eth},x`, /line 2: 2 fields, where the header has 1/],
    ['a date that is none', `address,listed_on\n${eth},2023-02-29`, /listed_on is no date as YYYY-MM-DD/],
    [
      'a date in another order',
      `address,removed_on\n${eth},01/02/2023`,
      /removed_on is no date as YYYY-MM-DD/,
    ],
    [
      'a removal before the listing',
      `address,listed_on,removed_on\n${eth},2023-02-02,2023-02-01`,
      /is before/,
    ],
    [
      'an unknown column',
      `address,colour\n${eth},x`,
      /Line 1: column 2 is none that a list has; the columns are address, subject/,
    ],
    [
      'a name without end',
      `address,${'{a: '.repeat(10_000)}\n${eth},x`,
      /Line 1: column 2 is none that a list has/,
    ],
    ['a column twice', `address,Address\n${eth},${eth}`, /column 2 is "address" a second time/],
    ['no header', `${eth},x\n${btc},y\n`, /Line 1 must be the header, with the column "address"/],
    ['nothing', '', /is empty; expected a header line/],
    ['only empty lines', '\n\n', /is empty/],
    [
      'an open quote',
      `address,subject\n${eth},"x\n`,
      /can't be read as CSV at line \d: a quote is opened and never closed/,
    ],
    ['a stray quote', `address,subject\n${eth},x"y\n`, /can't be read as CSV at line 2/],
    ['a row without end', `address,subject\n${eth},${'x'.repeat(200_000)}`, /a row is longer/],
  ])('refuses a file with %s', async (_, text, message) => {
    const error = await refusal(parse(text))
    expect(error.code).toBe('bad-file')
    expect([error.message, ...error.details].join('\n')).toMatch(message)
  })

  it('refuses a removal that is still to come, and takes one of today', async () => {
    const today = '2024-03-01'
    const removed = (day: string) => csv.parse(chunks(`address,removed_on\n${eth},${day}\n`), today)
    const error = await refusal(removed('2024-03-02'))
    expect(error.message).toMatch(/line 2: removed_on is in the future, .*: leave it empty until that day\.$/)
    expect((await removed(today)).addresses).toMatchObject([{ removedOn: today }])
  })

  it.each([
    ['two that ended', '2018-01-01,2019-01-01', '2021-01-01,2022-01-01'],
    ['two that ended, the later one first', '2021-01-01,2022-01-01', '2018-01-01,2019-01-01'],
    ['one that ended and one in force', '2018-01-01,2019-01-01', '2023-01-01,'],
    ['one in force from the day on which the other ended', '2018-01-01,2019-01-01', '2019-01-01,'],
  ])('refuses two periods of one address that are apart: %s', async (_, one, two) => {
    const error = await refusal(
      parse(`address,listed_on,removed_on\n${eth},${one}\n${btc},,\n${eth.toLowerCase()},${two}\n`),
    )
    expect(error.message).toMatch(
      /line 4: the dates are apart from those of the same address in line 2, .*: make one row of them\.$/,
    )
  })

  it.each([
    ['the same', '2018-01-01,2019-01-01', '2018-01-01,2019-01-01', ['2018-01-01', '2019-01-01']],
    ['of one day', '2018-01-01,2018-01-01', '2018-01-01,2018-01-01', ['2018-01-01', '2018-01-01']],
    ['overlapping', '2018-01-01,2020-01-01', '2019-01-01,2021-01-01', ['2018-01-01', '2021-01-01']],
    ['without dates', ',', '2019-01-01,', ['2019-01-01', null]],
  ])('joins rows of one address whose periods are %s', async (_, one, two, joined) => {
    const { addresses } = await parse(`address,listed_on,removed_on\n${eth},${one}\n${eth},${two}\n`)
    const [entry] = mergeByKey(addresses)
    expect([entry?.listedOn, entry?.removedOn]).toEqual(joined)
  })

  it('knows what day it is where nobody says', async () => {
    expect((await refusal(parse(`address,removed_on\n${eth},2999-01-01\n`))).message).toMatch(/in the future/)
  })

  it('refuses bytes that are not UTF-8', async () => {
    const text = Buffer.from(`address,subject\n${eth},caf\xe9\n`, 'latin1')
    expect((await refusal(parse(text))).message).toMatch(/not valid UTF-8/)
  })

  it('refuses a column of nationality and says why, before it reads a row', async () => {
    const error = await refusal(parse(`address,Nationality,country_code\n${eth},x,y`))
    expect(error.code).toBe('bad-file')
    expect(error.message).toMatch(
      /^The file has columns \(numbers 2, 3 in line 1\) that must not be there: .* never acts on nationality/,
    )
    expect(JSON.stringify(error)).not.toContain('"x"')
  })

  it.each([
    ['below a title', `My customers\naddress,nationality\n${eth},x\n`],
    ['below a title that is no CSV', `"My" customers\n\naddress,nationality\n${eth},x\n`],
    ['of a file with semicolons, below a title', `My customers\r\naddress;nationality\r\n${eth};x\r\n`],
    ['in UTF-16', Buffer.from(`\ufeffaddress,nationality\n${eth},x\n`, 'utf16le')],
    ['beside columns that nobody knows', `colour,x\naddress,nationality\n${eth},x\n`],
  ])('refuses a column of nationality %s', async (_, text) => {
    const error = await refusal(parse(text))
    expect(error).toBeInstanceOf(ForbiddenContent)
    expect(error.message).toMatch(/has a column \(number 2 in line \d\) that must not be there/)
  })

  it('takes no word of a file with a header for the name of a column', async () => {
    const error = await refusal(parse(`address,subject\n${eth},Land\n${eth},country\nx,y\n`))
    expect(error.message).toMatch(/^One row is wrong/)
  })
})
