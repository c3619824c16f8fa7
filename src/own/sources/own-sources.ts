import { basename } from 'node:path'
import type { ChainConfig } from '../../config/chains.ts'
import type { OwnSourceConfig } from '../../config/own-sources.ts'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import type { Db } from '../../ledger/database.ts'
import { openLedger } from '../../ledger/open.ts'
import {
  noteOwnSourceFailure,
  noteOwnSourceSeen,
  readOwnSource,
  untakenRows,
} from '../../ledger/own/own-sources.ts'
import { shareLoads } from '../../ledger/while-loading.ts'
import { inTurn, shareTurnsOf } from '../../ledger/write-turns.ts'
import { startLoop } from '../../lifecycle/loop.ts'
import { retryDelayMs } from '../../network/retry.ts'
import { watchFileState } from './file-state.ts'
import type { Look, LookOutcome } from './load.ts'
import { fileIdentity, loadFile } from './load-file.ts'
import { loadQuery, queryIdentity } from './load-query.ts'

/** Looking at a file's times is cheap. */
const fileLookMs = 2_000
/** After a failure a source is read again after so long, then twice that, … */
const firstRetryMs = 5_000
const longestRetryMs = 300_000
/** How often it is noted that a file has not changed. */
const seenEveryMs = 3_600_000

export interface OwnSourceOptions {
  log: Log
  /** Now, ISO-8601. */
  now: () => string
  /** Each source is read once, and none is watched. */
  once: boolean
  signal: AbortSignal
  /** For tests, which have no time. */
  pace?: { fileLookMs: number; firstRetryMs: number }
}

export interface OwnSources {
  /**
   * Resolves when each source was read once, or could not be. Rejects with `once` for one that was never read: no block may be
   * screened without its addresses.
   */
  readonly loaded: Promise<void>
  /** Ends what is under way. */
  stop(): Promise<void>
}

/**
 * Keeps own addresses up to date with the sources of the config. One that fails does not hold up the others: its failure is
 * noted for health, and it is read again, less and less often.
 */
export function startOwnSources(
  db: Db,
  config: { database: string; own: readonly OwnSourceConfig[]; chains: readonly ChainConfig[] },
  options: OwnSourceOptions,
): OwnSources {
  const sources = config.own.map((source) => startSource(db, config, source, options))
  const loaded = Promise.all(sources.map((source) => source.loaded)).then(() => {})
  loaded.catch(() => {})
  return {
    loaded,
    async stop() {
      await Promise.all(sources.map((source) => source.stop()))
    },
  }
}

