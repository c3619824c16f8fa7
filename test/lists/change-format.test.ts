import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileListConfig } from '../../src/config/lists.ts'
import { one } from '../../src/ledger/database.ts'
import { bundledAlone, listHealth } from '../../src/ledger/lists/list-health.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { findList, putList } from '../../src/ledger/lists/lists.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { updateList } from '../../src/lists/update-list.ts'
import { ofacXml } from './formats/ofac-xml.ts'
import { answer, csvList, listServer, updating } from './list-server.ts'
import { refusal } from './refusal.ts'

const day = 24 * 3_600_000
const now = '2026-01-01T00:00:00.000Z'
const bundled: FileListConfig = {
  ...{
    id: 'l',
    format: 'bundled',
    file: 'bundled',
    maxAgeMs: 10 * day,
    maxIssueAgeMs: null,
    guard: { maxRemoved: 0.05 },
  },
}
const tagged = { etag: '"v1"' }

/** The list that ships with chainscreen, loaded, where the config now names a url that fails. */
async function wasBundled(maxAgeMs: number | null) {
  const server = await listServer(answer('no', {}, 403))
  const { db, update } = updating(server, { format: 'ofac-sdn-advanced', maxAgeMs })
  await updateList(db, bundled, { now: () => now })
  const fail = () => refusal(update())
  return { db, server, update, fail }
}

describe('a list that was the bundled one, and is to be fetched now', () => {
  it.each([
    ['a longer maxAge', 72 * day],
    ['no maxAge', null],
  ])('is no fresher, with %s, as long as nothing was fetched', async (_, maxAgeMs) => {
    const { db, fail } = await wasBundled(maxAgeMs)
    const before = listHealth(db, [{ id: 'l' }], now)
    expect(before).toMatchObject([{ state: 'stale' }])
    await fail()
    expect(listHealth(db, [{ id: 'l' }], now)).toEqual(before)
  })

  it('may be no older than it might before, with a config that allows more of another format', async () => {
    const { db, fail } = await wasBundled(72 * day)
    await fail()
    const asked = { id: 'l', format: 'ofac-sdn-advanced', maxAgeMs: 72 * day }
    expect(listHealth(db, [asked], now)).toMatchObject([{ state: 'stale', maxAgeSeconds: (10 * day) / 1000 }])
    expect(listHealth(db, [{ ...asked, maxAgeMs: null }], now)).toMatchObject([{ state: 'stale' }])
  })

  it('is as old as the config allows at once, where that is less', async () => {
    const { db, fail } = await wasBundled(day)
    await fail()
    expect(listHealth(db, [{ id: 'l' }], now)).toMatchObject([{ state: 'stale', maxAgeSeconds: day / 1000 }])
  })

  it('is still warned of where it is the only one', async () => {
    const { db, fail } = await wasBundled(null)
    db.prepare('update lists set max_age_seconds = null').run()
    expect(bundledAlone(db, [{ id: 'l' }], now)).toContain('only list l, which ships with chainscreen')
    await fail()
    expect(bundledAlone(db, [{ id: 'l' }], now)).toContain('only list l, which ships with chainscreen')
  })

  it('is judged by the version in force where the row says otherwise', async () => {
    const { db } = await wasBundled(null)
    db.prepare(`update lists set format = 'ofac-sdn-advanced', checked_at = ?`).run(now)
    expect(listHealth(db, [{ id: 'l' }], now)).toMatchObject([{ state: 'stale' }])
    db.prepare('update lists set max_age_seconds = null').run()
    expect(bundledAlone(db, [{ id: 'l' }], now)).toContain('only list l, which ships with chainscreen')
  })

  it('is what the config says once a version of it is active', async () => {
    const { db, server, update } = await wasBundled(null)
    server.reply(answer(ofacXml()))
    expect(await update({ guard: { maxRemoved: 1 } })).toMatchObject({ state: 'held' })
    expect(findList(db, 'l')).toMatchObject({ format: 'bundled', max_age_seconds: (10 * day) / 1000 })
    await approveSnapshot(
      db,
      'l',
      String(one<{ sha256: string }>(db, `select sha256 from list_snapshots where state = 'held'`)?.sha256),
      now,
    )
    expect(findList(db, 'l')).toMatchObject({ format: 'ofac-sdn-advanced' })
    await update()
    expect(findList(db, 'l')).toMatchObject({ format: 'ofac-sdn-advanced', max_age_seconds: null })
  })
})

