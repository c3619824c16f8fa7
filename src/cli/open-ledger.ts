import { createLog } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import { openLedger as open } from '../ledger/open.ts'
import { createProgress } from './output.ts'

/** The ledger for writing. One of an earlier version is brought up to date first: with a progress bar, since that can take minutes. */
export function openLedger(path: string, { create } = { create: true }): Db {
  const progress = createProgress(createLog('info'))
  try {
    return open(path, { create, onProgress: progress.update })
  } finally {
    progress.stop()
  }
}
