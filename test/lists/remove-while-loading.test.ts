import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { isRemoved } from '../../src/ledger/lists/list-removals.ts'
import { importList } from '../../src/lists/import-list.ts'
import { removeList } from '../../src/lists/remove-list.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'
import { refusal } from './refusal.ts'

const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const by = { actor: 'ann', note: null, at: '2026-01-02T10:00:01.000Z' }

it('a list that is taken out of force while a load of it is under way stays so, until it is loaded again', async () => {
  const db = freshLedger(join(tempDir(), 'ledger.db'))
  const path = join(tempDir(), 'list.csv')
  const load = () => importList(db, source, { path }, { approve: false, at: '2026-01-02T10:00:00.000Z' })
  const inForce = () => all(db, 'select count(*) as n from list_entries where removed_on is null')
  writeFileSync(path, csvList(30))
  await load()
  writeFileSync(path, csvList(3000))
  const underWay = refusal(load())
  await removeList(db, 'house', [], by)
  expect(await underWay).toMatchObject({ code: 'aborted', message: expect.stringContaining('out of force') })
  expect(isRemoved(db, 'house')).toBe(true)
  expect(inForce()).toEqual([{ n: 0 }])
  expect(await load()).toMatchObject({ state: 'activated', entries: 3000 })
  expect(isRemoved(db, 'house')).toBe(false)
  expect(inForce()).toEqual([{ n: 3000 }])
})
