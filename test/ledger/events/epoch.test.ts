import { copyFileSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Db, inTransaction } from '../../../src/ledger/database.ts'
import { noteHandedOut, readEpoch, renewEpochWhereRestored } from '../../../src/ledger/events/epoch.ts'
import { lastSequence, writeOutbox } from '../../../src/ledger/events/outbox.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { tempDir } from '../../temp.ts'
import { at } from '../fixtures.ts'

const happen = (db: Db) => inTransaction(db, () => writeOutbox(db, { type: 'list.stale', at, data: {} }))

/** Opens a ledger as a daemon does, lets something happen, hands that out, and ends. @returns its epoch. */
async function runOnce(path: string): Promise<string> {
  const db = openLedger(path)
  await renewEpochWhereRestored(db)
  happen(db)
  await noteHandedOut(db, lastSequence(db))
  const epoch = readEpoch(db)
  db.close()
  return epoch
}

describe('the epoch', () => {
  it('stays over restarts', async () => {
    const path = join(tempDir(), 'ledger.db')
    const epochs = [await runOnce(path), await runOnce(path), await runOnce(path)]
    expect(new Set(epochs).size).toBe(1)
    expect(epochs[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(statSync(`${path}.epoch`).mode & 0o777).toBe(0o600)
  })

  it('is renewed where a backup was restored from before an event that was handed out', async () => {
    const path = join(tempDir(), 'ledger.db')
    const before = await runOnce(path)
    copyFileSync(path, `${path}.backup`)
    expect(await runOnce(path)).toBe(before)
    copyFileSync(`${path}.backup`, path)
    const restored = await runOnce(path)
    expect(restored).not.toBe(before)
    expect(await runOnce(path)).toBe(restored)
  })

  it('stays where the backup has all that was handed out: nothing stands for something else', async () => {
    const path = join(tempDir(), 'ledger.db')
    const before = await runOnce(path)
    copyFileSync(path, `${path}.backup`)
    copyFileSync(`${path}.backup`, path)
    expect(await runOnce(path)).toBe(before)
  })

  it('is renewed where a database was moved or restored without its file, or with that of another one', async () => {
    const dir = tempDir()
    const path = join(dir, 'ledger.db')
    const before = await runOnce(path)
    rmSync(`${path}.epoch`)
    const moved = await runOnce(path)
    expect(moved).not.toBe(before)
    const other = join(dir, 'other.db')
    await runOnce(other)
    copyFileSync(`${other}.epoch`, `${path}.epoch`)
    expect(await runOnce(path)).not.toBe(moved)
  })

  it('is renewed where the file beside the database is damaged', async () => {
    const path = join(tempDir(), 'ledger.db')
    const before = await runOnce(path)
    writeFileSync(`${path}.epoch`, 'x')
    expect(await runOnce(path)).not.toBe(before)
  })

  it('notes the highest event that was handed out, and no lower one', async () => {
    const path = join(tempDir(), 'ledger.db')
    const db = openLedger(path)
    await renewEpochWhereRestored(db)
    await noteHandedOut(db, 12)
    await noteHandedOut(db, 7)
    expect(readFileSync(`${path}.epoch`, 'utf8')).toBe(`${readEpoch(db)} 0000000000000012\n`)
    db.close()
  })

  it('of two that note at once keeps the higher one', async () => {
    const path = join(tempDir(), 'ledger.db')
    const [first, second] = [openLedger(path), openLedger(path)]
    await renewEpochWhereRestored(first)
    const epoch = readEpoch(first)
    second.exec('begin immediate')
    const noted = noteHandedOut(first, 12)
    // It has read less than that, and writes what it has.
    writeFileSync(`${path}.epoch`, `${epoch} ${'9'.padStart(16, '0')}\n`)
    second.exec('commit')
    await noted
    expect(readFileSync(`${path}.epoch`, 'utf8')).toBe(`${epoch} ${'12'.padStart(16, '0')}\n`)
    for (const db of [first, second]) db.close()
  })

  it('has no file for a database in memory', async () => {
    const db = openLedger(':memory:')
    expect(await renewEpochWhereRestored(db)).toBe(false)
    await noteHandedOut(db, 1)
    expect(existsSync(':memory:.epoch')).toBe(false)
    db.close()
  })
})
