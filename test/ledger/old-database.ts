import { join } from 'node:path'
import Database from 'better-sqlite3'
import { indexForms } from '../../src/address/equivalents.ts'
import type { Key } from '../../src/address/key.ts'
import { migrations } from '../../src/ledger/migrate.ts'
import { addFormsFunction } from '../../src/ledger/own/own-variants.ts'
import { tellsOfPerson } from '../../src/privacy/forbidden-columns.ts'
import { tempDir } from '../temp.ts'

/** What migrations call. */
export function addFunctions(db: Database.Database): void {
  db.function('index_forms', (key: unknown) => JSON.stringify(indexForms(key as Key)))
  db.function('tells_of_person', (text: unknown) => (tellsOfPerson(String(text)) ? 1 : 0))
  addFormsFunction(db)
}

/** A database as an earlier program left it. */
export function databaseOf(version: number, content: string): string {
  const path = join(tempDir(), 'ledger.db')
  const db = new Database(path)
  addFunctions(db)
  for (const each of migrations()) if (each.version <= version) db.exec(each.sql())
  db.exec(content)
  db.pragma(`application_id = ${0x63687363}`)
  db.pragma(`user_version = ${version}`)
  db.close()
  return path
}
