import { createHash } from 'node:crypto'
import { atOnce } from '../in-slices.ts'
import { alertExists, alertsOfEntry, type CurrentAlertRow } from '../ledger/alert-queries.ts'
import type { Db } from '../ledger/database.ts'
import { readVersion } from '../ledger/entry-versions.ts'
import { sayingBefore } from '../ledger/find-changes.ts'
import { entryOf, keysInForce } from '../ledger/list-entries.ts'
import { activeSnapshot, type SnapshotEntry, snapshotRowOf } from '../ledger/list-snapshots.ts'
import { changeOf, type EntryChange, nextVersion, takesBack } from '../ledger/next-version.ts'
import { ownAlertId } from '../ledger/own-alert.ts'
import { datingOf } from '../lists/activation.ts'
import { comparingVersions } from '../lists/compare-versions.ts'
import type { CsvOptions } from '../lists/formats/csv/columns.ts'
import { formatFor } from '../lists/formats/index.ts'
import { mergeByKey } from '../lists/merge.ts'
import { historyOf } from '../lists/ofac-history.ts'
import { openListFile } from '../lists/open-file.ts'
import { alertId } from '../screening/alert-id.ts'
import type { Entry, Finding } from '../screening/types.ts'
import { formsOf, hitsOf, ownHits, screeningStored } from './rescreen-entry.ts'

/** A stored transfer that a new version would flag. */
export interface PreviewedAlert extends Omit<Finding, 'entry' | 'own' | 'party' | 'amount'> {
  /** The id that the alert would have. */
  id: string
  chain: string
  blockHeight: number
  /** `null`: unknown, of an undecoded log. */
  amount: string | null
  ownAddress: string
  counterparty: string
  entryAddress: string
  subject: string | null
}

/** What a new version of a list would do, were it activated. */
export interface ListPreview {
  listId: string
  issuedOn: string | null
  /** Addresses that it would put in force, and take out of it. */
  added: number
  removed: number
  flagged: PreviewedAlert[]
  /** Own addresses that it names, and that no alert tells of yet. */
  ownListed: { address: string; match: string; entryAddress: string; subject: string | null }[]
  /** Alerts whose entry would no longer be in force. They stay, and would be told so. */
  cleared: CurrentAlertRow[]
  /** Alerts whose entry would be listed again, and those whose entry would name another party: they would be told so. */
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
  list: { id: string; format: string; csv?: CsvOptions | undefined; guard: { maxRemoved: number } },
  file: string,
  at: string,
): Promise<ListPreview> {
  const format = formatFor(list)
  const parsed = await format.parse(await openListFile(file), at.slice(0, 10))
  const entries = mergeByKey(parsed.addresses)
  const said = new Map(entries.map((entry) => [entry.key, snapshotRowOf(entry)]))
  const history = new Map(historyOf(format.id, parsed.counts).map((each) => [each.key, each]))
  const { issuedOn } = parsed
  const dating = datingOf(db, { id: list.id, format: format.id, issuedOn }, { since: at, at })
  const now = keysInForce(db, list.id)
  const was = sayingBefore(db, list.id)
  const next = [...said.values()].filter(({ removed_on }) => removed_on === null).map(({ key }) => key)
  const changed = [...new Set([...said.keys(), ...now, ...history.keys()])].sort().flatMap((key) => {
    const old = readVersion(db, list.id, key)
    const isTakenBack = takesBack(was(key), said.get(key))
    const version = nextVersion(old, said.get(key), history.get(key), dating, isTakenBack)
    return version === undefined ? [] : [{ version, change: changeOf(old, version) }]
  })
  const source = { id: list.id, format: format.id, maxRemoved: list.guard.maxRemoved }
  const version = { sha256: await contentHash(file), entries, issuedOn, parser: format.version }
  const those = (change: EntryChange) =>
    changed.filter((each) => each.change === change).map(({ version }) => version)
  const added = those('added').map((version) =>
    entryOf({ listId: list.id, category: format.category }, version),
  )
  const removed = those('removed')
  return {
    listId: list.id,
    issuedOn,
    added: next.filter((key) => !now.has(key)).length,
    removed: removed.length,
    flagged: added.flatMap((entry) => flaggedBy(db, entry)),
    ownListed: added.flatMap((entry) => ownListedBy(db, entry)),
    cleared: removed.flatMap(({ key }) => alertsOfEntry(db, list.id, key)),
    listedAgain: those('added')
      .filter(({ removed_on }) => removed_on === null)
      .flatMap(({ key }) => alertsOfEntry(db, list.id, key)),
    regraded: those('renamed').flatMap(({ key }) => alertsOfEntry(db, list.id, key)),
    ...judged(db, source, version, at.slice(0, 10)),
  }
}

/** What importing a version would do. */
function judged(
  db: Db,
  source: { id: string; format: string; maxRemoved: number },
  next: { sha256: string; entries: readonly SnapshotEntry[]; issuedOn: string | null; parser: number },
  today: string,
): Pick<ListPreview, 'outcome' | 'reasons'> {
  const active = activeSnapshot(db, source.id)
  const isActive =
    active?.sha256 === next.sha256 && active.format === source.format && active.parser >= next.parser
  if (isActive) return { outcome: 'unchanged', reasons: [] }
  const { reasons } = atOnce(comparingVersions(db, source, next, today))
  return { outcome: reasons.length > 0 ? 'held' : 'activated', reasons }
}

/** The SHA-256 by which a version is known: of what the file holds, decompressed. */
async function contentHash(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of (await openListFile(file)) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

function flaggedBy(db: Db, entry: Entry): PreviewedAlert[] {
  const screening = screeningStored(db, entry)
  const hits = [...hitsOf(db, formsOf(entry.key), { place: '', to: Number.MAX_SAFE_INTEGER })]
  return hits.flatMap(({ transactionId }) => {
    const hit = transactionId === null ? undefined : screening.whole(transactionId)
    if (hit === undefined) return []
    const { chain, block } = hit.stored
    return hit.findings.flatMap(({ entry: met, own, party, amount, ...finding }) => {
      const id = alertId(chain.caip2, { ...finding, party, entry: met })
      if (alertExists(db, id)) return []
      return [
        {
          ...{ id, chain: chain.id, blockHeight: block.height, ...finding },
          amount: amount === null ? null : String(amount),
          ...{ ownAddress: chain.addressText(own), counterparty: chain.addressText(party) },
          ...{ entryAddress: met.address, subject: met.subject },
        },
      ]
    })
  })
}

function ownListedBy(db: Db, entry: Entry): ListPreview['ownListed'] {
  return ownHits(db, entry, formsOf(entry.key))
    .filter(({ key }) => !alertExists(db, ownAlertId(key, entry)))
    .map(({ address, match }) => ({
      ...{ address, match },
      ...{ entryAddress: entry.address, subject: entry.subject },
    }))
}
