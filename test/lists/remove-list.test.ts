import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findAlerts } from '../../src/ledger/alerts/alert-queries.ts'
import { pinChain } from '../../src/ledger/blocks/chain.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { listHealth } from '../../src/ledger/lists/list-health.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { openLedger } from '../../src/ledger/open.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { archivedPath } from '../../src/lists/archive.ts'
import { importList } from '../../src/lists/import-list.ts'
import { outOfForce } from '../../src/lists/out-of-force.ts'
import { removeList } from '../../src/lists/remove-list.ts'
import { reportLists } from '../../src/lists/report.ts'
import { decide } from '../../src/operations/decide.ts'
import { preCheck } from '../../src/pipeline/pre-check.ts'
import { at, chain, dump, freshLedger } from '../ledger/fixtures.ts'
import { crashAt } from '../pipeline/crash-at.ts'
import { rescreenAll, store } from '../pipeline/rescreening/rescreen-fixtures.ts'
import { evm, party, transfer, tx } from '../screening/builders.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'
import { refusal } from './refusal.ts'
import { rememberingLog } from './remembering-log.ts'

const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const villain = `0x${'b'.repeat(40)}`
const content = `${csvList(30)}${villain},A party\n`
const later = '2026-03-01T10:00:00.000Z'
const ann = { actor: 'ann', note: 'not ours to screen', at: later }

/** A ledger with a list, an alert of it, and a version that waits for approval. */
async function scene(path = join(tempDir(), 'ledger.db')) {
  const db = freshLedger(path)
  pinChain(db, chain, '0xgenesis', at)
  const load = (text: string, now = at) => {
    const file = join(tempDir(), 'list.csv')
    writeFileSync(file, text)
    return importList(db, source, { path: file }, { approve: false, at: now })
  }
  store(db, 7, tx({ hash: '0x1', transfers: [transfer({ parties: [party(evm('b'), 'source')] })] }))
  const { sha256 } = await load(content)
  rescreenAll(db)
  expect(findAlerts(db)).toHaveLength(1)
  const { sha256: held } = await load(csvList(15))
  return { db, load, sha256, held }
}

const check = (db: Db, now = later) => {
  const options = { asset: null, chain: null, lists: null, at: now }
  return preCheck(db, [villain], options)[0]
}
const inForce = (db: Db) =>
  all<{ n: number }>(db, 'select count(*) as n from list_entries where removed_on is null')[0]?.n
const told = (db: Db) =>
  all<{ kind: string }>(
    db,
    `select kind, actor, note, data from alert_events where kind in ('entry-removed', 'listed-again') order by seq`,
  )

