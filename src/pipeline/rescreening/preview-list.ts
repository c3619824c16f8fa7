import { createHash } from 'node:crypto'
import { type Key, keyFamily } from '../../address/key.ts'
import { alertExists, alertsOfEntry, type CurrentAlertRow } from '../../ledger/alerts/alert-queries.ts'
import { ownAlertId } from '../../ledger/alerts/own-alert.ts'
import type { Db } from '../../ledger/database.ts'
import { type EntryVersion, readVersion } from '../../ledger/lists/entry-versions.ts'
import { entriesBefore } from '../../ledger/lists/find-changes.ts'
import { entryOf, keysInForce } from '../../ledger/lists/list-entries.ts'
import {
  type SnapshotEntries,
  type SnapshotEntryRow,
  snapshotRowOf,
} from '../../ledger/lists/list-snapshots.ts'
import { changeOf, type EntryChange, nextVersion, takesBack } from '../../ledger/lists/next-version.ts'
import { ScratchRows } from '../../ledger/lists/scratch-rows.ts'
import { decimalsOf } from '../../ledger/transfers/known-assets.ts'
import { datingOf } from '../../lists/activation.ts'
import { compared, Tally } from '../../lists/compare-versions.ts'
import { formatFor } from '../../lists/formats/index.ts'
import { isActive } from '../../lists/import-list.ts'
import { historyOf } from '../../lists/ofac-history.ts'
import { openListFile } from '../../lists/open-file.ts'
import { mergeRows } from '../../lists/read-list-file.ts'
import type { ListedAddress, ListFormat, ListOptions, ParsedList } from '../../lists/types.ts'
import { alertId } from '../../screening/alert-id.ts'
import type { Entry, Finding } from '../../screening/types.ts'
import { hitsOf, ownHits, screeningStored, variantsOf } from './rescreen-entry.ts'

/** A stored transfer that a new version would flag. */
export interface PreviewedAlert extends Omit<Finding, 'entry' | 'own' | 'party' | 'amount'> {
  /** The id that the alert would have. */
  id: string
  chain: string
  blockHeight: number
  /** `null`: unknown, of an undecoded log. */
  amount: string | null
  /** `null`: not known, and the amount is in base units. */
  decimals: number | null
  ownAddress: string
  counterparty: string
  entryAddress: string
  subject: string | null
  subjectIds: readonly string[]
}

/** What a new version of a list would do, were it activated. */
export interface ListPreview {
  listId: string
  issuedOn: string | null
  /** Addresses that it would put in force, and take out of it. */
  added: number
  removed: number
  flagged: PreviewedAlert[]
  /** Own addresses that it names, and that no alert is about yet. */
  ownListed: (Pick<PreviewedAlert, 'match' | 'entryAddress' | 'subject' | 'subjectIds'> & {
    address: string
  })[]
  /** Alerts whose entry would no longer be in force. They stay, and would get an event. */
  cleared: CurrentAlertRow[]
  /** Alerts whose entry would be listed again, and those whose entry would name another party: they would get an event. */
  listedAgain: CurrentAlertRow[]
  regraded: CurrentAlertRow[]
  /** What importing the file would do, and why it would be held. */
  outcome: 'activated' | 'held' | 'unchanged'
  reasons: readonly string[]
}

/**
 * Which stored transfers a new version of a list would flag or clear. Nothing is activated, and nothing is written.
 *
 * @param list of the config; its category is that of the format. @param at now, ISO-8601.
 * @throws ChainscreenError `bad-file` when the file can't be read whole.
 */
export async function previewList(
  db: Db,
  list: { id: string; format: string; options?: ListOptions | undefined; guard: { maxRemoved: number } },
  file: string,
  at: string,
): Promise<ListPreview> {
  const format = formatFor(list)
  const rows = new ScratchRows<ListedAddress>()
  try {
    const parsed = await format.parse(await openListFile(file), at.slice(0, 10), () => {}, rows)
    for (const [index, row] of parsed.addresses.entries()) rows.add(row, index)
    const sha256 = await contentHash(file)
    return new Preview(db, list, format, at).of(mergeRows(rows), { ...parsed, sha256 })
  } finally {
    rows.close()
  }
}

/** Goes over what a version changes, and holds only what it would flag or clear. */
class Preview {
  readonly #db: Db
  readonly #list: { id: string; guard: { maxRemoved: number } }
  readonly #format: ListFormat
  readonly #at: string
  readonly #flagged: PreviewedAlert[] = []
  readonly #ownListed: ListPreview['ownListed'] = []
  readonly #cleared: Affected[] = []
  readonly #listedAgain: Affected[] = []
  readonly #regraded: Affected[] = []

  constructor(db: Db, list: { id: string; guard: { maxRemoved: number } }, format: ListFormat, at: string) {
    this.#db = db
    this.#list = list
    this.#format = format
    this.#at = at
  }

