import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { all, one } from '../../src/ledger/database.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { importList } from '../../src/lists/import-list.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'

const villain = `0x${'b'.repeat(40)}`

function scene() {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  const load = (text: string, at: string) => {
    const path = join(dir, 'list.csv')
    writeFileSync(path, text)
    return importList(
      db,
      { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 },
      { path },
      { approve: false, at },
    )
  }
  const reasonOf = ({ sha256 }: { sha256: string }) =>
    one<{ reason: string }>(db, 'select reason from list_snapshots where sha256 = ?', sha256)?.reason
  return { db, load, reasonOf }
}

describe('the approval of a version that was held', () => {
  it('dates what appears by the day it came, and what disappears by the approval', async () => {
    const { db, load } = scene()
    await load(csvList(40), '2026-01-01T10:00:00.000Z')
    const held = await load(`${csvList(30)}${villain},A\n`, '2026-01-05T10:00:00.000Z')
    expect(held.state).toBe('held')
    await approveSnapshot(db, 'house', held.sha256, '2026-02-20T10:00:00.000Z')
    expect(all(db, 'select first_seen from list_entries where address = ?', villain)).toEqual([
      { first_seen: '2026-01-05' },
    ])
    expect(
      all(db, 'select removed_on, count(*) as n from list_entries where removed_on is not null group by 1'),
    ).toEqual([{ removed_on: '2026-02-20', n: 10 }])
  })

  it('leaves a newer one waiting, which can be approved then', async () => {
    const { db, load, reasonOf } = scene()
    await load(csvList(40), '2026-01-01T10:00:00.000Z')
    const older = await load(csvList(30), '2026-01-05T10:00:00.000Z')
    const newer = await load(`${csvList(20)}${villain},A\n`, '2026-01-06T10:00:00.000Z')
    await approveSnapshot(db, 'house', older.sha256, '2026-01-06T12:00:00.000Z')
    const states = () =>
      all<{ state: string }>(db, 'select state from list_snapshots order by id').map(({ state }) => state)
    expect(states()).toEqual(['superseded', 'active', 'held'])
    expect(reasonOf(newer)).toBe(`compared with an earlier active version: ${newer.reasons.join('; ')}`)
    await approveSnapshot(db, 'house', newer.sha256, '2026-01-07T12:00:00.000Z')
    expect(states()).toEqual(['superseded', 'superseded', 'active'])
    expect(all(db, 'select removed_on from list_entries where address = ?', villain)).toEqual([
      { removed_on: null },
    ])
  })

  it('leaves a newer one waiting, which its next import judges against the version that is active then', async () => {
    const { db, load, reasonOf } = scene()
    await load(csvList(40), '2026-01-01T10:00:00.000Z')
    const older = await load(csvList(30), '2026-01-05T10:00:00.000Z')
    await load(csvList(25), '2026-01-06T10:00:00.000Z')
    const newest = await load(csvList(20), '2026-01-07T10:00:00.000Z')
    await approveSnapshot(db, 'house', older.sha256, '2026-01-08T12:00:00.000Z')
    const again = await load(csvList(20), '2026-01-09T10:00:00.000Z')
    expect(again.state).toBe('held')
    expect(again.reasons).not.toEqual(newest.reasons)
    expect(reasonOf(newest)).toBe(again.reasons.join('; '))
  })

  it('supersedes an older one', async () => {
    const { db, load } = scene()
    await load(csvList(40), '2026-01-01T10:00:00.000Z')
    const older = await load(csvList(30), '2026-01-05T10:00:00.000Z')
    const newer = await load(csvList(20), '2026-01-06T10:00:00.000Z')
    await approveSnapshot(db, 'house', newer.sha256, '2026-01-07T12:00:00.000Z')
    expect(all(db, 'select state from list_snapshots where sha256 = ?', older.sha256)).toEqual([
      { state: 'superseded' },
    ])
  })
})
