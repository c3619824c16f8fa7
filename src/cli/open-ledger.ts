import { createLog } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { openLedger as open } from '../ledger/open.ts'
import { onLoadWait } from '../ledger/while-loading.ts'
import { createProgress } from './output.ts'

/** The ledger for writing. One of an earlier version is brought up to date first: with a progress bar, since that can take minutes. */
export function openLedger(path: string, { create } = { create: true }): Db {
  const progress = createProgress(createLog('info'))
  try {
    const db = open(path, { create, onProgress: progress.update })
    onLoadWait(db, (text) => process.stderr.write(`${text}\n`))
    return db
  } finally {
    progress.stop()
  }
}
