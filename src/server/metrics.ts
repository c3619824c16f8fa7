import { Gauge, Registry } from 'prom-client'
import {
  countAlerts,
  countHeld,
  countPendingReplays,
  countPendingRescreens,
  countUnscreened,
  countUnscreenedTransactions,
} from '../ledger/alerts/counts.ts'
import type { Db } from '../ledger/database.ts'
import { readLists } from '../ledger/lists/lists.ts'
import { type MempoolState, readMempools } from '../ledger/mempool/pending-transactions.ts'
import { readRevisions } from '../ledger/revisions.ts'
import type { Health } from './health.ts'

/** Renders what the ledger and the health say, in the text format of Prometheus. */
export async function renderMetrics(db: Db, health: Health): Promise<string> {
  const registry = new Registry()
  const put = (name: string, help: string, samples: readonly Sample[]) => {
    const known = samples.flatMap(({ labels = {}, value }) => (value === null ? [] : [{ labels, value }]))
    // A gauge that nothing was ever set on says 0.
    if (known.length === 0) return
    const labelNames = [...new Set(known.flatMap(({ labels }) => Object.keys(labels)))]
    const gauge = new Gauge({ name: `chainscreen_${name}`, help, labelNames, registers: [registry] })
    for (const { labels, value } of known) gauge.set(labels, value)
  }
  putLists(put, db, health)
  putChains(put, health)
  putTraces(put, health)
  putOwnSources(put, health)
  put('healthy', '1 when /health answers 200.', [{ value: health.healthy ? 1 : 0 }])
  put(
    'alerts',
    'Alerts by chain and status, without those of the canary.',
    countAlerts(db).map(({ chain, status, alerts }) => ({
      labels: { chain: chain ?? '', status },
      value: alerts,
    })),
  )
  put(
    'unscreened_blocks',
    'Blocks of which something was not screened.',
    countUnscreened(db).map(({ chain, what, blocks }) => ({ labels: { chain, what }, value: blocks })),
  )
  put('disk_free_bytes', 'Free space on the disk of the database.', [{ value: health.diskFreeBytes }])
  put(
    'unscreened_transactions',
    'Single transactions of which something was not screened.',
    countUnscreenedTransactions(db).map(({ chain, what, transactions }) => ({
      labels: { chain, what },
      value: transactions,
    })),
  )
  putMempools(put, db)
  put('rescreens_pending', 'Re-screenings of stored history that are not done.', [
    { value: countPendingRescreens(db) },
  ])
  put('replays_pending', 'Ranges of blocks that are queued for a rescan.', [
    { value: countPendingReplays(db) },
  ])
  if (health.canary !== null) {
    put('canary_passed_timestamp_seconds', 'When a made-up transfer last became an alert.', [
      { value: secondsOf(health.canary.passedAt) },
    ])
    put('canary_failed_timestamp_seconds', 'When a made-up transfer last failed to become an alert.', [
      { value: secondsOf(health.canary.failedAt) },
    ])
  }
  putSinks(put, health)
  return registry.metrics()
}

interface Sample {
  labels?: Record<string, string>
  /** `null`: not known, and not told. */
  value: number | null
}

type Put = (name: string, help: string, samples: readonly Sample[]) => void

function putLists(put: Put, db: Db, { lists }: Health): void {
  const each = (value: (list: Health['lists'][number]) => number | null) =>
    lists.map((list) => ({ labels: { list: list.id }, value: value(list) }))
  put(
    'list_age_seconds',
    'Time since the last successful check of a list; of a file, since its content changed.',
    each(({ ageSeconds }) => ageSeconds),
  )
  put(
    'list_max_age_seconds',
    'Beyond this age a list is stale.',
    each(({ maxAgeSeconds }) => maxAgeSeconds),
  )
  put(
    'list_issue_age_seconds',
    "Time since the publisher's own date of a list.",
    each(({ issueAgeSeconds }) => issueAgeSeconds),
  )
  put(
    'list_max_issue_age_seconds',
    'Beyond this age of its date of issue a list is stale, or has a warning.',
    each(({ maxIssueAgeSeconds }) => maxIssueAgeSeconds),
  )
  put(
    'list_warning',
    '1 when a list is fresh but has a warning.',
    each(({ warning }) => +(warning !== null)),
  )
  put(
    'list_fresh',
    '1 when a list is fresh: an address that is not in it counts as clear.',
    each(({ state }) => +(state === 'fresh')),
  )
  const held = new Map(countHeld(db).map((row) => [row.list, row.held]))
  put(
    'list_held',
    'Versions of a list that are held for approval.',
    each(({ id }) => held.get(id) ?? 0),
  )
  const revisions = new Map(readLists(db).map((list) => [list.id, list.revision]))
  put(
    'list_revision',
    'The list revision that a list last changed.',
    each(({ id }) => revisions.get(id) ?? null),
  )
  put('revision', 'The list revision now.', [{ value: readRevisions(db).list }])
}

