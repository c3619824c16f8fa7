import type { ChainCondition } from '../chains/watchdog.ts'
import type { CanaryConfig } from '../config/schema.ts'
import { readChainState } from '../ledger/blocks/chain.ts'
import { type CanaryRuns, canaryFailure, readCanary } from '../ledger/canary.ts'
import { readTracesAway, type TracesAway, tracesWarning } from '../ledger/coverage/traces-away.ts'
import type { Db } from '../ledger/database.ts'
import { freeDiskBytes, lowDiskWarning } from '../ledger/database-file.ts'
import { type SinkState, sinkStates } from '../ledger/delivery/sinks.ts'
import { leftBehind } from '../ledger/left-behind.ts'
import { type ListHealth, listHealth } from '../ledger/lists/list-health.ts'
import { hasOwnAddresses } from '../ledger/own/own-addresses.ts'
import { type OwnSourceHealth, ownSourceHealth } from '../ledger/own/own-source-health.ts'
import type { ServerSettings } from './context.ts'

/** What `/health` answers. */
export interface Health {
  /** No problem below. */
  healthy: boolean
  /** Everything that is wrong, a sentence each. */
  problems: string[]
  /** What is as the config has it, and worth knowing: nothing is wrong with it. */
  notes: string[]
  lists: ListHealth[]
  chains: (ChainCondition & ChainHeights)[]
  ownSources: OwnSourceHealth[]
  /** `null` without a canary. */
  canary: CanaryRuns | null
  sinks: Omit<SinkState, 'edits'>[]
  /** Free space on the disk of the database, in bytes; `null` where it is not known. */
  diskFreeBytes: number | null
}

interface ChainHeights {
  cursorHeight: number | null
  headHeight: number | null
  finalHeight: number | null
  /** Since when it is screened without the call traces that its node should serve; `null` while it is not. */
  tracesAway: TracesAway | null
}

/** A node that does not answer once is no news. */
const graceMs = 60_000

/** The health of a running daemon: lists, chains, canary. @param at now, ISO-8601. */
export function readHealth(
  db: Db,
  config: Pick<ServerSettings, 'lists' | 'chains' | 'canary' | 'sinks' | 'own'>,
  conditions: readonly ChainCondition[],
  at: string,
): Health {
  const lists = listHealth(db, config.lists, at)
  const sources = config.own.map(({ id }) => id)
  const ownSources = ownSourceHealth(db, sources, at)
  const diskFreeBytes = freeDiskBytes(db)
  const sinks = sinkStates(db).filter(({ id }) => config.sinks.includes(id))
  const disk = lowDiskWarning(diskFreeBytes)
  const problems = [
    ...(lists.length === 0 ? ['no list is configured: nothing will be found'] : []),
    ...lists.flatMap(({ problem, warning }) => problem ?? warning ?? []),
    ...ownProblems(db, conditions),
    ...ownSources.flatMap(({ problem }) => problem ?? []),
    ...(disk === null ? [] : [disk]),
    ...conditions.flatMap((condition) => failureOf(condition, at)),
    ...conditions.flatMap(({ chain }) => tracesWarning(chain, readTracesAway(db, chain)) ?? []),
    ...canaryFailures(db, config.canary, at),
    ...sinkProblems(sinks, at),
  ]
  return {
    healthy: problems.length === 0,
    problems,
    notes: [
      ...(conditions.length === 0 ? ['no chain is configured: no block is screened'] : []),
      ...ownSources.flatMap(({ note }) => note ?? []),
      ...leftBehind(db, config),
    ],
    lists,
    ownSources,
    chains: conditions.map((condition) => ({ ...condition, ...heightsOf(db, condition.chain) })),
    canary: config.canary === undefined ? null : readCanary(db),
    sinks: sinks.map(({ edits: _, ...sink }) => sink),
    diskFreeBytes,
  }
}

function sinkProblems(sinks: readonly SinkState[], at: string): string[] {
  return sinks.flatMap(({ id, disabled, problem, attempts, refused, refusal, dead, oldestAt }) => [
    ...(disabled === null ? [] : [`sink ${id} is disabled: ${disabled}`]),
    ...(refused === 0
      ? []
      : [
          `sink ${id} refuses ${refused} events (${refusal}): \`chainscreen deliveries list ${id}\` shows them`,
        ]),
    ...(dead === 0
      ? []
      : [`sink ${id} has ${dead} dead letters: \`chainscreen deliveries list ${id}\` shows them`]),
    ...(disabled === null &&
    attempts > 1 &&
    oldestAt !== null &&
    Date.parse(at) - Date.parse(oldestAt) > graceMs
      ? [`sink ${id} takes no events since ${oldestAt}: ${problem ?? 'no reason known'}`]
      : []),
  ])
}

function ownProblems(db: Db, followed: readonly ChainCondition[]): string[] {
  return followed.length === 0 || hasOwnAddresses(db)
    ? []
    : ['no own address is registered: no deposit and no withdrawal will be found']
}

function canaryFailures(db: Db, canary: CanaryConfig | undefined, at: string): string[] {
  const problem = canary && canaryFailure(readCanary(db), canary.everyMs, at)
  return problem ? [`the canary ${problem}`] : []
}

function heightsOf(db: Db, chain: string): ChainHeights {
  const { cursor, headHeight, finalHeight } = readChainState(db, chain)
  const tracesAway = readTracesAway(db, chain)
  return { cursorHeight: cursor?.height ?? null, headHeight, finalHeight, tracesAway }
}

function failureOf({ chain, state, since, reason }: ChainCondition, at: string): string[] {
  if (state === 'halted') return [`chain ${chain} halted at ${since}: ${reason ?? 'no reason known'}`]
  if (state === 'following' || Date.parse(at) - Date.parse(since) < graceMs) return []
  return [`chain ${chain} has been waiting since ${since}: ${reason ?? 'no reason known'}`]
}
