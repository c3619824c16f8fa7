import { indexVariants } from '../../address/equivalents.ts'
import type { Key } from '../../address/key.ts'
import type { Category } from '../../screening/types.ts'
import { fillSubjectIds } from '../alerts/subject-ids.ts'
import { type Db, one } from '../database.ts'
import type { ChangeCounts } from '../events/list-events.ts'
import { inPieces } from '../in-pieces.ts'
import { putVersion } from './entry-versions.ts'
import { type Activation, type FoundChange, findChanges, findEnds } from './find-changes.ts'
import type { SnapshotRow } from './list-snapshots.ts'
import { putVariants } from './list-variants.ts'
import { addRescreenItem, stageRescreen } from './rescreens.ts'

/** What a snapshot changes, written and not counting yet. */
export interface StagedChanges {
  /** The job that will match stored history with them, and the load of the rows; `null` where nothing changes. */
  load: number | null
  /** How many addresses come into the list or go out of it. */
  moved: number
  /** Of them how many are added, removed or renamed. */
  counts: ChangeCounts
  /** The state of the list that they change. */
  base: string
  /** What the list's entries are from then on; `null` = it stays. */
  category: Category | null
}

/**
 * Writes what activating a snapshot changes, a few rows at a time. Ends with `activateStaged`. Inside `whileLoading`, which
 * sweeps what a crash leaves of it.
 *
 * @throws ChainscreenError `aborted` on the signal.
 */
export async function stageChanges(
  db: Db,
  snapshot: SnapshotRow,
  activation: Activation,
  signal?: AbortSignal,
): Promise<StagedChanges> {
  const staging = new Staging(db, snapshot, activation)
  return stageFound(db, staging, findChanges(db, snapshot, activation), signal)
}

/** The same for a list that is taken out of force: every entry that is in force ends. Ends with `markRemoved`. */
export async function stageRemoval(db: Db, listId: string, at: string): Promise<StagedChanges> {
  const today = at.slice(0, 'YYYY-MM-DD'.length)
  return stageFound(db, new Staging(db, { list_id: listId }, { at }), findEnds(db, listId, today))
}

async function stageFound(
  db: Db,
  staging: Staging,
  found: Iterable<FoundChange[]>,
  signal?: AbortSignal,
): Promise<StagedChanges> {
  for (const changes of found)
    await inPieces(db, staging.withVariants(changes), (change) => staging.put(change), { signal })
  return staging.staged
}

/** The same in one go, for a list of a few entries. Inside a transaction. */
export function stageChangesAtOnce(db: Db, snapshot: SnapshotRow, activation: Activation): StagedChanges {
  const staging = new Staging(db, snapshot, activation)
  for (const changes of findChanges(db, snapshot, activation))
    for (const change of staging.withVariants(changes)) staging.put(change)
  return staging.staged
}

/** A change, with what takes time to compute: that is done before the write lock is taken. */
interface ReadyChange extends FoundChange {
  /** Its variants; `null` where they are written already. */
  variants: readonly Key[] | null
}

class Staging {
  readonly staged: StagedChanges
  readonly #db: Db
  readonly #listId: string
  readonly #at: string
  /** What is known beside the snapshot. */
  readonly #beside: ReadonlySet<Key>

  constructor(
    db: Db,
    { list_id }: Pick<SnapshotRow, 'list_id'>,
    { at, category, history = [] }: Pick<Activation, 'at' | 'category' | 'history'>,
  ) {
    this.#db = db
    this.#listId = list_id
    this.#at = at
    this.#beside = new Set(history.map(({ key }) => key))
    const counts = { added: 0, removed: 0, renamed: 0 }
    this.staged = { load: null, moved: 0, counts, base: stateOf(db, list_id), category: category ?? null }
  }

  /** What the snapshot holds got its variants with it, and what the list holds before; what is known beside them may have none. */
  withVariants(changes: readonly FoundChange[]): ReadyChange[] {
    return changes.map((change) => {
      const { key } = change.next
      return { ...change, variants: this.#beside.has(key) ? indexVariants(key) : null }
    })
  }

  /** Inside a transaction. */
  put({ next, change, variants }: ReadyChange): void {
    this.staged.load ??= stageRescreen(this.#db, { kind: 'list', listId: this.#listId, at: this.#at })
    const { load } = this.staged
    if (variants !== null) putVariants(this.#db, next.key, next.address, variants)
    putVersion(this.#db, this.#listId, load, next)
    if (change === 'said') {
      fillSubjectIds(this.#db, this.#listId, next)
      return
    }
    addRescreenItem(this.#db, load, { listId: this.#listId, key: next.key, change })
    this.staged.moved++
    this.staged.counts[change]++
  }
}

/** Whether staged changes are those that would be found now. Inside a transaction. */
export function stillHold(db: Db, listId: string, { load, base }: StagedChanges): boolean {
  const there = load === null || one(db, `select 1 from rescreens where id = ? and state = 'staging'`, load)
  return there !== undefined && base === stateOf(db, listId)
}

/** Differs after every change of the list's entries: they come with an activation. */
function stateOf(db: Db, listId: string): string {
  const row = one<{ active_snapshot: string | null; activated_at: string | null; revision: number }>(
    db,
    'select active_snapshot, activated_at, revision from lists where id = ?',
    listId,
  )
  // A list that is not known yet is like one that is, and has no version.
  return JSON.stringify(row ?? { active_snapshot: null, activated_at: null, revision: 0 })
}
