import { expect, it, onTestFinished, vi } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { migrate } from '../../src/ledger/migrate.ts'
import { freshLedger } from './fixtures.ts'

it('a database that can not be written anew opens all the same, says so, and is tried again later', () => {
  const db = freshLedger()
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  onTestFinished(() => warn.mockRestore())
  const due = () => all(db, `select 1 from meta where key = 'pages_to_forget'`).length
  db.exec(`insert into meta (key, value) values ('pages_to_forget', '1')`)
  // SQLite refuses to vacuum inside a transaction.
  db.exec('begin')
  migrate(db)
  db.exec('commit')
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringContaining('The next start tries again'),
    'ChainscreenWarning',
  )
  expect(due()).toBe(1)
  migrate(db)
  expect(due()).toBe(0)
  expect(warn).toHaveBeenCalledTimes(1)
})
