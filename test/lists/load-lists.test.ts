import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileListConfig } from '../../src/config/lists.ts'
import { readChecks } from '../../src/ledger/lists/list-checks.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { loadLists } from '../../src/lists/load-lists.ts'
import { updateList } from '../../src/lists/update-list.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { answer, csvList, listServer, urlList } from './list-server.ts'
import { refusal } from './refusal.ts'
import { rememberingLog } from './remembering-log.ts'

const now = () => '2026-01-01T12:00:00.000Z'

function setUp(content = csvList(30)) {
  const dir = tempDir()
  const file = join(dir, 'house.csv')
  writeFileSync(file, content)
  const house: FileListConfig = {
    ...{ id: 'house', format: 'csv', file, maxAgeMs: null, maxIssueAgeMs: null, guard: { maxRemoved: 0.05 } },
  }
  return { dir, db: freshLedger(join(dir, 'ledger.db')), house, ...rememberingLog() }
}

describe('loading the lists of a config', () => {
  it('downloads what was never loaded, and all of them where that is asked for', async () => {
    const server = await listServer(answer(csvList(3)))
    const { db, house, log } = setUp()
    const lists = [house, urlList(`${server.origin}/list`)]
    await loadLists(db, lists, log, now)
    await loadLists(db, lists, log, now)
    expect(server.requests).toHaveLength(1)
    await loadLists(db, lists, log, now, { download: 'all' })
    expect(server.requests).toHaveLength(2)
    expect(readChecks(db, 'house', 9).map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'unchanged',
      'activated',
    ])
  })

  it('stops where a list has no version to fall back on, once the others are loaded', async () => {
    const server = await listServer(answer('no', {}, 403))
    const { db, house, log } = setUp()
    const error = await refusal(loadLists(db, [urlList(`${server.origin}/list`), house], log, now))
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answered 403 Forbidden/)
    expect(activeSnapshot(db, 'house')).toBeDefined()
  })

  it('stops where the first version of a list is held', async () => {
    const { db, house, log } = setUp('address\n')
    const error = await refusal(loadLists(db, [house], log, now))
    expect(error).toMatchObject({ code: 'list-held', message: expect.stringContaining('it has no address') })
    expect(error.message).toMatch(/`chainscreen lists approve house [0-9a-f]{12}`/)
  })

  it('does not start without a list whose server asked to be left alone, nor ask it, until that is over', async () => {
    const server = await listServer(answer('', { 'retry-after': '7200' }, 429), answer(csvList(3)))
    const { db, house, log } = setUp()
    const list = urlList(`${server.origin}/list`)
    await refusal(loadLists(db, [list, house], log, now))
    const start = (at: string) => loadLists(db, [list, house], log, () => at)
    expect(await refusal(start('2026-01-01T13:59:59.000Z'))).toMatchObject({
      code: 'list-unreachable',
      message: expect.stringMatching(/not to be asked before 2026-01-01T14:00:00\.000Z.*lists update l/),
    })
    expect(server.requests).toHaveLength(1)
    expect(activeSnapshot(db, 'house')).toBeDefined()
    await start('2026-01-01T14:00:00.000Z')
    expect(server.requests).toHaveLength(2)
    expect(activeSnapshot(db, 'l')).toBeDefined()
  })

  it('asks such a server where a person does, or for a run that loads all lists first', async () => {
    const server = await listServer(answer('', { 'retry-after': '7200' }, 429))
    const { db, log } = setUp()
    const list = urlList(`${server.origin}/list`)
    await refusal(loadLists(db, [list], log, now))
    await refusal(updateList(db, list, { now }))
    await refusal(loadLists(db, [list], log, now, { download: 'all' }))
    expect(server.requests).toHaveLength(3)
  })

  it('raises an alarm for a version that is held, and keeps the active one', async () => {
    const { db, house, log, lines } = setUp()
    await loadLists(db, [house], log, now)
    writeFileSync(house.file, csvList(10))
    await loadLists(db, [house], log, now)
    expect(lines.at(-1)).toMatch(
      /^error list house: a new version is held, the active one stays: 20 of 30 .*`chainscreen lists approve house [0-9a-f]{12}`/,
    )
    expect(db.prepare('select count(*) from list_entries').pluck().get()).toBe(30)
  })

  it('names the file of a row that is wrong, and keeps the active version', async () => {
    const { db, house, log, lines } = setUp()
    await loadLists(db, [house], log, now)
    writeFileSync(house.file, `${csvList(30)}0x12,short\n`)
    await loadLists(db, [house], log, now)
    expect(lines.at(-1)).toContain(`${house.file}: One row is wrong`)
    expect(readChecks(db, 'house', 1)).toMatchObject([{ outcome: 'rejected', status: null }])
  })

  it('clears away what a crash left half written a day ago', async () => {
    const { dir, db, house, log } = setUp()
    const folder = join(dir, 'ledger.db.snapshots')
    mkdirSync(folder)
    for (const name of ['.old.part', '.new.part', 'other']) writeFileSync(join(folder, name), 'x')
    const dayAgo = (Date.parse(now()) - 86_400_001) / 1000
    const justNow = Date.parse(now()) / 1000
    utimesSync(join(folder, '.old.part'), dayAgo, dayAgo)
    utimesSync(join(folder, 'other'), dayAgo, dayAgo)
    utimesSync(join(folder, '.new.part'), justNow, justNow)
    await loadLists(db, [house], log, now)
    expect(
      readdirSync(folder)
        .filter((name) => !name.endsWith('.gz'))
        .sort(),
    ).toEqual(['.new.part', 'other'])
  })
})
