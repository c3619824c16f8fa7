import { readdirSync, truncateSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { all } from '../../../src/ledger/database.ts'
import { readChecks } from '../../../src/ledger/lists/list-checks.ts'
import { activeSnapshot } from '../../../src/ledger/lists/list-snapshots.ts'
import { findList } from '../../../src/ledger/lists/lists.ts'
import { storedEntries } from '../../../src/ledger/lists/snapshot-changes.ts'
import { archivedPath, snapshotFolder } from '../../../src/lists/archive.ts'
import { answer, cutShort } from '../list-server.ts'
import { change, dataset, type Online, type Publisher, publisher, upTo, wallet } from './dataset-server.ts'

const first = '20260101000000-aaa'
const second = '20260101060000-bbb'
const third = '20260101120000-ccc'

const added = wallet(31, { last_seen: '2026-01-01T06:00:00' })
const renamed = wallet(7, { caption: 'Renamed' })
const secondDelta = change('DEL', '{"id":"w-0003"}') + change('MOD', renamed) + change('ADD', added)
const secondLines = upTo(30)
  .filter((number) => number !== 3)
  .map((number) => (number === 7 ? renamed : wallet(number)))
const secondFile = [...secondLines, added, ''].join('\n')
const thirdDelta = change('ADD', wallet(3))
const thirdFile = [...secondFile.trim().split('\n'), wallet(3)].sort().join('\n').concat('\n')

const next: Online = { version: second, entities: secondFile, deltas: { [first]: '', [second]: secondDelta } }
const after: Online = { version: third, entities: thirdFile, deltas: { ...next.deltas, [third]: thirdDelta } }

const lastCheck = ({ db }: Publisher) => readChecks(db, 'l', 1)[0]
/** What is in force, with all that is said of it. */
const standing = ({ db }: Publisher) => {
  const active = activeSnapshot(db, 'l')
  return active && { sha256: active.sha256, counts: active.counts, entries: [...storedEntries(db, active)] }
}

/** One that has loaded the first version. */
async function begun(): Promise<Publisher> {
  const one = await publisher()
  expect(await one.update()).toMatchObject({ state: 'activated', entries: 30 })
  expect(one.asked()).toEqual(['index.json', 'entities.ftm.json'])
  return one
}

/** The same version loaded whole by somebody who has none. */
async function loadedWhole(online: Online) {
  const other = await publisher()
  other.publish(online)
  await other.update()
  return standing(other)
}

describe('a list whose publisher announces versions', () => {
  it('is not asked for while the announcement stays, and that is a successful check', async () => {
    const one = await begun()
    expect(await one.update()).toMatchObject({ state: 'not-modified', held: null })
    expect(one.server.requests.map(({ path, headers }) => [path, 'if-none-match' in headers])).toEqual([
      ['/index.json', true],
    ])
    expect(lastCheck(one)).toMatchObject({ outcome: 'not-modified', status: 304 })
    expect(findList(one.db, 'l')?.checked_at).toBe('2026-01-02T02:00:00.000Z')
  })

  it('is not asked for where the announcement was written anew for the same content', async () => {
    const one = await begun()
    const same = { entities: dataset(upTo(30)), deltas: {} }
    one.publish({ ...same, version: first, index: { last_export: 'later' } })
    expect(await one.update()).toMatchObject({ state: 'not-modified' })
    expect(lastCheck(one)).toMatchObject({ status: 200, detail: `nothing new: version ${first}` })
    one.publish({ ...same, version: second })
    expect(await one.update()).toMatchObject({ state: 'not-modified' })
    expect(one.asked()).toEqual(['index.json', 'index.json'])
    // And a delta then leads on from the version that was announced last.
    one.publish({
      ...after,
      entities: dataset(upTo(31)),
      deltas: { [second]: '', [third]: change('ADD', wallet(31)) },
    })
    expect(await one.update()).toMatchObject({ state: 'activated', added: 1 })
    expect(one.asked()).toEqual(['index.json', 'delta.json', `${third}/entities.delta.json`])
  })

  it.each([
    ['one delta', next, [`${second}/entities.delta.json`]],
    ['two deltas', after, [`${second}/entities.delta.json`, `${third}/entities.delta.json`]],
  ])('is made of the kept file and %s, and is what a full load gives', async (_, online, deltas) => {
    const one = await begun()
    one.publish(online)
    expect(await one.update()).toMatchObject({ state: 'activated' })
    expect(one.asked()).toEqual(['index.json', 'delta.json', ...deltas])
    expect(one.notes).toEqual([])
    expect(lastCheck(one)?.detail).toContain(`made from version ${first} and ${deltas.length} deltas`)
    expect(standing(one)).toEqual(await loadedWhole(online))
    expect(readdirSync(snapshotFolder(one.db.name)).filter((name) => name.endsWith('.part'))).toEqual([])
    expect(await one.update()).toMatchObject({ state: 'not-modified' })
  })

  const misleading = next.deltas[second]?.replace('Renamed', 'Misled') ?? ''
  it.each<[string, Partial<Online>, RegExp]>([
    [
      'is not there',
      { replies: { [`/${second}/entities.delta.json`]: answer('', {}, 404) } },
      /404 Not Found/,
    ],
    ['is cut', { deltas: { ...next.deltas, [second]: secondDelta.slice(0, -20) } }, /is no JSON object/],
    [
      'breaks off',
      { replies: { [`/${second}/entities.delta.json`]: cutShort(secondDelta, 99) } },
      /99 bytes of/,
    ],
    [
      'says something else',
      { deltas: { ...next.deltas, [second]: misleading } },
      /found SHA-1|bytes, expected/,
    ],
    ['is of another version', { deltas: { ...next.deltas, [second]: thirdDelta } }, /that is there already/],
    ['leads elsewhere', { deltas: { [first]: '', [third]: secondDelta } }, /they lead to version .*-ccc/],
    ['is too young', { deltas: { [second]: secondDelta } }, /older than the oldest delta/],
    [
      'stands at another host',
      { index: { delta_url: 'https://elsewhere.example/delta.json' } },
      /elsewhere\.example, which/,
    ],
    ['has an index that is none', { replies: { '/delta.json': answer('<html>') } }, /no index of deltas/],
  ])('is loaded whole, and the log says so, where the delta %s', async (_, wrong, why) => {
    const one = await begun()
    one.publish({ ...next, ...wrong })
    expect(await one.update()).toMatchObject({ state: 'activated' })
    expect(one.asked()).toContain('entities.ftm.json')
    expect(one.notes).toEqual([expect.stringMatching(why)])
    expect(one.notes[0]).toMatch(/^its deltas were not used, and the whole file is loaded: /)
    expect(standing(one)).toEqual(await loadedWhole(next))
    expect(readdirSync(snapshotFolder(one.db.name)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('is loaded whole where the kept file is damaged', async () => {
    const one = await begun()
    truncateSync(archivedPath(one.db.name, activeSnapshot(one.db, 'l')?.sha256 ?? ''), 40)
    one.publish(next)
    expect(await one.update()).toMatchObject({ state: 'activated' })
    expect(one.notes).toEqual([expect.stringMatching(/archived file .* can't be read/)])
    expect(standing(one)).toEqual(await loadedWhole(next))
  })

  it.each<[string, Record<string, unknown>]>([
    ['checksum', { checksum: '0'.repeat(40), size: Buffer.byteLength(secondFile) }],
    ['size', { checksum: null, size: 12 }],
  ])('is not taken with another %s than announced: the active version stays', async (_, said) => {
    const one = await begun()
    const before = standing(one)
    const resources = [{ name: 'entities.ftm.json', ...said }]
    one.publish({ ...next, deltas: {}, index: { delta_url: null, resources } })
    await expect(one.update()).rejects.toMatchObject({ code: 'list-unreachable' })
    expect(lastCheck(one)).toMatchObject({
      outcome: 'failed',
      status: 200,
      detail: expect.stringMatching(/sent another file than it announces.* index\.json names: found/),
    })
    expect(standing(one)).toEqual(before)
    expect(all(one.db, 'select state from list_snapshots')).toEqual([{ state: 'active' }])
    expect(readdirSync(snapshotFolder(one.db.name))).toHaveLength(1)
    one.publish({ ...next, deltas: {} })
    expect(await one.update()).toMatchObject({ state: 'activated' })
  })

  it('is not made with deltas where no checksum is announced, and the whole file is held against the size', async () => {
    const one = await begun()
    const resources = [{ name: 'entities.ftm.json', size: Buffer.byteLength(secondFile) }]
    one.publish({ ...next, index: { resources } })
    expect(await one.update()).toMatchObject({ state: 'activated' })
    expect(one.asked()).toEqual(['index.json', 'entities.ftm.json'])
    expect(one.notes).toEqual([expect.stringMatching(/no checksum is announced/)])
  })

  it('goes through the gate also where deltas made it', async () => {
    const one = await begun()
    const gone = upTo(5).map((number) => change('DEL', `{"id":"w-${String(number).padStart(4, '0')}"}`))
    const entities = dataset(upTo(30).slice(5))
    one.publish({ version: second, entities, deltas: { [first]: '', [second]: gone.join('') } })
    expect(await one.update()).toMatchObject({ state: 'held', removed: 5 })
    expect(one.asked()).not.toContain('entities.ftm.json')
    expect(await one.update()).toMatchObject({
      state: 'not-modified',
      held: expect.stringContaining('5 of 30'),
    })
  })
})

describe('a list without an announcement that can be used', () => {
  it('is downloaded as any other where there is none, and that is no news', async () => {
    const one = await publisher()
    one.publish({
      version: first,
      entities: dataset(upTo(30)),
      deltas: {},
      replies: { '/index.json': answer('', {}, 404) },
    })
    expect(await one.update()).toMatchObject({ state: 'activated' })
    expect(await one.update()).toMatchObject({ state: 'not-modified' })
    expect(one.asked()).toEqual(['index.json', 'entities.ftm.json', 'index.json', 'entities.ftm.json'])
    expect(lastCheck(one)).toMatchObject({ outcome: 'not-modified', status: 304, detail: 'nothing new' })
    expect(one.notes).toEqual([])
  })

  it.each<[string, Partial<Online>, RegExp]>([
    ['is a web page', { replies: { '/index.json': answer('<!doctype html>') } }, /no index\.json/],
    ['is forbidden', { replies: { '/index.json': answer('', {}, 403) } }, /403 Forbidden/],
    [
      'names other files',
      { index: { resources: [{ name: 'names.txt' }] } },
      /index\.json does not name the file at `url`/,
    ],
    [
      'says nothing of the file',
      { index: { resources: [{ name: 'entities.ftm.json' }] } },
      /nothing that the file could be checked against/,
    ],
  ])('is downloaded as any other, and the log says so, where it %s', async (_, wrong, why) => {
    const one = await begun()
    one.publish({ ...next, deltas: {}, ...wrong, index: { delta_url: null, ...wrong.index } })
    expect(await one.update()).toMatchObject({ state: 'activated', added: 1, removed: 1 })
    expect(one.notes).toEqual([expect.stringMatching(why)])
    expect(standing(one)).toEqual(await loadedWhole(next))
  })

  it('is tried again later where the announcement is in passing failure', async () => {
    const one = await begun()
    one.publish({ ...next, replies: { '/index.json': answer('', {}, 500) } })
    await expect(one.update()).rejects.toMatchObject({ code: 'list-unreachable' })
    expect(one.asked()).toEqual(['index.json', 'index.json', 'index.json'])
    expect(lastCheck(one)).toMatchObject({ outcome: 'failed', status: 500 })
  })
})
