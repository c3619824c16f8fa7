import { expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { newProject } from '../e2e/project.ts'
import { evm } from '../screening/builders.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

const address = (number: number) => `0x${number.toString(16).padStart(40, '0')}`

it('twenty that register at once, beside one who retires and a command, lose no address', async () => {
  const user = newProject({
    chains: [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
  })
  const db = openLedger(user.database)
  try {
    const context = servedContext({ db })
    const ask = await askerOf(context)
    const token = tokenOf(db, ['own'])
    const retired = Array.from({ length: 5 }, (_, index) => evm(`${index + 1}f`))
    const before = retired.map((key) => ({
      key,
      address: key,
      kind: 'hot' as const,
      reference: '',
      chain: '',
    }))
    await addOwnAddresses(db, before, context.now())
    const posts = Array.from({ length: 20 }, (_, post) => {
      // Every second address is in the next request too: it is added by one, and known to the other.
      const addresses = Array.from({ length: 30 }, (_, index) => ({
        address: address(1000 + post * 15 + index),
      }))
      return ask('POST /v1/own-addresses', { token, body: { addresses } })
    })
    const deletes = retired.map((key) => ask(`DELETE /v1/own-addresses/${key}`, { token }))
    const command = user.run('own', 'add', address(9001), address(9002))
    const answers = await Promise.all(posts)
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect((await Promise.all(deletes)).map(({ status }) => status)).toEqual(deletes.map(() => 200))
    expect(await command).toMatchObject({ code: 0 })
    const rows = all<{ address: string; retired_at: string | null }>(db, 'select * from own_addresses')
    const own = new Set(rows.map((row) => row.address))
    const asked = Array.from({ length: 19 * 15 + 30 }, (_, index) => address(1000 + index))
    expect([...asked, address(9001), address(9002)].filter((each) => !own.has(each))).toEqual([])
    expect(rows.filter(({ retired_at }) => retired_at !== null)).toHaveLength(retired.length)
    const sum = (name: 'added' | 'known') => answers.reduce((all, { body }) => all + body[name], 0)
    expect({ added: sum('added'), known: sum('known') }).toEqual({ added: asked.length, known: 19 * 15 })
    // Each added some, and says in which revision of its own.
    const revisions = answers.map(({ body }) => body.revision)
    expect(new Set(revisions).size).toBe(answers.length)
    expect(Math.max(...revisions)).toBeLessThanOrEqual(readRevisions(db).own)
    const audit = all<{ n: number }>(db, `select count(*) as n from audit where action = 'own.added'`)
    expect(audit).toEqual([{ n: 21 }])
  } finally {
    db.close()
  }
})

it('of two that mean another thing by one address, the last counts, and each says what it did', async () => {
  const context = servedContext()
  const ask = await askerOf(context)
  const token = tokenOf(context.db, ['own'])
  const add = (reference: string) =>
    ask('POST /v1/own-addresses', { token, body: { addresses: [{ address: address(7), reference }] } })
  const [first, second] = await Promise.all([add('a'), add('b')])
  expect([first.body, second.body]).toEqual([
    { added: 1, known: 0, changed: 0, revision: 1, rescan: null },
    { added: 0, known: 0, changed: 1, revision: 1, rescan: null },
  ])
  expect(all(context.db, 'select reference from own_addresses')).toEqual([{ reference: 'b' }])
  const twice = { addresses: [{ address: address(8) }, { address: address(8), reference: 'b' }] }
  const refused = await ask('POST /v1/own-addresses', { token, body: twice })
  expect(refused).toMatchObject({ status: 400, body: { type: 'urn:chainscreen:problem:invalid-request' } })
  expect(refused.body.detail).toContain('comes twice, in rows 1 and 2,')
})
