import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Db } from '../../src/ledger/database.ts'
import { approveSnapshot } from '../../src/lists/approve-snapshot.ts'
import { importList } from '../../src/lists/import-list.ts'
import { reportDiff } from '../../src/lists/report.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { csvList } from './list-server.ts'

const source = { id: 'l', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }

/** Loads versions of so many addresses, one after the other: fewer are held. */
function versions() {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  let hours = 0
  const at = () => new Date(Date.UTC(2026, 0, 1, ++hours)).toISOString()
  const load = (count: number) => {
    const path = join(dir, 'list.csv')
    writeFileSync(path, csvList(count))
    return importList(db, source, { path }, { approve: false, at: at() })
  }
  const approve = (sha256: string) => approveSnapshot(db, 'l', sha256, at())
  return { db, load, approve }
}

/** What `lists diff ID` says without being told which versions. */
const usual = (db: Db) => {
  const { from, to, added, removed } = reportDiff(db, 'l')
  return { from, to, added: added.length, removed: removed.length }
}

describe('the difference that is told where no versions are named', () => {
  it('is from the version before to the active one', async () => {
    const { db, load } = versions()
    const [before, active] = [await load(40), await load(50)]
    expect(usual(db)).toEqual({ from: before.sha256, to: active.sha256, added: 10, removed: 0 })
  })

  it('is from the active version to a held one, also one that was active before', async () => {
    const { db, load } = versions()
    await load(40)
    const before = await load(50)
    const active = await load(60)
    expect(await load(50)).toMatchObject({ state: 'held', sha256: before.sha256 })
    expect(usual(db)).toEqual({ from: active.sha256, to: before.sha256, added: 0, removed: 10 })
  })

  it('is that also where there are no others', async () => {
    const { db, load } = versions()
    const before = await load(50)
    const active = await load(60)
    await load(50)
    expect(usual(db)).toMatchObject({ from: active.sha256, to: before.sha256 })
  })

  it('is to the one that was held last, whichever was met first', async () => {
    const { db, load } = versions()
    await load(100)
    const [first, second] = [await load(50), await load(60)]
    expect(usual(db)).toMatchObject({ to: second.sha256 })
    await load(50)
    expect(usual(db)).toMatchObject({ to: first.sha256 })
  })

  it('is not to one that was held before the active one came', async () => {
    const { db, load, approve } = versions()
    const before = await load(100)
    await load(50)
    const held = await load(60)
    await approve(held.sha256)
    expect(usual(db)).toMatchObject({ from: before.sha256, to: held.sha256 })
  })
})
