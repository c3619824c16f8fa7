import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { noteCheck, readChecks } from '../../src/ledger/lists/list-checks.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { startUpdates } from '../../src/lists/keep-updated.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { answer, csvList, listServer, urlList } from './list-server.ts'
import { rememberingLog } from './remembering-log.ts'

const now = '2026-01-01T12:00:00.000Z'

function setUp() {
  const dir = tempDir()
  return {
    db: freshLedger(join(dir, 'ledger.db')),
    folder: join(dir, 'ledger.db.snapshots'),
    ...rememberingLog(),
  }
}

describe('lists of a daemon', () => {
  it('are downloaded when they are due by what the ledger has of their last check, and not before', async () => {
    const server = await listServer(answer(csvList(3)))
    const { db, log } = setUp()
    const lists = ['new', 'due', 'checked'].map((id) => urlList(`${server.origin}/${id}`, { id }))
    const check = { outcome: 'unchanged', status: 200, detail: null, sha256: null, bytes: null } as const
    noteCheck(db, { ...check, list_id: 'checked', at: '2026-01-01T11:30:00.000Z' })
    noteCheck(db, { ...check, list_id: 'due', at: '2026-01-01T10:30:00.000Z' })
    const stop = startUpdates(db, lists, log, () => now)
    await vi.waitFor(() => {
      for (const id of ['new', 'due']) expect(activeSnapshot(db, id)).toBeDefined()
    })
    await stop()
    expect(server.requests.map(({ path }) => path).sort()).toEqual(['/due', '/new'])
  })

  it('are downloaded when they are due although a version was approved or brought by hand just now', async () => {
    const server = await listServer(answer(csvList(3)))
    const { db, log } = setUp()
    const about = { list_id: 'l', detail: null, sha256: null, bytes: null } as const
    noteCheck(db, { ...about, at: '2026-01-01T10:30:00.000Z', outcome: 'held', status: 200 })
    for (const outcome of ['activated', 'unchanged'] as const) {
      noteCheck(db, { ...about, at: '2026-01-01T11:59:00.000Z', outcome, status: null })
    }
    const stop = startUpdates(db, [urlList(`${server.origin}/list`)], log, () => now)
    await vi.waitFor(() => expect(activeSnapshot(db, 'l')).toBeDefined())
    await stop()
    expect(server.requests).toHaveLength(1)
  })

  it('that fail are told, and the others go on', async () => {
    const server = await listServer((response, request) =>
      request.url === '/bad'
        ? answer('no', {}, 403)(response, request)
        : answer(csvList(3))(response, request),
    )
    const { db, log, lines } = setUp()
    const lists = ['bad', 'good'].map((id) => urlList(`${server.origin}/${id}`, { id }))
    const stop = startUpdates(db, lists, log, () => now)
    await vi.waitFor(() => {
      expect(activeSnapshot(db, 'good')).toBeDefined()
      expect(readChecks(db, 'bad', 9)).toMatchObject([{ outcome: 'failed', status: 403 }])
    })
    await stop()
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^error list bad was not loaded, and no version of it is active: .* 403 Forbidden/,
      ),
    )
  })

  it('stop in the middle of a download, which is no failure of the list', async () => {
    const server = await listServer((response) => {
      response.writeHead(200, { 'content-length': '5000' }).write('address\n')
    })
    const { db, folder, log } = setUp()
    const stop = startUpdates(db, [urlList(`${server.origin}/list`)], log, () => now)
    await vi.waitFor(() => expect(existsSync(folder) && readdirSync(folder)).toHaveLength(1))
    await stop()
    expect(readdirSync(folder)).toEqual([])
    expect(readChecks(db, 'l', 9)).toEqual([])
  })
})
