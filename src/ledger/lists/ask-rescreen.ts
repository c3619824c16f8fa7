import { ChainscreenError } from '../../diagnostics/errors.ts'
import { all, type Db, inTransaction, one } from '../database.ts'
import { inPieces, pieceRows } from '../in-pieces.ts'
import { readRevisions } from '../revisions.ts'
import { whileLoading } from '../while-loading.ts'
import { inTurn } from '../write-turns.ts'
import {
  addRescreen,
  addRescreenItem,
  beginRescreen,
  type RescreenItem,
  type RescreenPosition,
  rescreenItems,
  stageRescreen,
} from './rescreens.ts'

/**
 * Writes down a job by hand: every entry is matched against stored history, or those that came with list revisions
 * above one. These are written a few at a time, and begin to count together.
 *
 * @param since `null` for all. Where the ledger did not note yet which entries came when, all are taken.
 * @throws ChainscreenError `usage` for a revision that there is not yet; `database-busy` where `since` is given and
 * another process is loading a list for too long.
 */
export async function askRescreen(db: Db, since: number | null, at: string): Promise<void> {
  const { list: revision } = readRevisions(db)
  if (since !== null && since > revision) {
    throw new ChainscreenError('usage', `--since ${since} is above ${revision}, the newest list revision.`)
  }
  if (since !== null && isNoted(db, since)) await whileLoading(db, () => askSince(db, since, at))
  else await inTurn(db, () => askAll(db, at))
}

function askAll(db: Db, at: string): void {
  inTransaction(db, () => {
    const { list: revision } = readRevisions(db)
    addRescreen(db, { kind: 'asked', listId: null, revision, whole: true, at })
  })
}

function isNoted(db: Db, since: number): boolean {
  return (
    one(db, `select 1 from rescreens where kind = 'list' and whole = 1 and revision > ?`, since) === undefined
  )
}

/** Inside `whileLoading`, which sweeps what a crash leaves of it. What a list changes meanwhile has a job of its own. */
async function askSince(db: Db, since: number, at: string): Promise<void> {
  const begin = () => ({
    id: stageRescreen(db, { kind: 'asked', listId: null, at }),
    revision: readRevisions(db).list,
    jobs: all<{ id: number }>(
      db,
      `select id from rescreens where kind = 'list' and state != 'staging' and revision > ? order by id`,
      since,
    ),
  })
  const { id, revision, jobs } = await inTurn(db, () => inTransaction(db, begin))
  for (const job of jobs) {
    for (const items of itemsOf(db, job.id)) {
      const added = items.filter(({ change }) => change === 'added')
      await inPieces(db, added, (item) => addRescreenItem(db, id, item))
    }
  }
  await inTurn(db, () => beginRescreen(db, id, { revision, nothing: false, at }))
}

/** What a job was written down with, some at a time. */
function* itemsOf(db: Db, job: number): Generator<RescreenItem[]> {
  for (let position: RescreenPosition | null = null; ; ) {
    const items: RescreenItem[] = rescreenItems(db, { id: job, whole: false, position }, pieceRows)
    yield items
    const last = items.at(-1)
    if (last === undefined || items.length < pieceRows) return
    position = { listId: last.listId, key: last.key, entry: null }
  }
}