function putChains(put: Put, { chains }: Health): void {
  const each = (value: (chain: Health['chains'][number]) => number | null) =>
    chains.map((chain) => ({ labels: { chain: chain.chain }, value: value(chain) }))
  put(
    'chain_cursor_height',
    'The last block that was screened.',
    each(({ cursorHeight }) => cursorHeight),
  )
  put(
    'chain_head_height',
    'The head of the node, when it was last asked.',
    each(({ headHeight }) => headHeight),
  )
  put(
    'chain_final_height',
    'Blocks up to here are final.',
    each(({ finalHeight }) => finalHeight),
  )
  put(
    'chain_waiting',
    '1 while a chain is waiting for its node or for the disk of the database.',
    each(({ state }) => +(state === 'waiting')),
  )
  put(
    'chain_halted',
    '1 when a chain has halted.',
    each(({ state }) => +(state === 'halted')),
  )
}

function putOwnSources(put: Put, { ownSources }: Health): void {
  const each = (value: (source: Health['ownSources'][number]) => number | null) =>
    ownSources.map((source) => ({ labels: { source: source.id }, value: value(source) }))
  put(
    'own_source_loaded_timestamp_seconds',
    'When a source of own addresses was last read to its end; of a file, when its content was loaded.',
    each(({ loadedAt }) => secondsOf(loadedAt)),
  )
  put(
    'own_source_failing',
    "1 while a source of own addresses can't be read.",
    each(({ failingSince }) => +(failingSince !== null)),
  )
  put(
    'own_source_bad_rows',
    'Rows of a source that are no own addresses, and are not watched.',
    each(({ badRows }) => badRows),
  )
}

function putTraces(put: Put, { chains }: Health): void {
  const each = (value: (chain: Health['chains'][number]) => number | null) =>
    chains.map((chain) => ({ labels: { chain: chain.chain }, value: value(chain) }))
  put(
    'chain_traces_away',
    '1 while a chain is screened without the call traces that its node should serve.',
    each(({ tracesAway }) => +(tracesAway !== null)),
  )
  put(
    'chain_traces_away_since_timestamp_seconds',
    'When that began.',
    each(({ tracesAway }) => secondsOf(tracesAway?.since ?? null)),
  )
}

function putMempools(put: Put, db: Db): void {
  const mempools = readMempools(db)
  const each = (value: (mempool: MempoolState) => number | null) =>
    mempools.map((mempool) => ({ labels: { chain: mempool.chain }, value: value(mempool) }))
  put(
    'mempool_readable',
    '1 if the last mempool poll succeeded.',
    each(({ failure }) => +(failure === null)),
  )
  put(
    'mempool_transactions',
    'Unconfirmed transactions at the last recorded poll.',
    each(({ transactions }) => transactions),
  )
  put(
    'mempool_unread',
    'Unconfirmed transactions that are not screened yet.',
    each(({ unread }) => unread),
  )
}

function putSinks(put: Put, { sinks }: Health): void {
  const each = (value: (sink: Health['sinks'][number]) => number | null) =>
    sinks.map((sink) => ({ labels: { sink: sink.id }, value: value(sink) }))
  put(
    'delivery_depth',
    'Events that are not delivered yet.',
    each(({ depth }) => depth),
  )
  put(
    'delivery_oldest_timestamp_seconds',
    'When the oldest of them happened.',
    each(({ oldestAt }) => secondsOf(oldestAt)),
  )
  put(
    'delivery_attempts',
    'Attempts in a row that failed, since the sink itself failed.',
    each(({ attempts }) => attempts),
  )
  put(
    'delivery_waiting',
    'Events that were refused and are tried again, and those behind them.',
    each(({ waiting }) => waiting),
  )
  put(
    'delivery_refused',
    'Of those: which the sink itself refused.',
    each(({ refused }) => refused),
  )
  put(
    'delivery_dead_letters',
    'Events that were given up.',
    each(({ dead }) => dead),
  )
  put(
    'delivery_disabled',
    '1 when nothing is sent to a sink until a person says so.',
    each(({ disabled }) => +(disabled !== null)),
  )
}

function secondsOf(time: string | null): number | null {
  return time === null ? null : Date.parse(time) / 1000
}
