import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { all, type Db } from '../../src/ledger/database.ts'
import { readChecks } from '../../src/ledger/lists/list-checks.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { readRevisions } from '../../src/ledger/revisions.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { archivedPath } from '../../src/lists/archive.ts'
import { csv } from '../../src/lists/formats/csv.ts'
import { formats } from '../../src/lists/formats/index.ts'
import { importList } from '../../src/lists/import-list.ts'
import { loadLists } from '../../src/lists/load-lists.ts'
import { reportDiff, reportLists } from '../../src/lists/report.ts'
import type { ListFormat, ParsedList } from '../../src/lists/types.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { answer, csvList, listServer, updating, urlList } from './list-server.ts'
import { rememberingLog } from './remembering-log.ts'

/** A program whose csv parser is of this version, and takes of a file what it can. */
function program(
  version: number,
  takes: (parsed: ParsedList) => Partial<ParsedList> = (parsed) => parsed,
): void {
  const parse: ListFormat['parse'] = async (input) => {
    const parsed = await csv.parse(input)
    return { ...parsed, ...takes(parsed) }
  }
  const all_ = formats as Record<string, ListFormat>
  all_.csv = { ...csv, version, parse }
  onTestFinished(() => {
    all_.csv = csv
  })
}

const first = (count: number) => (parsed: ParsedList) => ({
  addresses: parsed.addresses.slice(0, count),
  unparsed: parsed.addresses
    .slice(count)
    .map(({ address }) => ({ raw: address, reason: 'not understood', asset: null, where: address })),
})

const source = { id: 'l', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const at = '2026-01-01T10:00:00.000Z'

function importing() {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  const path = join(dir, 'list.csv')
  writeFileSync(path, csvList(30))
  return { db, load: (when = at) => importList(db, source, { path }, { approve: false, at: when }) }
}

const versions = (db: Db) => all(db, 'select parser, state from list_snapshots order by id')
const fresh = (db: Db) =>
  all(db, 'select address, first_seen, removed_on from list_entries where first_seen > ?', '2026-01-01')
const later = '2026-03-01T10:00:00.000Z'

describe('bytes that a newer parser reads', () => {
  it('stay active though they are dated in the future, as somebody approved, and keep their day', async () => {
    const { db, load } = importing()
    const issuedOn = '2099-01-01'
    program(1, (parsed) => ({ ...first(28)(parsed), issuedOn }))
    const held = await load()
    expect(held).toMatchObject({ state: 'held', reasons: [expect.stringContaining('in the future')] })
    await approveSnapshot(db, 'l', held.sha256, at)
    program(2, () => ({ issuedOn }))
    expect(await load(later)).toMatchObject({ state: 'activated', added: 2, removed: 0 })
    expect(fresh(db)).toEqual([])
  })

  it('become a version of their own, of which only the difference is a change', async () => {
    const { db, load } = importing()
    program(1, first(28))
    await load()
    expect(reportLists(db, 'l', at)[0]?.unparsed).toHaveLength(2)
    program(2)
    expect(await load(later)).toMatchObject({ state: 'activated', added: 2, removed: 0, revision: 2 })
    expect(versions(db)).toEqual([
      { parser: 1, state: 'superseded' },
      { parser: 2, state: 'active' },
    ])
    expect(
      all(db, `select count(*) as n from rescreen_entries where change = 'added' and rescreen_id = 2`),
    ).toEqual([{ n: 2 }])
    // They stood in the file all along.
    expect(fresh(db)).toEqual([])
    expect(reportDiff(db, 'l').added).toHaveLength(2)
    expect(reportLists(db, 'l', at)[0]?.unparsed).toEqual([])
    expect(await load(later)).toMatchObject({ state: 'unchanged', revision: 2 })
  })

  it('move no revision where it takes the same', async () => {
    const { db, load } = importing()
    program(1)
    await load()
    program(2)
    expect(await load(later)).toMatchObject({ state: 'activated', added: 0, removed: 0, revision: 1 })
    expect(readRevisions(db).list).toBe(1)
    expect(activeSnapshot(db, 'l')).toMatchObject({ parser: 2, revision: 1 })
    program(1)
    expect(await load(later)).toMatchObject({ state: 'unchanged' })
  })

  it('go through the gate: what loses too much is held, and can be approved', async () => {
    const { db, load } = importing()
    program(1)
    await load()
    program(2, first(20))
    const outcome = await load(later)
    expect(outcome).toMatchObject({ state: 'held', removed: 10 })
    expect(versions(db)).toEqual([
      { parser: 1, state: 'active' },
      { parser: 2, state: 'held' },
    ])
    expect(reportDiff(db, 'l').removed).toHaveLength(10)
    await approveSnapshot(db, 'l', outcome.sha256.slice(0, 8), later)
    expect(versions(db)).toEqual([
      { parser: 1, state: 'superseded' },
      { parser: 2, state: 'active' },
    ])
    expect(all(db, 'select distinct removed_on from list_entries where removed_on is not null')).toEqual([
      { removed_on: '2026-01-01' },
    ])
  })
})

describe('a list with a url whose parser became newer', () => {
  it('is read anew from what is kept, although the source has nothing new', async () => {
    program(1, first(28))
    const server = await listServer(answer(csvList(30), { etag: '"a"' }), answer('', {}, 304))
    const { db, update } = updating(server)
    await update()
    program(2)
    expect(await update()).toMatchObject({ state: 'not-modified', held: null })
    expect(activeSnapshot(db, 'l')).toMatchObject({ parser: 2, revision: 2 })
    expect(readChecks(db, 'l', 2).map(({ outcome, detail }) => `${outcome}: ${detail}`)).toEqual([
      'not-modified: nothing new',
      'activated: the archived file, parsed again by version 2 of the parser: 30 addresses, 0 unreadable; 2 added, 0 removed',
    ])
    const before = versions(db)
    await update()
    expect(versions(db)).toEqual(before)
  })

  it('is no fresher for it', async () => {
    program(1)
    const server = await listServer(answer(csvList(30), { etag: '"a"' }), answer('', {}, 403))
    const { db, update } = updating(server)
    await update()
    program(2)
    await expect(update()).rejects.toMatchObject({ code: 'list-refused' })
    expect(activeSnapshot(db, 'l')?.parser).toBe(2)
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T01:00:00.000Z')
  })

  it('is asked for whole where the kept file is gone', async () => {
    program(1, first(28))
    const server = await listServer(answer(csvList(30), { etag: '"a"' }))
    const { db, update } = updating(server)
    const { sha256 } = (await update()) as { sha256: string }
    rmSync(archivedPath(db.name, sha256))
    program(2)
    expect(await update()).toMatchObject({ state: 'activated', added: 2 })
    expect(server.requests.map(({ headers }) => 'if-none-match' in headers)).toEqual([false, false])
  })

  it('is read anew at the start already', async () => {
    program(1, first(28))
    const server = await listServer(answer(csvList(30), { etag: '"a"' }), answer('', {}, 500))
    const db = freshLedger(join(tempDir(), 'ledger.db'))
    const { log, lines } = rememberingLog()
    const lists = [urlList(`${server.origin}/list`)]
    const now = () => at
    await loadLists(db, lists, log, now)
    server.reply(answer('', {}, 403))
    await loadLists(db, lists, log, now)
    expect(server.requests).toHaveLength(1)
    program(2)
    await loadLists(db, lists, log, now)
    expect(activeSnapshot(db, 'l')).toMatchObject({ parser: 2, revision: 2 })
    expect(lines).toContain('info list l is active')
  })
})
