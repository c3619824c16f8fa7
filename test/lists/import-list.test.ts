import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { all, type Db, inTransaction } from '../../src/ledger/database.ts'
import { activateSnapshot } from '../../src/ledger/lists/activate-snapshot.ts'
import { readChecks } from '../../src/ledger/lists/list-checks.ts'
import { findSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { activationOf } from '../../src/lists/activation.ts'
import { importList } from '../../src/lists/import-list.ts'
import { historyOf } from '../../src/lists/ofac-history.ts'
import { dump, freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { date, entry, ofacXml } from './formats/ofac-xml.ts'
import { refusal } from './refusal.ts'

const csv = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const at = '2026-01-01T10:00:00.000Z'

function setUp() {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  let files = 0
  const file = (content: string | Buffer): string => {
    const path = join(dir, `list-${++files}.csv`)
    writeFileSync(path, content)
    return path
  }
  const importing = (content: string | Buffer, options: { approve?: boolean; at?: string } = {}) =>
    importList(db, csv, { path: file(content) }, { approve: false, at, ...options })
  return { dir, db, importing, archived: () => readdirSync(join(dir, 'ledger.db.snapshots')).sort() }
}

/** A csv list of this many EVM addresses. */
function list(count: number): string {
  const rows = Array.from(
    { length: count },
    (_, index) => `0x${String(index + 1).padStart(40, '0')},Party ${index}`,
  )
  return ['address,subject', ...rows, ''].join('\n')
}

const sha = (content: string) => createHash('sha256').update(content).digest('hex')
/** What screening goes by, and the snapshots that may still be activated. */
function standing(db: Db): unknown[] {
  const { entry_versions, snapshot_changes } = dump(db)
  const usable = all(db, `select * from list_snapshots where state != 'rejected' order by id`)
  const active = all(db, 'select id, active_snapshot, revision from lists order by id')
  return [entry_versions, snapshot_changes, usable, active, readRevisions(db)]
}
const inForce = (db: Db) =>
  db.prepare('select count(*) from list_entries where removed_on is null').pluck().get()
const states = (db: Db) => all(db, 'select sha256, state, reason from list_snapshots order by id')

describe('importing a list', () => {
  it.each([true, false])('refuses a pipe at once, brought by hand: %s', async (byHand) => {
    const { dir, db } = setUp()
    const path = join(dir, 'pipe')
    execFileSync('mkfifo', [path])
    const error = await refusal(importList(db, csv, { path }, { approve: false, at, byHand }))
    expect(error.message).toMatch(/can't be read: it is a pipe/)
  })

  it('activates the first version, and keeps the file', async () => {
    const { dir, db, importing, archived } = setUp()
    expect(await importing(list(30))).toEqual({
      state: 'activated',
      listId: 'house',
      sha256: sha(list(30)),
      issuedOn: null,
      counts: expect.objectContaining({ rows: 30 }),
      entries: 30,
      unparsed: 0,
      added: 30,
      removed: 0,
      reasons: [],
      revision: 1,
    })
    expect(inForce(db)).toBe(30)
    expect(archived()).toEqual([`${sha(list(30))}.gz`])
    const kept = readFileSync(join(dir, 'ledger.db.snapshots', archived()[0] ?? ''))
    expect(gunzipSync(kept).toString()).toBe(list(30))
    expect(findList(db, 'house')).toMatchObject({
      format: 'csv',
      category: 'own-list',
      active_snapshot: sha(list(30)),
      checked_at: at,
    })
  })

  it('compares with what is active when it decides, also where that changed since it was compared', async () => {
    const { db, importing } = setUp()
    await importing(list(40))
    expect((await importing(list(5))).state).toBe('held')
    const other = findSnapshot(db, 'house', sha(list(5)))
    const staged = () =>
      db
        .prepare(
          'select count(*) from snapshot_entries e join list_snapshots s on s.id = snapshot_id where sha256 = ?',
        )
        .pluck()
        .get(sha(list(50)))
    // Every step of long work is a slice, and others have their turn after it.
    let clock = 0
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 100))
    onTestFinished(() => void vi.restoreAllMocks())
    let meanwhile = 0
    const look = () => {
      if (meanwhile > 0 || other === undefined) return
      const activation = activationOf(db, other, at)
      if (staged() === 50) meanwhile = inTransaction(db, () => activateSnapshot(db, other, activation))
      else setImmediate(look)
    }
    setImmediate(look)
    expect(await importing(list(50))).toMatchObject({ state: 'activated', added: 45, removed: 0 })
    expect(meanwhile).toBe(2)
    expect(inForce(db)).toBe(50)
    expect(readRevisions(db).list).toBe(3)
  })

  it('names a version by its content, compressed or not', async () => {
    const { importing } = setUp()
    await importing(list(30))
    expect(await importing(gzipSync(list(30)))).toMatchObject({ state: 'unchanged' })
  })

  it('of the active bytes changes nothing but when they were checked', async () => {
    const { db, importing, archived } = setUp()
    await importing(list(30))
    const before = standing(db)
    const later = '2026-01-02T10:00:00.000Z'
    expect(await importing(list(30), { at: later })).toMatchObject({
      state: 'unchanged',
      entries: 30,
      added: 0,
      removed: 0,
      revision: 1,
    })
    expect(standing(db)).toEqual(before)
    expect(findList(db, 'house')).toMatchObject({ checked_at: later })
    expect(archived()).toHaveLength(1)
  })

  it('holds a version that lost too much: the old one stays active', async () => {
    const { db, importing, archived } = setUp()
    await importing(list(30))
    const outcome = await importing(list(20))
    expect(outcome).toMatchObject({ state: 'held', added: 0, removed: 10, revision: null })
    expect(outcome.reasons[0]).toContain('10 of 30 addresses are gone')
    expect(inForce(db)).toBe(30)
    expect(readRevisions(db).list).toBe(1)
    expect(states(db)).toEqual([
      { sha256: sha(list(30)), state: 'active', reason: null },
      { sha256: sha(list(20)), state: 'held', reason: outcome.reasons.join('; ') },
    ])
    expect(archived()).toHaveLength(2)
  })

  it('held again stays one snapshot; approved it becomes active', async () => {
    const { db, importing } = setUp()
    await importing(list(30))
    await importing(list(20))
    expect(await importing(list(20))).toMatchObject({ state: 'held' })
    expect(states(db)).toHaveLength(2)
    const approved = await importing(list(20), { approve: true })
    expect(approved).toMatchObject({ state: 'activated', removed: 10, revision: 2 })
    expect(approved.reasons).not.toEqual([])
    expect(inForce(db)).toBe(20)
    expect(states(db).map((row) => (row as { state: string }).state)).toEqual(['superseded', 'active'])
    expect(db.prepare('select distinct removed_on from list_entries').pluck().all().sort()).toEqual(
      ['2026-01-01', null].sort(),
    )
  })

  it('holds a version that was active before, when going back to it loses too much', async () => {
    const { db, importing } = setUp()
    await importing(list(20))
    await importing(list(30))
    expect(await importing(list(20))).toMatchObject({ state: 'held' })
    expect(states(db)).toMatchObject([
      { sha256: sha(list(20)), state: 'held', reason: expect.stringContaining('10 of 30') },
      { sha256: sha(list(30)), state: 'active' },
    ])
    expect(await importing(list(20), { approve: true })).toMatchObject({ state: 'activated' })
    expect(await importing(list(30))).toMatchObject({ state: 'activated', added: 10 })
    expect(inForce(db)).toBe(30)
  })

  it('holds an empty first version', async () => {
    const { db, importing } = setUp()
    expect(await importing('address\n')).toMatchObject({ state: 'held', reasons: ['it has no address'] })
    expect(readRevisions(db).list).toBe(0)
  })

  it.each<[string, string | Buffer]>([
    ['a bad checksum in one row', `${list(30)}0x52908400098527886E0F7030069857D2E4169Ee7,typo\n`],
    ['no header', '0x0000000000000000000000000000000000000001,x\n'],
    ['nothing in it', ''],
    ['its end cut off', gzipSync(list(5000)).subarray(0, -100)],
  ])('refuses a file with %s, and what is in force stays', async (_name, content) => {
    const { db, importing, archived } = setUp()
    await importing(list(30))
    const before = standing(db)
    await expect(importing(content)).rejects.toMatchObject({ code: 'bad-file' })
    expect(standing(db)).toEqual(before)
    expect(archived()).toContain(`${sha(list(30))}.gz`)
    expect(archived().filter((name) => !name.endsWith('.gz'))).toEqual([])
  })

  it('reads the same bytes anew when the config lays them out otherwise, there and back', async () => {
    const { dir, db } = setUp()
    const path = join(dir, 'labels.csv')
    const wallet = (n: number) => `0x${String(n).padStart(40, '0')}`
    writeFileSync(path, `hot,cold\n${wallet(1)},${wallet(2)}\n`)
    const importing = (address: string, approve = false) =>
      importList(db, { ...csv, options: { columns: { address } } }, { path }, { approve, at })
    const listed = () =>
      all<{ address: string }>(db, 'select address from list_entries where removed_on is null').map(
        (row) => row.address,
      )
    await importing('hot')
    expect(listed()).toEqual([wallet(1)])
    expect((await importing('hot')).state).toBe('unchanged')
    expect((await importing('cold', true)).state).toBe('activated')
    expect(listed()).toEqual([wallet(2)])
    expect((await importing('hot', true)).state).toBe('activated')
    expect(listed()).toEqual([wallet(1)])
    expect(findSnapshot(db, 'house', sha(`hot,cold\n${wallet(1)},${wallet(2)}\n`))?.state).toBe('active')
  })

  it('refuses a file with a column for nationality, and keeps nothing of it', async () => {
    const { db, importing, archived } = setUp()
    await importing(list(30))
    const before = standing(db)
    const content = 'address,nationality\n0x0000000000000000000000000000000000000001,Freedonia\n'
    await expect(importing(content)).rejects.toThrow('nationality')
    await expect(importing(`Our customers\n${content}`)).rejects.toThrow('nationality')
    expect(standing(db)).toEqual(before)
    expect(archived()).toEqual([`${sha(list(30))}.gz`])
    expect(JSON.stringify(dump(db))).not.toContain('Freedonia')
  })

  it('refuses a file that is not there, and a format that is none', async () => {
    const { dir, db } = setUp()
    const options = { approve: false, at }
    await expect(importList(db, csv, { path: join(dir, 'none.csv') }, options)).rejects.toMatchObject({
      code: 'bad-file',
    })
    await expect(
      importList(db, { ...csv, format: 'tarot' }, { path: join(dir, 'none.csv') }, options),
    ).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('"tarot"') })
    expect(existsSync(join(dir, 'ledger.db.snapshots'))).toBe(false)
  })

  it('calls a full disk a failure, and no fault of the file', async () => {
    const { db, dir, archived } = setUp()
    vi.stubEnv('TMPDIR', join(dir, 'none'))
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    const person = (index: number) =>
      JSON.stringify({ id: `p${index}`, schema: 'Person', caption: 'x'.repeat(100_000), properties: {} })
    const path = join(dir, 'entities.json')
    writeFileSync(path, Array.from({ length: 100 }, (_, index) => `${person(index)}\n`).join(''))
    const list = { ...csv, format: 'opensanctions' }
    await expect(importList(db, list, { path }, { approve: false, at })).rejects.toMatchObject({
      code: 'failure',
    })
    expect(readChecks(db, 'house', 1)).toMatchObject([{ outcome: 'failed', sha256: null }])
    expect(archived()).toEqual([])
  })

  it('takes dates from the file: listed_on is when a row was published', async () => {
    const { db, importing } = setUp()
    const address = (n: number) => `0x${String(n).padStart(40, '0')}`
    await importing(
      [
        'address,subject,program,listed_on,removed_on',
        `${address(1)},A,P;Q,2024-05-01,`,
        `${address(2)},B,,2023-01-01,2024-01-01`,
        `${address(3)},C,,,`,
      ].join('\n'),
    )
    expect(
      db
        .prepare('select subject, programs, listed_on, first_seen, removed_on from list_entries order by key')
        .raw()
        .all(),
    ).toEqual([
      ['A', '["P","Q"]', '2024-05-01', '2024-05-01', null],
      ['B', '[]', '2023-01-01', '2023-01-01', '2024-01-01'],
      ['C', '[]', null, '2026-01-01', null],
    ])
  })

  it.each([
    ['the SDN list', 1550, 2 + historyOf('ofac-sdn').filter(({ removedBy }) => removedBy !== null).length],
    ['another list of OFAC', 1551, 2],
  ])('knows of addresses that were on the list before where it is %s', async (_, listed, entries) => {
    const { db, dir } = setUp()
    const path = join(dir, 'sdn.xml')
    const inside = `<SanctionsEntries>${entry(100, [date(2020, 3, 2)], ['A'], listed)}</SanctionsEntries>`
    const issued = `<DateOfIssue>${date(2026, 1, 1)}</DateOfIssue>`
    writeFileSync(path, ofacXml({ entries: inside, dateOfIssue: issued }))
    const list = { ...csv, format: 'ofac-sdn-advanced' }
    await importList(db, list, { path }, { approve: false, at })
    expect(all(db, 'select count(*) as n from list_entries')).toEqual([{ n: entries }])
  })

  it('judges by the day of the import whether a removal has come', async () => {
    const { db, importing } = setUp()
    const text = 'address,removed_on\n0x0000000000000000000000000000000000000001,2026-02-01\n'
    await expect(importing(text)).rejects.toThrow(/removed_on is in the future/)
    await importing(text, { at: '2026-02-01T00:00:00.000Z', approve: true })
    expect(db.prepare('select removed_on from list_entries').pluck().all()).toEqual(['2026-02-01'])
  })

  it('puts rows of one address together', async () => {
    const { db, importing } = setUp()
    const address = '0x0000000000000000000000000000000000000001'
    expect(await importing(`address,subject\n${address},A\n${address},B\n`)).toMatchObject({ entries: 1 })
    expect(db.prepare('select subject from list_entries').pluck().all()).toEqual(['A; B'])
  })
})
