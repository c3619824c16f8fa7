import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { all, type Db } from '../../src/ledger/database.ts'
import { readChecks } from '../../src/ledger/lists/list-checks.ts'
import { keysInForce } from '../../src/ledger/lists/list-entries.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { importList } from '../../src/lists/import-list.ts'
import { sourceOf } from '../../src/lists/load-list.ts'
import { answer, csvList, listServer, type Reply, updating } from './list-server.ts'

/** Anew for whoever has it not. */
const version =
  (content: string, etag: string): Reply =>
  (response, request) =>
    (request.headers['if-none-match'] === etag ? answer('', { etag }, 304) : answer(content, { etag }))(
      response,
      request,
    )

/** A list of a hundred, whose source has had ninety since: they are held. */
async function holding() {
  const server = await listServer(version(csvList(100), '"1"'), version(csvList(90), '"2"'))
  const one = updating(server)
  await one.update()
  expect(await one.update()).toMatchObject({ state: 'held' })
  return { ...one, server }
}

const states = (db: Db) =>
  all<{ state: string }>(db, 'select state from list_snapshots order by id').map(({ state }) => state)

describe('a version that is held, and that the source still has', () => {
  it('is activated once the config allows what it lost', async () => {
    const { db, server, update } = await holding()
    expect(await update({ guard: { maxRemoved: 0.5 } })).toMatchObject({
      ...{ state: 'activated', entries: 90, removed: 10, reasons: [], revision: 2 },
    })
    expect(server.requests.at(-1)?.headers['if-none-match']).toBe('"2"')
    expect(states(db)).toEqual(['superseded', 'active'])
    expect([...keysInForce(db, 'l')].length).toBe(90)
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T03:00:00.000Z')
    expect(readChecks(db, 'l', 1)).toMatchObject([
      {
        ...{ outcome: 'activated', status: 304 },
        detail: expect.stringMatching(/^nothing newer than the version that is held: 90 addresses/),
      },
    ])
    expect(await update()).toMatchObject({ state: 'not-modified', held: null })
  })

  it('stays held, for the reasons of now, where the guard still objects', async () => {
    const { db, update } = await holding()
    expect(await update({ guard: { maxRemoved: 0.07 } })).toMatchObject({
      ...{ state: 'not-modified', held: expect.stringContaining('guard.maxRemoved allows 7 %') },
    })
    expect(states(db)).toEqual(['active', 'held'])
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T01:00:00.000Z')
    expect(readChecks(db, 'l', 1)).toMatchObject([{ outcome: 'held', status: 304 }])
    expect(all(db, `select reason from list_snapshots where state = 'held'`)).toEqual([
      { reason: expect.stringContaining('guard.maxRemoved allows 7 %') },
    ])
  })

  it('is compared with what is active now', async () => {
    const { db, folder, list, update } = await holding()
    const path = join(folder, '..', 'brought.csv')
    writeFileSync(path, csvList(92))
    const byHand = { approve: true, byHand: true, at: '2026-01-01T02:30:00.000Z' }
    await importList(db, sourceOf(list), { path }, byHand)
    expect(await update()).toMatchObject({ state: 'activated', removed: 2 })
    expect(states(db)).toEqual(['superseded', 'active', 'superseded'])
  })
})
