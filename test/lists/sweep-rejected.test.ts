import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { archivedPath, snapshotFolder } from '../../src/lists/archive.ts'
import { loadLists } from '../../src/lists/load-lists.ts'
import { freshLedger } from '../ledger/fixtures.ts'
import { tempDir } from '../temp.ts'
import { ofacXml } from './formats/ofac-xml.ts'
import { rememberingLog } from './remembering-log.ts'

const at = '2026-06-01T10:00:00.000Z'

/** A database with kept files, as an earlier program left it: by name, the format, the state and what was kept. */
function databaseWith(files: Record<string, { format: string; content: string; state: string }>) {
  const db = freshLedger(join(tempDir(), 'ledger.db'))
  mkdirSync(snapshotFolder(db.name))
  const paths: Record<string, string> = {}
  for (const [name, { format, content, state }] of Object.entries(files)) {
    const sha256 = createHash('sha256').update(content).digest('hex')
    paths[name] = archivedPath(db.name, sha256)
    writeFileSync(paths[name], gzipSync(content))
    db.prepare(
      `insert into list_snapshots (list_id, sha256, format, state, bytes, counts, imported_at, parser)
       values (?, ?, ?, ?, 1, '{}', '2026-01-01', 1)`,
    ).run(name, sha256, format, state)
  }
  db.exec(`insert into meta (key, value) values ('rejected_to_sweep', '1')`)
  return { db, left: () => Object.keys(files).filter((name) => existsSync(paths[name] ?? '')) }
}

const persons = 'address,דרכון\n0x01,719032284\n'
const cut = ofacXml().slice(0, -300)

describe('a start after an update', () => {
  it('removes kept files that nobody knows to be of their format, and no other, once', async () => {
    const { db, left } = databaseWith({
      persons: { format: 'csv', content: persons, state: 'rejected' },
      'other format': { format: 'eu-fsf', content: ofacXml(), state: 'rejected' },
      'no gzip inside': { format: 'ofac-sdn', content: 'PK\u0003\u0004', state: 'rejected' },
      'cut short': { format: 'ofac-sdn-advanced', content: cut, state: 'rejected' },
      active: { format: 'csv', content: 'address\n', state: 'active' },
      'a format of the past': { format: 'gone', content: 'x', state: 'rejected' },
    })
    const { log } = rememberingLog()
    await loadLists(db, [], log, () => at)
    expect(left()).toEqual(['cut short', 'active'])
    expect(all(db, `select value from meta where key = 'rejected_to_sweep'`)).toEqual([])
  })

  it('leaves a file that another list has in force', async () => {
    const { db, left } = databaseWith({
      wrong: { format: 'csv', content: ofacXml(), state: 'rejected' },
      right: { format: 'ofac-sdn-advanced', content: ofacXml(), state: 'active' },
    })
    const { log } = rememberingLog()
    await loadLists(db, [], log, () => at)
    expect(left()).toEqual(['wrong', 'right'])
  })
})
