import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { countHeld } from '../../src/ledger/alerts/counts.ts'
import type { Db } from '../../src/ledger/database.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { csv } from '../../src/lists/formats/csv.ts'
import { formats } from '../../src/lists/formats/index.ts'
import { importList } from '../../src/lists/import-list.ts'
import { reportDiff, reportLists } from '../../src/lists/report.ts'
import type { ListFormat } from '../../src/lists/types.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { answer, csvList, listServer, updating } from './list-server.ts'
import { refusal } from './refusal.ts'

const source = { id: 'l', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
const at = '2026-01-01T10:00:00.000Z'
/** Each beside the one before: A, a B that is half of it, and a C that grew. */
const [a, b, c] = [csvList(30), csvList(15), csvList(31)]
const sha = (content: string) => createHash('sha256').update(content).digest('hex')

function scene() {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  const load = (content: string, approve = false) => {
    const path = join(dir, 'list.csv')
    writeFileSync(path, content)
    return importList(db, source, { path }, { approve, at })
  }
  return { db, load }
}

/** The versions that are offered, wherever they are told of. */
function offered(db: Db): string[] {
  const held = (reportLists(db, 'l', at)[0]?.snapshots ?? []).filter(({ state }) => state === 'held')
  expect(countHeld(db).reduce((sum, row) => sum + row.held, 0)).toBe(held.length)
  return held.map(({ sha256 }) => sha256)
}

describe('a version that is held', () => {
  it('waits until another one becomes active, and is refused then: it would take that one back', async () => {
    const { db, load } = scene()
    await load(a)
    await load(b)
    expect(offered(db)).toEqual([sha(b)])
    expect(reportDiff(db, 'l')).toMatchObject({ from: sha(a), to: sha(b) })
    await load(c)
    expect(offered(db)).toEqual([])
    expect(reportDiff(db, 'l')).toMatchObject({ from: sha(a), to: sha(c) })
    expect(await refusal(approveSnapshot(db, 'l', sha(b), at))).toMatchObject({
      code: 'usage',
      message: expect.stringContaining(
        'a newer version is active since; to go back to it, import its file with --approve',
      ),
    })
    expect(activeSnapshot(db, 'l')?.sha256).toBe(sha(c))
    expect(await load(b, true)).toMatchObject({ state: 'activated' })
    expect(activeSnapshot(db, 'l')?.sha256).toBe(sha(b))
  })

  it('waits on where the active one comes again', async () => {
    const { db, load } = scene()
    await load(a)
    await load(b)
    expect(await load(a)).toMatchObject({ state: 'unchanged' })
    expect(offered(db)).toEqual([sha(b)])
  })

  it('waits anew where it comes again after another one became active, also one that was active itself', async () => {
    const { db, load } = scene()
    await load(a)
    await load(b)
    await load(c)
    expect(await load(b)).toMatchObject({ state: 'held' })
    expect(offered(db)).toEqual([sha(b)])
    expect(reportDiff(db, 'l')).toMatchObject({ from: sha(c), to: sha(b) })
    await approveSnapshot(db, 'l', sha(b), at)
    await load(a, true)
    expect(await load(b)).toMatchObject({ state: 'held' })
    expect(offered(db)).toEqual([sha(b)])
    expect(await approveSnapshot(db, 'l', sha(b), at)).toMatchObject({ sha256: sha(b) })
  })

  it('waits on where the active one is read anew by a newer parser', async () => {
    const { db, load } = scene()
    await load(a)
    await load(b)
    const known = formats as Record<string, ListFormat>
    known.csv = { ...csv, version: csv.version + 1 }
    onTestFinished(() => {
      known.csv = csv
    })
    expect(await load(a)).toMatchObject({ state: 'activated' })
    expect(activeSnapshot(db, 'l')).toMatchObject({ sha256: sha(a), parser: csv.version + 1 })
    expect(offered(db)).toEqual([sha(b)])
  })

  it('waits where none was ever active', async () => {
    const { db, load } = scene()
    await load('address,subject\n')
    expect(offered(db)).toEqual([sha('address,subject\n')])
  })

  it('is asked for again from its source after another one became active', async () => {
    const etag = { etag: '"b"' }
    const server = await listServer(answer(a), answer(b, etag), answer(b, etag))
    const { db, update, folder } = updating(server)
    await update()
    await update()
    const path = join(folder, 'by-hand.csv')
    writeFileSync(path, c)
    await importList(db, source, { path }, { approve: false, at })
    expect(await update()).toMatchObject({ state: 'held', sha256: sha(b) })
    expect(server.requests.at(-1)?.headers['if-none-match']).toBeUndefined()
    expect(offered(db)).toEqual([sha(b)])
  })
})