function startSource(
  db: Db,
  { database, chains }: { database: string; chains: readonly ChainConfig[] },
  source: OwnSourceConfig,
  { log, now, once, signal: ends, pace = { fileLookMs, firstRetryMs } }: OwnSourceOptions,
): OwnSources {
  // Rows are staged by connection, while the source is read: a slow source holds up no other.
  const writer = openLedger(database, { create: false })
  shareTurnsOf(db, writer)
  shareLoads(db, writer)
  const about = { source: source.id }
  const file = source.type === 'file' ? watchFileState(source.file) : null
  let seenAt = Number.NEGATIVE_INFINITY
  let bad = ''
  let failures = 0
  let failure: unknown

  const look = async (signal: AbortSignal): Promise<void> => {
    try {
      const outcome = await lookAt(source, { db, writer, chains, at: now(), signal })
      if (failures > 0) log.info(about, `own source ${source.id}: it can be read again`)
      failures = 0
      failure = undefined
      seenAt = Date.parse(now())
      report(source, outcome, log)
      bad = reportBad(db, source, bad, log)
    } catch (error) {
      if (signal.aborted) return
      failures++
      if (messageOf(error) !== messageOf(failure ?? ''))
        log.error({ ...about, ...stackOf(error) }, failureText(source, error))
      failure = error
      await inTurn(db, () => noteOwnSourceFailure(db, markOf(source), storable(source, error), now())).catch(
        (second: unknown) => log.error(about, `own source ${source.id}: ${sentenceOf(second)}`),
      )
    }
  }
  const noteUnchanged = async () => {
    const at = now()
    try {
      await inTurn(db, () => noteOwnSourceSeen(db, source.id, at))
      seenAt = Date.parse(at)
    } catch (error) {
      log.error(about, `own source ${source.id}: ${sentenceOf(error)}`)
    }
  }
  const pauseMs = () =>
    failures > 0
      ? retryDelayMs({ firstMs: pace.firstRetryMs, longestMs: longestRetryMs }, failures)
      : source.type === 'file'
        ? pace.fileLookMs
        : source.everyMs

  let first: (() => void) | undefined
  const tried = new Promise<void>((resolve) => {
    first = resolve
  })
  let nextTry = 0
  const loop = startLoop(
    async (signal) => {
      const isDue =
        file === null || first !== undefined || file.hasSettled() || (failures > 0 && Date.now() >= nextTry)
      if (isDue) {
        await look(signal)
        nextTry = Date.now() + pauseMs()
      } else if (failures === 0 && file.isUnchanged() && Date.parse(now()) - seenAt >= seenEveryMs)
        await noteUnchanged()
      first?.()
      first = undefined
      if (once) return null
      // A file that is repaired is read at once, however long a failure would be waited after.
      return file === null ? pauseMs() : pace.fileLookMs
    },
    { ref: false, signal: ends },
  )
  // One that is stopped before it began has no round.
  const loaded = Promise.race([tried, loop.ended]).then(() => {
    if (once && failure !== undefined && readOwnSource(db, source.id)?.loadedAt == null) throw failure
  })
  loaded.catch(() => {})
  return {
    loaded,
    async stop() {
      await loop.stop()
      writer.close()
    },
  }
}

function lookAt(source: OwnSourceConfig, look: Look): Promise<LookOutcome> {
  return source.type === 'file' ? loadFile(look, source) : loadQuery(look, source)
}

function markOf(source: OwnSourceConfig) {
  const identity = source.type === 'file' ? fileIdentity(source) : queryIdentity(source)
  return { id: source.id, type: source.type, identity }
}

function report({ id }: OwnSourceConfig, { added, changed }: LookOutcome, log: Log): void {
  if (added + changed === 0) return
  const about = { source: id, added, changed }
  log.info(about, `own source ${id}: ${added} own addresses added, ${changed} changed`)
}

/** Tells of rows that are no own addresses, once until there are others. @returns which there are. */
function reportBad(db: Db, { id }: OwnSourceConfig, before: string, log: Log): string {
  const rows = untakenRows(db, id, 'bad')
  const bad = rows === null ? '' : [rows.count, rows.first.place, rows.last].join(' ')
  if (bad === before) return before
  const about = { source: id, bad: rows?.count ?? 0 }
  if (rows === null) log.info(about, `own source ${id}: all rows are own addresses again`)
  else
    log.error(
      about,
      `own source ${id}: ${rows.count} rows are no own addresses, and are not watched: see /health`,
    )
  return bad
}

function sentenceOf(error: unknown): string {
  return error instanceof ChainscreenError
    ? [error.message, ...error.details].join(' ')
    : `an unexpected error: ${nameOf(error)}`
}

/** Of what is not ours the message may quote a row. */
function nameOf(error: unknown): string {
  if (!(error instanceof Error)) return 'no error'
  return 'code' in error ? `${error.name} ${error.code}` : error.name
}

/** Where an error comes from that is not ours. */
function stackOf(error: unknown): { stack?: string[] } {
  if (error instanceof ChainscreenError || !(error instanceof Error)) return {}
  return { stack: error.stack?.split('\n').filter((line) => /^ +at /.test(line)) ?? [] }
}

/** Who reads it by the API learns nothing of the folders of this machine. */
function storable(source: OwnSourceConfig, error: unknown): string {
  const text = sentenceOf(error)
  return source.type === 'file' ? text.replaceAll(source.file, basename(source.file)) : text
}

function failureText({ id }: OwnSourceConfig, error: unknown): string {
  return `own source ${id} can't be read; what was read of it before stays: ${sentenceOf(error)}`
}
