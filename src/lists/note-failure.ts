import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { type Db, inTransaction } from '../ledger/database.ts'
import { noteCheck } from '../ledger/lists/list-checks.ts'
import { addRejected } from '../ledger/lists/stage-snapshot.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { Redactor } from '../privacy/redactor.ts'
import { FetchFailure } from './fetch/fetch-failure.ts'
import { formatFor } from './formats/index.ts'
import { RejectedList } from './read-list-file.ts'
import type { ListOptions } from './types.ts'

/**
 * Notes a list that could not be loaded: rejected, with what was kept of it, or never arrived. A stop is no failure. What
 * the list's URLs keep secret is taken out of the error, for whoever tells it next, too.
 */
export async function noteFailure(
  db: Db,
  list: { id: string; format: string; options?: ListOptions | undefined; redactor?: Redactor },
  error: unknown,
  { at, status }: { at: string; status?: number },
): Promise<void> {
  if (error instanceof ChainscreenError && error.code === 'aborted') return
  const { redactor = new Redactor('list') } = list
  redactor.redactError(error)
  const reason = messageOf(error)
  const rejected = error instanceof RejectedList
  const kept = rejected && error.kept ? error.read : null
  const note = () => {
    if (kept !== null) {
      const { sha256, size: bytes } = kept
      const parser = formatFor(list).version
      addRejected(db, { listId: list.id, sha256, format: list.format, parser, bytes, reason, at })
    }
    noteCheck(db, {
      ...{ list_id: list.id, at, outcome: rejected ? 'rejected' : 'failed', detail: reason },
      status: error instanceof FetchFailure ? error.status : (status ?? null),
      ...{ sha256: kept?.sha256 ?? null, bytes: kept?.size ?? null },
    })
  }
  await inTurn(db, () => inTransaction(db, note))
}
