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
function runOnce(path: string): string {
  const db = openLedger(path)
  renewEpochWhereRestored(db)
  happen(db)
  noteHandedOut(db, lastSequence(db))
  const epoch = readEpoch(db)
  db.close()
  return epoch
}

describe('the epoch', () => {
  it('stays over restarts', () => {
    const path = join(tempDir(), 'ledger.db')
    const epochs = [runOnce(path), runOnce(path), runOnce(path)]
    expect(new Set(epochs).size).toBe(1)
    expect(epochs[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(statSync(`${path}.epoch`).mode & 0o777).toBe(0o600)
  })

  it('is renewed where a backup was restored from before an event that was handed out', () => {
    const path = join(tempDir(), 'ledger.db')
    const before = runOnce(path)
    copyFileSync(path, `${path}.backup`)
    expect(runOnce(path)).toBe(before)
    copyFileSync(`${path}.backup`, path)
    const restored = runOnce(path)
    expect(restored).not.toBe(before)
    expect(runOnce(path)).toBe(restored)
  })

  it('stays where the backup has all that was handed out: nothing stands for something else', () => {
    const path = join(tempDir(), 'ledger.db')
    const before = runOnce(path)
    copyFileSync(path, `${path}.backup`)
    copyFileSync(`${path}.backup`, path)
    expect(runOnce(path)).toBe(before)
  })

  it('is renewed where a database was moved or restored without its file, or with that of another one', () => {
    const dir = tempDir()
    const path = join(dir, 'ledger.db')
    const before = runOnce(path)
    rmSync(`${path}.epoch`)
    const moved = runOnce(path)
    expect(moved).not.toBe(before)
    const other = join(dir, 'other.db')
    runOnce(other)
    copyFileSync(`${other}.epoch`, `${path}.epoch`)
    expect(runOnce(path)).not.toBe(moved)
  })

  it('is renewed where the file beside the database is damaged', () => {
    const path = join(tempDir(), 'ledger.db')
    const before = runOnce(path)
    writeFileSync(`${path}.epoch`, 'x')
    expect(runOnce(path)).not.toBe(before)
  })

  it('notes the highest event that was handed out, and no lower one', () => {
    const path = join(tempDir(), 'ledger.db')
    const db = openLedger(path)
    renewEpochWhereRestored(db)
    noteHandedOut(db, 12)
    noteHandedOut(db, 7)
    expect(readFileSync(`${path}.epoch`, 'utf8')).toBe(`${readEpoch(db)} 0000000000000012\n`)
    db.close()
  })

  it('has no file for a database in memory', () => {
    const db = openLedger(':memory:')
    expect(renewEpochWhereRestored(db)).toBe(false)
    noteHandedOut(db, 1)
    expect(existsSync(':memory:.epoch')).toBe(false)
    db.close()
  })
})
