import { alertExists, alertsOfEntry, type CurrentAlertRow } from '../ledger/alert-queries.ts'
import type { Db } from '../ledger/database.ts'
import { keysInForce, readEntry } from '../ledger/list-entries.ts'
import type { SnapshotEntry } from '../ledger/list-snapshots.ts'
import { formatOf } from '../lists/formats/index.ts'
import { mergeByKey } from '../lists/merge.ts'
import { historyOf } from '../lists/ofac-history.ts'
import { openListFile } from '../lists/open-file.ts'
import { alertId } from '../screening/alert-id.ts'
import type { Entry, Finding } from '../screening/types.ts'
import { formsOf, nextHits, ownHits, screenStored } from './rescreen-entry.ts'

/** A stored transfer that a new version would flag. */
export interface PreviewedAlert extends Omit<Finding, 'entry' | 'own' | 'party' | 'amount'> {
  /** The id that the alert would have. */
  id: string
  chain: string
  blockHeight: number
  amount: string
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
  /** Own addresses that it names. */
  ownListed: { address: string; match: string; entryAddress: string; subject: string | null }[]
  /** Alerts whose entry would no longer be in force. They stay, and would be told so. */
  cleared: CurrentAlertRow[]
}

/**
 * Which stored transfers a new version of a list would flag or clear. Nothing is activated, and nothing is written.
 *
 * @param list of the config; its category is that of the format. @param at now, ISO-8601.
 * @throws ChainscreenError `bad-file` when the file can't be read whole.
 */
export async function previewList(
  db: Db,
  list: { id: string; format: string },
  file: string,
  at: string,
): Promise<ListPreview> {
  const format = formatOf(list.format)
  const parsed = await format.parse(await openListFile(file))
  const now = keysInForce(db, list.id)
  const entries = mergeByKey(parsed.addresses)
  const next = new Set(entries.filter(({ removedOn }) => removedOn === null).map(({ key }) => key))
  const published = new Map(historyOf(format.id).map(({ key, publishedBy }) => [key, publishedBy]))
  const date = parsed.issuedOn ?? at.slice(0, 10)
  const added = entries
    .filter(({ key }) => !now.has(key))
    .map((entry): Entry => {
      const own = entry.publishedBy ?? (format.listedOnIsPublished ? entry.listedOn : null) ?? date
      const dates = [own, published.get(entry.key) ?? own].sort()
      return entryAsOf(db, { listId: list.id, category: format.category }, entry, dates[0] ?? own, date)
    })
  const removed = [...now].filter((key) => !next.has(key))
  return {
    listId: list.id,
    issuedOn: parsed.issuedOn,
    added: [...next].filter((key) => !now.has(key)).length,
    removed: removed.length,
    flagged: added.flatMap((entry) => flaggedBy(db, entry)),
    ownListed: added.filter(({ key }) => next.has(key)).flatMap((entry) => ownListedBy(db, entry)),
    cleared: removed.flatMap((key) => alertsOfEntry(db, list.id, key)),
  }
}

/** The entry as activation would leave it. */
function entryAsOf(
  db: Db,
  list: Pick<Entry, 'listId' | 'category'>,
  { key, address, subject, programs, listedOn, removedOn }: SnapshotEntry,
  published: string,
  date: string,
): Entry {
  const known = readEntry(db, list.listId, key)
  const from = known === undefined ? published : date
  return {
    ...list,
    ...{ key, address, subject, programs, listedOn },
    firstSeen: known?.firstSeen ?? published,
    intervals: [...(known?.intervals ?? []), { from, to: removedOn }],
  }
}

function flaggedBy(db: Db, entry: Entry): PreviewedAlert[] {
  const forms = formsOf(entry.key)
  const found = new Map<string, PreviewedAlert>()
  let cursor: string | null = ''
  while (cursor !== null) {
    const page = nextHits(db, forms, { cursor, to: Number.MAX_SAFE_INTEGER, limit: 100 })
    for (const { stored, findings } of screenStored(db, entry, page.transactions)) {
      for (const { entry: met, own, party, amount, ...finding } of findings) {
        const id = alertId(stored.chain.caip2, { ...finding, party, entry: met })
        if (alertExists(db, id)) continue
        found.set(id, {
          id,
          chain: stored.chain.id,
          blockHeight: stored.block.height,
          ...finding,
          amount: String(amount),
          ownAddress: stored.chain.addressText(own),
          counterparty: stored.chain.addressText(party),
          entryAddress: met.address,
          subject: met.subject,
        })
      }
    }
    cursor = page.cursor
  }
  return [...found.values()]
}

function ownListedBy(db: Db, entry: Entry): ListPreview['ownListed'] {
  return ownHits(db, formsOf(entry.key)).map(({ address, match }) => ({
    ...{ address, match },
    ...{ entryAddress: entry.address, subject: entry.subject },
  }))
}
