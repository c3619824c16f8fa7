import { ChainscreenError } from '../errors.ts'
import { all, type Db, inTransaction, one } from './database.ts'
import { addRescreen, addRescreenItem, type RescreenItem } from './rescreens.ts'
import { readRevisions } from './revisions.ts'

/**
 * Writes down a job by hand: every entry is matched against stored history, or those that came with list revisions
 * above one.
 *
 * @param since `null` for all. Where the ledger did not note yet which entries came when, all are taken.
 * @throws ChainscreenError `usage` for a revision that there is not yet.
 */
export function askRescreen(db: Db, since: number | null, at: string): void {
  inTransaction(db, () => {
    const { list: revision } = readRevisions(db)
    if (since !== null && since > revision) {
      throw new ChainscreenError('usage', `--since ${since} is above ${revision}, the newest list revision.`)
    }
    const whole = since === null || !isNoted(db, since)
    const id = addRescreen(db, { kind: 'asked', listId: null, revision, whole, at })
    if (whole) return
    for (const item of addedSince(db, since)) addRescreenItem(db, id, item)
  })
}

function isNoted(db: Db, since: number): boolean {
  return (
    one(db, `select 1 from rescreens where kind = 'list' and whole = 1 and revision > ?`, since) === undefined
  )
}

function addedSince(db: Db, since: number): RescreenItem[] {
  return all<RescreenItem>(
    db,
    `select distinct e.list_id as listId, e.key, e.change from rescreens r
     join rescreen_entries e on e.rescreen_id = r.id
     where r.kind = 'list' and r.state != 'staging' and r.revision > ? and e.change = 'added' order by e.list_id, e.key`,
    since,
  )
}
