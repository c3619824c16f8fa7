import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { coverageAt, listsAt } from '../../../src/ledger/coverage/coverage-at.ts'
import { noteUnscreened } from '../../../src/ledger/coverage/unscreened.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { importList } from '../../../src/lists/import-list.ts'
import { removeList } from '../../../src/lists/remove-list.ts'
import { tempDir } from '../../temp.ts'
import { at, commit, freshChain, ref, screened } from '../fixtures.ts'
import { databaseOf } from '../old-database.ts'

const source = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 1 }
const sha = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex')
const csv = (...digits: string[]) => `address\n${digits.map((digit) => `0x${digit.repeat(40)}\n`).join('')}`

const ownRow = (digit: string) => ({
  ...{ key: `evm:${digit.repeat(40)}` as const, address: `0x${digit.repeat(40)}`, chain: '' },
  ...{ kind: 'hot' as const, reference: 'r' },
})

function fileOf(content: string): string {
  const path = join(tempDir(), 'list.csv')
  writeFileSync(path, content)
  return path
}

/** Loads a packed csv. @returns the SHA-256 of the file, and of what it holds. */
async function load(db: Db, content: string, when = at): Promise<{ fileSha256: string; sha256: string }> {
  const path = join(tempDir(), 'list.csv.gz')
  writeFileSync(path, gzipSync(content))
  await importList(db, source, { path }, { approve: true, at: when })
  return { fileSha256: sha(readFileSync(path)), sha256: sha(content) }
}

const block = (db: Db, height: number, fields = {}) =>
  commit(db, [screened(ref(height), [], fields)], { revisions: readRevisions(db), finalHeight: null })

