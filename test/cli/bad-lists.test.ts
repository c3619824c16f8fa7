import { describe, expect, it } from 'vitest'
import { date, entry, ofacXml } from '../lists/formats/ofac-xml.ts'
import { makeZip } from '../lists/make-zip.ts'
import { address, longCsv, rule, userWith } from './bad-file.ts'
import { busyUser, refused } from './refusal.ts'

describe('a list that is not right', () => {
  it('is a zip that is cut short', async () => {
    const zip = makeZip([{ name: 'SDN_ADVANCED.XML', content: ofacXml() }])
    const { user, file } = await userWith('sdn.zip', zip.subarray(0, zip.length - 40))
    await refused(user, ['lists', 'import', 'ofac', file], {
      code: 1,
      says: new RegExp(`^${file} is a zip that is cut short or damaged \\(.*\\): get it again\\.$`),
    })
  })

  it('is a zip with a damaged content', async () => {
    const zip = makeZip([{ name: 'SDN_ADVANCED.XML', content: ofacXml(), crc: 1 }])
    const { user, file } = await userWith('sdn.zip', zip)
    await refused(user, ['lists', 'import', 'ofac', file], {
      code: 1,
      says: new RegExp(`^${file} is a zip that is cut short or damaged \\(.*\\).*: get it again\\.$`),
    })
  })

  it('is half an XML', async () => {
    const xml = ofacXml()
    const { user, file } = await userWith('sdn.xml', xml.slice(0, xml.indexOf('</DistinctParties>')))
    await refused(user, ['lists', 'import', 'ofac', file], {
      code: 1,
      says: new RegExp(
        `^${file}: The XML ends in the middle \\(inside Sanctions > DistinctParties\\), after [\\d,]+ bytes: the file is cut short, get it again\\.$`,
      ),
    })
  })

  it('is an XML with no party', async () => {
    const { user, file } = await userWith(
      'sdn.xml',
      ofacXml({ parties: '<DistinctParties></DistinctParties>' }),
    )
    await refused(user, ['lists', 'import', 'ofac', file], {
      code: 1,
      says: `${file}: <DistinctParties> is empty: a list without a single party.`,
    })
  })

  it('is a csv with a header only: held, and what was in force stays', async () => {
    const { user, file } = await userWith('empty.csv', 'address,subject\n')
    const inForce = () => user.query('select * from list_entries where removed_on is null')
    const before = inForce()
    const held = await user.run('lists', 'import', 'house', file)
    expect(held).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Held: it has no address\. The active version stays\. See `chainscreen lists diff house`; .* activates it\.\n$/,
      ),
    })
    expect(inForce()).toEqual(before)
    expect(user.query('select distinct revision from lists')).toEqual([{ revision: 1 }])
  })

  it('has a date that is none: taken, counted and told', async () => {
    const { user, file } = await userWith(
      'sdn.xml',
      ofacXml({ entries: `<SanctionsEntries>${entry(100, [date(2020, 2, 30)], ['A'])}</SanctionsEntries>` }),
    )
    const { stdout } = await user.run('lists', 'import', 'ofac', file, '--approve')
    expect(stdout).toMatch(
      /^ofac: 2 addresses, 0 not readable as an address, dates not readable: 1, issued on/,
    )
    expect((await user.run('lists', 'show', 'ofac')).stdout).toContain('\n  unreadable       0, dates: 1\n')
    const text = (await user.run('lists', 'show', 'ofac')).stdout.replace(/\s+/g, ' ')
    expect(text).toContain('0 unreadable, dates unreadable: 1; ')
  })

  it('is empty, and the first of its list: nothing would be checked, so nothing is followed', async () => {
    const user = await busyUser()
    const file = user.file('empty.csv', 'address\n')
    user.configure({ lists: [{ id: 'new', format: 'csv', file }] })
    const { code, stdout, stderr } = await user.run('run', '--once')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(
      /^The first version of list new is held \(it has no address\), so nothing would be checked against it: .* activates it as it is\.\n$/,
    )
    expect(await user.run('lists', 'import', 'new', file)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^Held: it has no address\. No version of this list is active; .* activates it\.\n$/,
      ),
    })
  })

  it('has a column on nationality', async () => {
    const { user, file } = await userWith('list.csv', `address,Nationality\n${address(1)},XX\n`)
    await refused(user, ['lists', 'import', 'house', file], {
      code: 1,
      says: new RegExp(
        `^(${file}: The file|${file}) has a column \\(number 2 in line 1\\) that must not be there: ${rule}$`,
      ),
    })
  })

  it('has a bad checksum in line 7 of 10,000', async () => {
    const { user, file } = await userWith('list.csv', longCsv('address,subject', ',Somebody'))
    await refused(user, ['lists', 'import', 'house', file], {
      code: 1,
      says: `${file}: One row is wrong, so nothing of the file was taken; line 7: the address can't be read: EIP-55 checksum does not match.`,
    })
  })

  it('is not there, or of a list that the config does not have', async () => {
    const { user } = await userWith('unused.csv', '')
    await refused(user, ['lists', 'import', 'house', '/nowhere.csv'], {
      code: 1,
      says: "/nowhere.csv can't be read: there is no such file.",
    })
    await refused(user, ['lists', 'import', 'hose', '/nowhere.csv'], {
      code: 2,
      says: 'There is no list "hose" in the config; it has: house, ofac.',
    })
  })
})

describe('a list file that breaks while the daemon has a good version', () => {
  it('is told, and the good version stays in force', async () => {
    const { user } = await userWith('house.csv', 'address,passport\n')
    user.configure({
      lists: [{ id: 'house', format: 'csv', file: `${user.dir}/house.csv` }],
      log: { level: 'warn' },
    })
    const before = user.query('select * from list_entries')
    const { code, stdout, stderr } = await user.run('run', '--once')
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
    const [line] = stderr.split('\n')
    expect(JSON.parse(line ?? '')).toMatchObject({
      list: 'house',
      msg: expect.stringContaining('its active version stays'),
    })
    expect(user.query('select * from list_entries')).toEqual(before)
  })

  it('and a list that the config forgot is screened against, and named', async () => {
    const user = await busyUser()
    user.configure({ lists: [{ id: 'ofac', file: 'bundled' }], log: { level: 'warn' } })
    const { code, stderr } = await user.run('run', '--once')
    expect(code).toBe(0)
    const said = stderr
      .trimEnd()
      .split('\n')
      .map((line): string => JSON.parse(line).msg)
    expect(said).toContainEqual(
      expect.stringMatching(
        /^list house is not in the config: it stays in force as it was activated at .*; `chainscreen lists remove house` takes it out of force$/,
      ),
    )
  })
})
