import { describe, expect, it } from 'vitest'
import { openLedger } from '../../src/ledger/open.ts'
import { addOwn } from '../../src/own/import-own.ts'
import { newProject, type Project } from '../e2e/project.ts'
import { at } from '../ledger/fixtures.ts'
import { busyUser, houseListed, refused } from './refusal.ts'

const clean = `0x${'2'.repeat(40)}`
const nothingAdded =
  'Nothing was added: 1 address is listed, and an own address is never screened as a counterparty. Use --listed for an address that is yours.'
const named = `  ${houseListed.toLowerCase()}: on list house as ${houseListed}, House Rule`

function ownAlerts(user: Project) {
  return user.query(`select own_address, list_id, entry_address, level from alerts where role = 'own'`)
}

describe('an address that a list names', () => {
  it('is no own address where a person adds it, unless told that it is listed', async () => {
    const user = await busyUser()
    const words = ['own', 'add', clean, houseListed.toLowerCase()]
    await refused(user, words, { code: 2, says: nothingAdded, more: [named] })
    const { code, stdout } = await user.run(...words, '--listed')
    expect({ code, counts: stdout.split('\n')[0] }).toEqual({
      code: 0,
      counts: '2 added, 0 changed, 0 known already.',
    })
    expect(ownAlerts(user)).toEqual([
      {
        own_address: houseListed.toLowerCase(),
        list_id: 'house',
        entry_address: houseListed,
        level: 'high',
      },
    ])
  })

  it('is refused in a file with all of the file, unless told that it is listed', async () => {
    const user = await busyUser()
    const file = user.file(
      'more.csv',
      `address,kind,reference\n${clean},deposit,2\n${houseListed.toLowerCase()},deposit,3\n`,
    )
    await refused(user, ['own', 'import', file], { code: 2, says: nothingAdded, more: [named] })
    const { code, stdout } = await user.run('own', 'import', file, '--listed')
    expect({ code, counts: stdout.split('\n')[0] }).toEqual({
      code: 0,
      counts: '2 added, 0 changed, 0 known already.',
    })
    // What is own already is no mistake of this file.
    expect(await user.run('own', 'import', file)).toMatchObject({
      code: 0,
      stdout: '0 added, 0 changed, 2 known already.\n',
    })
  })

  it('is refused by another form of a listed key, and the match is named', async () => {
    const user = newProject()
    // One public key hash, as P2PKH and as P2WPKH.
    const [legacy, segwit] = [
      '1BgGZ9tcN4rm9KBzDn7KprQz87SZ26SAMH',
      'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    ]
    const file = user.file('house.csv', `address,subject\n${legacy},House Rule\n`)
    user.configure({ lists: [{ id: 'house', format: 'csv', file }] })
    await user.follow()
    const named = `  ${segwit}: on list house as ${legacy}, House Rule, a same-key match`
    await refused(user, ['own', 'add', segwit], { code: 2, says: nothingAdded, more: [named] })
  })

  it('is taken where its entry is not in force any more', async () => {
    const user = await busyUser()
    const file = user.file(
      'next.csv',
      `address,subject,listed_on,removed_on\n${houseListed},House Rule,2024-01-01,2024-02-01\n`,
    )
    expect(await user.run('lists', 'import', 'house', file, '--approve')).toMatchObject({ code: 0 })
    expect((await user.run('screen', houseListed)).code).toBe(0)
    expect(await user.run('own', 'add', houseListed)).toMatchObject({
      code: 0,
      stdout: '1 added, 0 changed, 0 known already.\n',
    })
  })

  it('names twenty of many, and counts the rest', async () => {
    const user = newProject()
    const addresses = Array.from({ length: 23 }, (_, index) => `0x${String(index + 10).repeat(20)}`)
    const file = user.file('house.csv', `address,subject\n${addresses.map((one) => `${one},X\n`).join('')}`)
    user.configure({ lists: [{ id: 'house', format: 'csv', file }] })
    await user.follow()
    const { code, stderr } = await user.run('own', 'add', ...addresses)
    const lines = stderr.trimEnd().split('\n')
    expect({ code, first: lines[0], count: lines.length, last: lines.at(-1) }).toEqual({
      code: 2,
      first: nothingAdded.replace('1 address is', '23 addresses are'),
      count: 22,
      last: '  and 3 more',
    })
  })

  it('is added by a program as it always was', async () => {
    const user = await busyUser()
    const db = openLedger(user.database)
    expect(await addOwn(db, [houseListed], { chain: '' }, [], at)).toMatchObject({ added: 1 })
    db.close()
    await user.follow()
    expect(ownAlerts(user)).toHaveLength(1)
  })

  it('of a descriptor is added, and the option that asks for it is refused', async () => {
    const user = await busyUser()
    const words = ['own', 'add', '--descriptor', 'wpkh(x)', '--listed']
    await refused(user, words, { code: 2, says: /^Nothing was added: --listed is for addresses only\./ })
  })
})