describe('coverage at a height', () => {
  it('names the versions that the block was screened with, whatever came since', async () => {
    const db = freshChain()
    const first = await load(db, csv('1'))
    block(db, 7)
    const second = await load(db, csv('2'), '2026-01-02T00:00:00.000Z')
    block(db, 8, { unproved: true })
    // The first one once more: its row of `list_snapshots` has another revision now.
    await load(db, csv('1'), '2026-01-03T00:00:00.000Z')
    const [seven, eight] = [coverageAt(db, 'ethereum', 7), coverageAt(db, 'ethereum', 8)]
    expect(seven).toMatchObject({ hash: 'a7', historyRevision: 0 })
    // Nobody matched stored history with what came since.
    expect(seven.gaps).toMatchObject([
      { what: null, reason: expect.stringMatching(/^matched against list revision 1; the lists are at 3/) },
    ])
    expect(seven.readings).toMatchObject([
      {
        ...{ kind: 'follow', from: 7, to: 7, level: 'full', proved: true, startedAt: at, updatedAt: at },
        ...{ listRevision: 1, ownRevision: 0 },
        lists: [
          {
            ...{ id: 'house', category: 'own-list', format: 'csv', issuedOn: null, ...first },
            ...{ revision: 1, activatedAt: at, recorded: true },
          },
        ],
      },
    ])
    expect(first.fileSha256).not.toBe(first.sha256)
    expect(eight.readings).toMatchObject([{ proved: false, lists: [{ ...second, revision: 2 }] }])
    expect(listsAt(db, 3, '2026-01-04')).toMatchObject([{ ...first, revision: 3 }])
    expect(coverageAt(db, 'ethereum', 9).readings).toEqual([])
  })

  it('names no version that was activated after the block was screened', async () => {
    const db = freshChain()
    const days = [2, 3, 4, 5, 6, 7].map((day) => `2026-01-0${day}T00:00:00.000Z`)
    const [first = '', second = '', other = '', screenedAt = '', third = '', last = ''] = days
    // The same address each time, in other bytes: no list revision moves.
    await load(db, csv('1'), first)
    const inForce = await load(db, `${csv('1')}\n`, second)
    await load(db, `${csv('1')}\n\n`, third)
    expect(readRevisions(db).list).toBe(1)
    commit(db, [screened(ref(7))], { at: screenedAt })
    expect(coverageAt(db, 'ethereum', 7).readings).toMatchObject([
      { lists: [{ ...inForce, revision: 1, activatedAt: second }] },
    ])
    // Another list moves the revision, and one that says the same is activated with that.
    await importList(db, { ...source, id: 'other' }, { path: fileOf(csv('2')) }, { approve: true, at: other })
    commit(db, [screened(ref(8))], { at: screenedAt })
    await load(db, `${csv('1')}\n\n\n`, last)
    expect(coverageAt(db, 'ethereum', 8).readings).toMatchObject([
      {
        listRevision: 2,
        lists: [
          { ...inForce, revision: 1 },
          { id: 'other', revision: 2 },
        ],
      },
    ])
  })

  it('names the version that a block was screened with where a clock was wrong, or no time is known', async () => {
    const db = freshChain()
    const old = await load(db, csv('1'))
    const current = await load(db, csv('2'), '2026-01-09T00:00:00.000Z')
    await load(db, `${csv('2')}\n`, '2026-01-10T00:00:00.000Z')
    for (const by of ['2026-01-02T00:00:00.000Z', null]) {
      expect(listsAt(db, 2, by)).toMatchObject([{ ...current, revision: 2 }])
      expect(listsAt(db, 1, by)).toMatchObject([old])
    }
  })

  it('has every gap that holds the height, and none of another height', async () => {
    const db = freshChain()
    await addOwnAddresses(db, [ownRow('1')], at)
    commit(
      db,
      [7, 8].map((height) => screened(ref(height))),
      { head: { height: 12 } },
    )
    await addOwnAddresses(db, [ownRow('2')], at)
    commit(db, [screened(ref(9))], { head: { height: 12 } })
    noteUnscreened(db, 'ethereum', 9, { what: 'traces', reason: 'none' }, at)
    const reasons = (height: number, start?: number) =>
      coverageAt(db, 'ethereum', height, start).gaps.map(({ what, reason }) => [what, reason])
    expect(reasons(8)).toEqual([[null, '1 own addresses were registered later (replay screens them)']])
    expect(reasons(9)).toEqual([['traces', 'none']])
    expect(reasons(10)).toEqual([[null, 'not screened yet: the node said that it has them']])
    expect(reasons(6)).toEqual([])
    expect(reasons(6, 5)).toEqual([[null, expect.stringContaining('`start` in the config is 5')]])
    expect(coverageAt(db, 'bitcoin', 6).gaps).toMatchObject([{ reason: 'nothing screened yet' }])
  })

  it('leaves out a list while it was out of force', async () => {
    const db = freshChain()
    await load(db, csv('1'))
    await removeList(db, 'house', [], { actor: 'ann', note: null, at })
    const removed = readRevisions(db).list
    await load(db, csv('1'))
    expect([1, removed, readRevisions(db).list].map((revision) => listsAt(db, revision, at).length)).toEqual([
      1, 0, 1,
    ])
  })

  it('has the file of a version that a newer parser read from the archive', async () => {
    const db = freshChain()
    const { fileSha256, sha256 } = await load(db, csv('1'))
    db.exec(`update list_snapshots set parser = 1`)
    const path = join(tempDir(), 'copy.csv')
    writeFileSync(path, csv('1'))
    await importList(db, source, { path, isOurs: true }, { approve: true, at })
    expect(all(db, 'select sha256, file_sha256 from list_snapshots')).toEqual([
      { sha256, file_sha256: fileSha256 },
      { sha256, file_sha256: fileSha256 },
    ])
  })

  it('says of an earlier database what that kept', () => {
    const path = databaseOf(
      38,
      `insert into lists (id, format, category, active_snapshot, revision) values ('house', 'csv', 'own-list', 'b', 2);
       insert into list_snapshots (id, list_id, sha256, format, state, bytes, counts, imported_at, activated_at, revision, parser)
         values (1, 'house', 'a', 'csv', 'superseded', 1, '{}', '2026', '2026-01-01', 1, 6),
           (2, 'house', 'b', 'csv', 'active', 1, '{}', '2026', '2026-01-02', 2, 6);
       insert into chains (id, caip2, genesis_hash, updated_at) values ('ethereum', 'eip155:1', '0x', '2026');
       insert into coverage (chain, kind, from_height, to_height, level, list_revision, own_revision, seed, digest, last_hash, updated_at)
         values ('ethereum', 'follow', 7, 9, 'full', 1, 0, '', '', 'a9', '2026-01-01');`,
    )
    const db = openLedger(path)
    const [reading] = coverageAt(db, 'ethereum', 8).readings
    expect(reading).toMatchObject({
      ...{ proved: null, startedAt: null, updatedAt: '2026-01-01' },
      lists: [{ sha256: 'a', fileSha256: null, recorded: false, revision: 1 }],
    })
    db.close()
  })
})
