import { basename } from 'node:path'
import { withoutPrivateKeys } from '../address/secret.ts'
import type { Db } from '../ledger/database.ts'

/** What is answered, whoever wrote it: without private keys, and without the folder of the database. */
export function cleaned(db: Db, text: string): string {
  return withoutPrivateKeys(text).replaceAll(db.name, basename(db.name))
}