  of(entries: SnapshotEntries, { issuedOn, counts, sha256 }: ReadVersion): ListPreview {
    const [db, listId, today] = [this.#db, this.#list.id, this.#at.slice(0, 10)]
    const source = { id: listId, format: this.#format.id, maxRemoved: this.#list.guard.maxRemoved }
    const dating = datingOf(db, { ...source, issuedOn }, { since: this.#at, at: this.#at })
    const history = new Map(historyOf(source.format, counts).map((each) => [each.key, each]))
    const was = entriesBefore(db, listId)
    const tally = new Tally()
    let [added, removed] = [0, 0]
    const look = (key: Key, says: SnapshotEntryRow | undefined) => {
      const [old, saidBefore] = [readVersion(db, listId, key), was(key)]
      tally.add(keyFamily(key), isInForce(saidBefore), isInForce(says))
      if (isInForce(says) && !isInForce(old)) added++
      const version = nextVersion(old, says, history.get(key), dating, takesBack(saidBefore, says))
      if (version === undefined) return
      const change = changeOf(old, version)
      if (change === 'removed') removed++
      this.#take(version, change)
    }
    for (const entry of entries) look(entry.key, snapshotRowOf(entry))
    const has = (key: Key) => entries.has?.(key) === true
    for (const key of keysInForce(db, listId)) if (!has(key)) look(key, undefined)
    for (const key of history.keys())
      if (!has(key) && !isInForce(readVersion(db, listId, key))) look(key, undefined)
    const { reasons } = compared(db, source, { sha256, issuedOn }, tally, today)
    const unchanged = isActive(db, { listId, sha256, format: source.format, parser: this.#format.version })
    return {
      ...{ listId, issuedOn, added, removed, flagged: this.#flagged, ownListed: this.#ownListed },
      ...{ cleared: inOrder(this.#cleared), listedAgain: inOrder(this.#listedAgain) },
      regraded: inOrder(this.#regraded),
      outcome: unchanged ? 'unchanged' : reasons.length > 0 ? 'held' : 'activated',
      reasons: unchanged ? [] : reasons,
    }
  }

  #take(version: EntryVersion, change: EntryChange): void {
    const [db, listId, { key }] = [this.#db, this.#list.id, version]
    const add = (to: Affected[]) => {
      const alerts = alertsOfEntry(db, listId, key)
      if (alerts.length > 0) to.push({ key, alerts })
    }
    if (change === 'removed') add(this.#cleared)
    if (change === 'renamed') add(this.#regraded)
    if (change !== 'added') return
    const entry = entryOf({ listId, category: this.#format.category }, version)
    this.#flagged.push(...flaggedBy(db, entry))
    this.#ownListed.push(...ownListedBy(db, entry))
    if (isInForce(version)) add(this.#listedAgain)
  }
}

/** A version of a list that was read, beside its entries. */
type ReadVersion = Pick<ParsedList, 'issuedOn' | 'counts'> & { sha256: string }

/** Alerts of a key that would get an event. */
interface Affected {
  key: Key
  alerts: CurrentAlertRow[]
}

/** In the order of the keys. */
function inOrder(affected: Affected[]): CurrentAlertRow[] {
  return affected.sort((a, b) => (a.key < b.key ? -1 : 1)).flatMap(({ alerts }) => alerts)
}

function isInForce(says: { removed_on: string | null } | undefined): boolean {
  return says !== undefined && says.removed_on === null
}

/** The SHA-256 by which a version is known: of what the file holds, decompressed. */
async function contentHash(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of (await openListFile(file)) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

function flaggedBy(db: Db, entry: Entry): PreviewedAlert[] {
  const screening = screeningStored(db, entry)
  const hits = [
    ...hitsOf(db, variantsOf(entry.key), { from: { variant: 0, row: 0 }, to: Number.MAX_SAFE_INTEGER }),
  ]
  return hits.flatMap(({ transactionId }) => {
    const hit = transactionId === null ? undefined : screening(transactionId)
    if (hit === undefined) return []
    const { chain, block } = hit.stored
    return hit.findings.flatMap(({ entry: matched, own, party, amount, ...finding }) => {
      const id = alertId(chain.caip2, { ...finding, party, entry: matched })
      if (alertExists(db, id)) return []
      return [
        {
          ...{ id, chain: chain.id, blockHeight: block.height, ...finding },
          amount: amount === null ? null : String(amount),
          decimals: decimalsOf(db, chain.id, finding.asset),
          ...{ ownAddress: chain.addressText(own), counterparty: chain.addressText(party) },
          ...{ entryAddress: matched.address, subject: matched.subject, subjectIds: matched.subjectIds },
        },
      ]
    })
  })
}

function ownListedBy(db: Db, entry: Entry): ListPreview['ownListed'] {
  return ownHits(db, entry, variantsOf(entry.key))
    .filter(({ key }) => !alertExists(db, ownAlertId(key, entry)))
    .map(({ address, match }) => ({
      ...{ address, match },
      ...{ entryAddress: entry.address, subject: entry.subject, subjectIds: entry.subjectIds },
    }))
}