describe('a list whose format the config changes', () => {
  it('keeps its category where no file of the new format came', async () => {
    const server = await listServer(answer(csvList(30)))
    const { db, update } = updating(server)
    await update()
    const before = findList(db, 'l')
    await refusal(update({ format: 'uk-sanctions-list' }))
    expect(findList(db, 'l')).toEqual(before)
    expect(before).toMatchObject({ format: 'csv', category: 'own-list' })
  })

  it('has the new category with the first version of the new format', async () => {
    const server = await listServer(answer(csvList(3)), answer(ofacXml()))
    const { db, update } = updating(server)
    await update()
    expect(await update({ format: 'ofac-sdn-advanced', guard: { maxRemoved: 1 } })).toMatchObject({
      state: 'activated',
    })
    expect(findList(db, 'l')).toMatchObject({ format: 'ofac-sdn-advanced', category: 'sanctions' })
  })

  it('has it also where a person approves that version', async () => {
    const server = await listServer(answer(csvList(30)), answer(ofacXml()))
    const { db, update } = updating(server)
    await update()
    const held = await update({ format: 'ofac-sdn-advanced' })
    expect(held).toMatchObject({ state: 'held' })
    expect(findList(db, 'l')).toMatchObject({ format: 'csv', category: 'own-list' })
    await approveSnapshot(db, 'l', held.sha256, now)
    expect(findList(db, 'l')).toMatchObject({ format: 'ofac-sdn-advanced', category: 'sanctions' })
  })

  it('takes both at once where it has no version yet', async () => {
    const server = await listServer(answer('no', {}, 403))
    const { db, update } = updating(server)
    await refusal(update())
    await refusal(update({ format: 'uk-sanctions-list' }))
    expect(findList(db, 'l')).toMatchObject({ format: 'uk-sanctions-list', category: 'sanctions' })
  })

  it('is asked for whole: what is kept is no version of the new format', async () => {
    const server = await listServer(answer(csvList(30), tagged))
    const { update } = updating(server)
    await update()
    expect((await refusal(update({ format: 'uk-sanctions-list' }))).code).toBe('bad-file')
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, undefined])
  })

  it('is still never one that is read from a chain', () => {
    const { db } = updating({ origin: '', host: '', requests: [], reply: () => {} })
    const list = { id: 'l', maxAgeSeconds: null }
    putList(db, { ...list, format: 'csv', category: 'own-list' })
    expect(() => putList(db, { ...list, format: 'token-blacklist', category: 'issuer-freeze' })).toThrow(
      /give it another id/,
    )
  })
})

describe('the file of the version in force', () => {
  it('is downloaded again where it is gone, and nothing else changes', async () => {
    const server = await listServer((response, request) =>
      request.headers['if-none-match'] === undefined
        ? answer(csvList(30), tagged)(response, request)
        : answer('', tagged, 304)(response, request),
    )
    const { db, folder, update } = updating(server)
    await update()
    const archived = join(folder, `${activeSnapshot(db, 'l')?.sha256}.gz`)
    const before = readFileSync(archived)
    rmSync(archived)
    expect(await update()).toMatchObject({ state: 'unchanged', revision: 1 })
    expect(readFileSync(archived)).toEqual(before)
    expect(await update()).toMatchObject({ state: 'not-modified' })
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      '"v1"',
    ])
  })
})
