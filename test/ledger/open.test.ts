import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { all, databaseError } from '../../src/ledger/database.ts'
import { migrate, migrations, schemaVersion } from '../../src/ledger/migrate.ts'
import { openLedger, openLedgerForReading } from '../../src/ledger/open.ts'
import { tempDir } from '../temp.ts'
import { dump, freshLedger } from './fixtures.ts'

const latest = migrations().at(-1)?.version ?? 0

/** A database file whose schema version is this. */
function ofVersion(version: number): string {
  const path = join(tempDir(), 'ledger.db')
  openLedger(path).close()
  const db = new Database(path)
  db.pragma(`user_version = ${version}`)
  db.close()
  return path
}

function foreignDatabase(): string {
  const path = join(tempDir(), 'foreign.db')
  const db = new Database(path)
  db.exec('create table notes (text); insert into notes values (1)')
  db.close()
  return path
}

describe('the migrations that ship', () => {
  it('are numbered from 1 without a gap and without a number twice, or one would never run', () => {
    const numbers = migrations().map(({ version }) => version)
    expect(numbers).toEqual(numbers.map((_, index) => index + 1))
  })
})

describe('the migrations', () => {
  it('are numbered from one without a gap', () => {
    expect(migrations().map(({ version }) => version)).toEqual(
      Array.from({ length: migrations().length }, (_, index) => index + 1),
    )
  })

  it('bring a new file to the latest version, and an up-to-date one nowhere', () => {
    const db = freshLedger()
    expect(schemaVersion(db)).toBe(latest)
    const before = dump(db)
    migrate(db)
    expect(schemaVersion(db)).toBe(latest)
    expect(dump(db)).toEqual(before)
  })

  it('keep what was written when the file is opened again', () => {
    const path = join(tempDir(), 'ledger.db')
    const first = openLedger(path)
    first.exec(`insert into meta values ('mark', 'kept')`)
    first.close()
    const again = freshLedger(path)
    expect(all(again, `select value from meta where key = 'mark'`)).toEqual([{ value: 'kept' }])
  })

  it('leave the database in WAL mode, with full synchronisation and foreign keys', () => {
    const db = freshLedger()
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal')
    expect(db.pragma('synchronous', { simple: true })).toBe(2)
    expect(db.pragma('foreign_keys', { simple: true })).toBe(1)
  })
})

describe('opening', () => {
  it.each([
    ['for writing', openLedger],
    ['for reading', openLedgerForReading],
  ])('%s refuses a newer database and leaves its bytes', (_name, open) => {
    const path = ofVersion(latest + 1)
    const bytes = readFileSync(path)
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'database-newer', message: expect.stringContaining(`${latest + 1}`) }),
    )
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it.each([
    ['for writing', openLedger],
    ['for reading', openLedgerForReading],
  ])('%s refuses a SQLite file of another program and leaves its bytes', (_name, open) => {
    const path = foreignDatabase()
    const bytes = readFileSync(path)
    expect(() => open(path)).toThrow(
      expect.objectContaining({
        code: 'database',
        message: expect.stringContaining("not one of chainscreen's"),
      }),
    )
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })

  it.each([
    ['for writing', openLedger],
    ['for reading', openLedgerForReading],
  ])('%s refuses a file that is no database and leaves its bytes', (_name, open) => {
    const path = join(tempDir(), 'letter.txt')
    writeFileSync(path, 'Dear all,\n'.repeat(200))
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'database', message: expect.stringContaining('no SQLite database') }),
    )
    expect(readFileSync(path, 'utf8')).toBe('Dear all,\n'.repeat(200))
  })

  it('says what to do where there is no database', () => {
    const path = join(tempDir(), 'none.db')
    expect(() => openLedger(path, { create: false })).toThrow(/chainscreen init/)
    expect(() => openLedgerForReading(path)).toThrow(/chainscreen init/)
  })

  it('for reading refuses an empty file and one of an older schema', () => {
    const empty = join(tempDir(), 'empty.db')
    writeFileSync(empty, '')
    expect(() => openLedgerForReading(empty)).toThrow(/is empty/)
    expect(() => openLedgerForReading(ofVersion(0))).toThrow(expect.objectContaining({ code: 'database' }))
  })

  it('for reading can not write', () => {
    const path = ofVersion(latest)
    const db = openLedgerForReading(path)
    expect(() => db.exec(`insert into meta values ('a', 'b')`)).toThrow(/readonly/)
    db.close()
  })

  it('says that a folder is no database, and that a missing folder is missing', () => {
    const folder = join(tempDir(), 'folder')
    mkdirSync(folder)
    expect(() => openLedger(folder)).toThrow(expect.objectContaining({ code: 'usage' }))
    expect(() => openLedger(join(folder, 'none', 'ledger.db'))).toThrow(
      expect.objectContaining({ code: 'database' }),
    )
  })

  it.each([
    ['SQLITE_READONLY_DBMOVED', 'database', 'it cannot be written there'],
    ['SQLITE_CANTOPEN', 'database', 'it cannot be written there'],
    ['SQLITE_FULL', 'database-disk', 'the disk is full'],
    ['SQLITE_IOERR_WRITE', 'database-disk', 'an I/O error'],
    ['SQLITE_BUSY', 'database-busy', 'another process holds the write lock'],
    ['SQLITE_CORRUPT', 'database', 'is damaged'],
    ['SQLITE_ERROR', 'database', 'as SQLite said it'],
  ])('says %s as %s, in a sentence: %s', (code, kind, sentence) => {
    const error = databaseError('/data/ledger.db', new Database.SqliteError('as SQLite said it', code))
    expect(error).toMatchObject({ code: kind, message: expect.stringContaining(sentence) })
    expect(error.message).toContain('/data/ledger.db')
  })
})