describe('a list that is taken out of force', () => {
  it('ends its entries and keeps everything else: versions, files, alerts', async () => {
    const { db, sha256, held } = await scene()
    expect(check(db)).toMatchObject({ verdict: 'listed' })
    expect(inForce(db)).toBe(31)
    const { list } = readRevisions(db)
    expect(await removeList(db, 'house', [], ann)).toEqual({
      ...{ listId: 'house', already: false, entries: 31, revision: list + 1 },
      ...ann,
    })
    expect(inForce(db)).toBe(0)
    expect(readRevisions(db).list).toBe(list + 1)
    expect(all(db, 'select sha256, state from list_snapshots order by id')).toEqual([
      { sha256, state: 'superseded' },
      { sha256: held, state: 'superseded' },
    ])
    expect(existsSync(archivedPath(db.name, sha256))).toBe(true)
    expect(all(db, 'select * from list_removals')).toEqual([
      { id: 1, list_id: 'house', ...ann, entries: 31, revision: list + 1 },
    ])
  })

  it('tells its alerts, once, in the name of who did it', async () => {
    const { db } = await scene()
    const before = findAlerts(db)
    await removeList(db, 'house', [], ann)
    rescreenAll(db)
    await removeList(db, 'house', [], { ...ann, actor: 'bob' })
    rescreenAll(db)
    expect(told(db)).toEqual([
      {
        ...{ kind: 'entry-removed', actor: 'ann', note: 'not ours to screen' },
        data: `{"revision":2,"removed_on":"2026-03-01","reason":"list-removed"}`,
      },
    ])
    const stays = { entry_in_force: 0, entry_removed_on: '2026-03-01', version: 2 }
    expect(findAlerts(db)).toEqual(before.map((alert) => ({ ...alert, ...stays })))
  })

  it('answers for nothing any more, and is not called too old', async () => {
    const { db } = await scene()
    await removeList(db, 'house', [], ann)
    expect(check(db)).toMatchObject({
      verdict: 'unknown',
      matches: [],
      lists: [],
      notes: ['was on house until 2026-03-01', 'no list is loaded'],
    })
    expect(listHealth(db, null, later)).toEqual([])
    expect(listHealth(db, [{ id: 'house' }], later)).toMatchObject([
      { state: 'missing', problem: `list house was taken out of force at ${later}` },
    ])
    expect(reportLists(db, 'house', later, [])).toMatchObject([
      { inForce: 0, removed: 31, activeSnapshot: null, inConfig: false, removal: { ...ann, entries: 31 } },
    ])
  })

  it('twice is once', async () => {
    const { db } = await scene()
    const first = await removeList(db, 'house', [], ann)
    rescreenAll(db)
    const state = dump(db)
    expect(await removeList(db, 'house', [], { actor: 'bob', note: null, at: '2026-04-01' })).toEqual({
      ...first,
      already: true,
    })
    expect(dump(db)).toEqual(state)
  })

  it('is refused while the config names it, and where nobody knows it', async () => {
    const { db } = await scene()
    const state = dump(db)
    expect(await refusal(removeList(db, 'house', [{ id: 'house' }], ann))).toMatchObject({
      code: 'usage',
      message:
        'List house is in the config, and would be loaded again: take it out of the config, then remove it.',
    })
    expect(await refusal(removeList(db, 'hose', [], ann))).toMatchObject({
      code: 'usage',
      message: 'The database has no list "hose"; it has: house.',
    })
    expect(dump(db)).toEqual(state)
  })

  it('keeps what waited for approval from coming back by an approval', async () => {
    const { db, held } = await scene()
    await removeList(db, 'house', [], ann)
    expect(await refusal(approveSnapshot(db, 'house', held, later))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('was taken out of force: put it back into the config'),
    })
    expect(inForce(db)).toBe(0)
  })

  it('comes back with the next load: its alerts hear of it, and what was released is open', async () => {
    const { db, load } = await scene()
    const [{ id } = { id: '' }] = findAlerts(db)
    await removeList(db, 'house', [], ann)
    rescreenAll(db)
    decide(db, { ids: [id], decision: 'released' }, { actor: 'ann', note: null, at: later })
    expect(await load(content, '2026-03-05T10:00:00.000Z')).toMatchObject({ state: 'activated' })
    rescreenAll(db)
    expect(inForce(db)).toBe(31)
    expect(check(db, '2026-03-05T10:00:00.000Z')).toMatchObject({ verdict: 'listed' })
    expect(told(db).map(({ kind }) => kind)).toEqual(['entry-removed', 'listed-again'])
    expect(findAlerts(db, { open: true }).map((alert) => alert.id)).toEqual([id])
    expect(findList(db, 'house')?.removed_at).toBeNull()
    expect(reportLists(db, 'house', later)[0]?.removal).toBeNull()
  })

  it('may be of no entries, and one that was never active', async () => {
    const db = freshLedger()
    const file = join(tempDir(), 'list.csv')
    writeFileSync(file, 'address\n')
    await importList(db, source, { path: file }, { approve: false, at })
    expect(await removeList(db, 'house', [], ann)).toMatchObject({ entries: 0, revision: 0 })
    expect(findList(db, 'house')?.removed_at).toBe(later)
  })

  it('is left alone by a daemon that was started with it, which says so once', async () => {
    const { db } = await scene()
    const { log, lines } = rememberingLog()
    const isOut = outOfForce(db, 'house', log)
    expect(isOut()).toBe(false)
    await removeList(db, 'house', [], ann)
    expect([isOut(), isOut()]).toEqual([true, true])
    expect(lines).toEqual([
      expect.stringMatching(/^warn list house was taken out of force: it is not updated/),
    ])
  })

  it('is out of force whole or not at all, wherever it crashes', async () => {
    const { db } = await scene()
    const path = join(tempDir(), 'crashed.db')
    let crashes = 0
    for (let number = 1; ; number += 7) {
      const copy = `${path}-${number}`
      await db.backup(copy)
      const crashed = openLedger(copy)
      const undo = crashAt(number)
      const end = await removeList(crashed, 'house', [], ann).then(
        () => 'done',
        () => 'crashed',
      )
      undo()
      if (end === 'crashed') {
        crashes++
        expect([0, 31]).toContain(inForce(crashed))
        expect(findList(crashed, 'house')?.removed_at === null).toBe(inForce(crashed) === 31)
        await removeList(crashed, 'house', [], ann)
      }
      rescreenAll(crashed)
      expect(inForce(crashed)).toBe(0)
      expect(told(crashed)).toHaveLength(1)
      expect(all(crashed, `select count(*) as n from list_removals`)).toEqual([{ n: 1 }])
      crashed.close()
      if (end === 'done') break
    }
    expect(crashes).toBeGreaterThan(10)
  })
})
