import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { indexVariants } from '../../src/address/equivalents.ts'
import type { Key } from '../../src/address/key.ts'
import { migrations } from '../../src/ledger/migrate.ts'
import { addVariantsFunction } from '../../src/ledger/own/own-variants.ts'
import { hasPersonalData } from '../../src/privacy/forbidden-columns.ts'
import { tempDir } from '../temp.ts'

/** What migrations call. */
export function addFunctions(db: Database.Database): void {
  db.function('index_forms', (key: unknown) => JSON.stringify(indexVariants(key as Key)))
  db.function('tells_of_person', (text: unknown) => (hasPersonalData(String(text)) ? 1 : 0))
  addVariantsFunction(db)
}

const schemas = new Map<number, Buffer>()

/** The empty schema of a version, made once in each worker. */
function schemaOf(version: number): Buffer {
  const made = schemas.get(version)
  if (made !== undefined) return made
  const db = new Database(':memory:')
  addFunctions(db)
  for (const each of migrations()) if (each.version <= version) db.exec(each.sql())
  db.pragma(`application_id = ${0x63687363}`)
  db.pragma(`user_version = ${version}`)
  const schema = db.serialize()
  db.close()
  schemas.set(version, schema)
  return schema
}

/** A database as an earlier program left it. */
export function databaseOf(version: number, content: string): string {
  const path = join(tempDir(), 'ledger.db')
  const db = new Database(schemaOf(version))
  addFunctions(db)
  db.exec(content)
  writeFileSync(path, db.serialize())
  db.close()
  return path
}
