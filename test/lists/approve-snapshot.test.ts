import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readChecks } from '../../src/ledger/lists/list-checks.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { dump } from '../ledger/fixtures.ts'
import { answer, csvList, listServer, updating } from './list-server.ts'
import { refusal } from './refusal.ts'

const good = csvList(30)
const half = csvList(15)
const sha = (content: string) => createHash('sha256').update(content).digest('hex')
const at = '2026-02-01T00:00:00.000Z'

/** A list whose second version, an hour after the first, is held. */
async function withHeld() {
  const server = await listServer(answer(good), answer(half))
  const { db, folder, update } = updating(server)
  await update()
  expect(await update()).toMatchObject({
    state: 'held',
    reasons: [expect.stringContaining('15 of 30'), expect.any(String)],
  })
  return { db, archived: join(folder, `${sha(half)}.gz`), server, update }
}

describe('approving a version that is held', () => {
  it('activates it from what is stored, and tells it', async () => {
    const { db } = await withHeld()
    expect(await approveSnapshot(db, 'l', sha(half).slice(0, 12), at)).toMatchObject({
      ...{
        listId: 'l',
        sha256: sha(half),
        revision: 2,
        reason: expect.stringContaining('15 of 30 addresses'),
      },
    })
    expect(activeSnapshot(db, 'l')).toMatchObject({ sha256: sha(half), activated_at: at })
    expect(db.prepare('select count(*) from list_entries where removed_on is null').pluck().get()).toBe(15)
    expect(readChecks(db, 'l', 1)).toMatchObject([
      { at, outcome: 'activated', detail: expect.stringMatching(/^approved by hand; was held: 15 of 30/) },
    ])
  })

  it('does not make the list fresher than when that version was last met', async () => {
    const { db, update } = await withHeld()
    await update()
    await approveSnapshot(db, 'l', sha(half), at)
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T03:00:00.000Z')
  })

  it.each<[string, (path: string) => void, RegExp]>([
    [
      'was changed',
      (path) => writeFileSync(path, gzipSync(csvList(14))),
      /does not have the SHA-256 in its name/,
    ],
    ['is damaged', (path) => writeFileSync(path, gzipSync(half).subarray(0, 50)), /can't be read/],
    ['is gone', (path) => rmSync(path), /can't be read \(ENOENT/],
  ])('is refused where its archived file %s', async (_, harm, message) => {
    const { db, archived } = await withHeld()
    harm(archived)
    const before = dump(db)
    const error = await refusal(approveSnapshot(db, 'l', sha(half), at))
    expect(error).toMatchObject({ code: 'bad-file', message: expect.stringMatching(message) })
    expect(dump(db)).toEqual(before)
  })

  it.each([
    [sha(good), /is not held: it is active already/],
    ['ffff', /"ffff" names no snapshot/],
    ['', /names more than one snapshot/],
  ])('is refused for %s', async (prefix, message) => {
    const { db } = await withHeld()
    const error = await refusal(approveSnapshot(db, 'l', prefix, at))
    expect(error).toMatchObject({ code: 'usage', message: expect.stringMatching(message) })
  })

  it('is refused for what was rejected and not kept, for what was replaced, and for a list nobody knows', async () => {
    const { db, server, update } = await withHeld()
    server.reply(answer('garbage'), answer(csvList(31)))
    await refusal(update())
    await update()
    expect((await refusal(approveSnapshot(db, 'l', sha('garbage'), at))).message).toMatch(/names no snapshot/)
    expect((await refusal(approveSnapshot(db, 'l', sha(good), at))).message).toMatch(
      /a newer version is active since; to go back to it, import its file with --approve/,
    )
    expect((await refusal(approveSnapshot(db, 'none', 'ff', at))).message).toMatch(/has no list "none"/)
  })
})
