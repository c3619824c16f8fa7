import { existsSync } from 'node:fs'
import type { ChainSource } from '../chains/source.ts'
import type { EvmChainConfig } from '../config/evm.ts'
import { ChainscreenError, isTemporary, messageOf } from '../diagnostics/errors.ts'
import { readChainState } from '../ledger/blocks/chain.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { createSource } from '../pipeline/blocks/create-source.ts'
import type { Checkup } from './doctor.ts'

/** What a node has of a block. `traces`: `null` where neither it nor the next ones have transactions to tell by. */
interface Served {
  receipts: boolean
  traces: boolean | null
}

/** So many blocks from a height on are looked through for one with transactions. */
const neighbours = 8
/** A node that is slow is not searched for longer. */
const longestMs = 60_000

/**
 * How far back each node of a chain has receipts and call traces, against the block that is due: that after the last screened
 * one, else `start`. What is missing is searched for by halving, some thirty blocks at most for each of the two.
 */
export async function checkHistory(
  chain: EvmChainConfig,
  database: string,
  signal?: AbortSignal,
): Promise<Checkup[]> {
  const due = nextBlock(chain, database)
  if (due === null) return []
  return Promise.all(chain.rpc.map((url) => checkNodeHistory({ ...chain, rpc: [url] }, due, signal)))
}

/** `null`: whatever the head is then. */
function nextBlock(chain: EvmChainConfig, database: string): number | null {
  const start = chain.start === 'latest' ? null : chain.start
  if (!existsSync(database)) return start
  let cursor: { height: number } | null = null
  try {
    const db = openLedgerForReading(database)
    try {
      cursor = readChainState(db, chain.id).cursor
    } finally {
      db.close()
    }
  } catch {
    // What is wrong with the database is told where that is looked at.
  }
  return cursor === null ? start : cursor.height + 1
}

async function checkNodeHistory(chain: EvmChainConfig, due: number, signal?: AbortSignal): Promise<Checkup> {
  const what = `history of ${chain.id}`
  const wants = chain.traces !== 'off'
  const asked = { ...chain, traces: wants ? ('auto' as const) : chain.traces, verify: 'off' as const }
  // Each block is asked for once in a while only: nothing is waited for.
  const source = createSource(asked, { retriesTraces: true, pace: { traceRetryMs: 1 } })
  const limit = AbortSignal.any([AbortSignal.timeout(longestMs), ...(signal ? [signal] : [])])
  try {
    const info = await source.open(limit)
    const head = await source.head(limit)
    const from = Math.min(due, head.height)
    const search = createSearch(source, head.height, limit)
    const receipts = await search(from, (served) => served.receipts)
    const traces = wants && info.traces ? await search(from, (served) => served.traces !== false) : from
    return verdict(chain, what, source.endpoint, { from, receipts, traces: Math.max(traces, receipts) })
  } catch (error) {
    const found = limit.aborted
      ? `${source.endpoint} could not be searched within ${longestMs / 1000} s`
      : messageOf(error)
    return { what, state: 'warn', found, advice: null }
  } finally {
    await source.close()
  }
}

/** The lowest block from a height on that has something, if what is there once is there from then on; above the head: none. */
function createSearch(source: ChainSource, head: number, signal: AbortSignal) {
  const known = new Map<number, Promise<Served>>()
  const serves = (height: number) => {
    const asked = known.get(height) ?? look(source, height, head, signal)
    known.set(height, asked)
    return asked
  }
  return async (from: number, has: (served: Served) => boolean): Promise<number> => {
    if (has(await serves(from))) return from
    let without = from
    let first = head + 1
    while (first - without > 1) {
      const middle = Math.floor((without + first) / 2)
      if (has(await serves(middle))) first = middle
      else without = middle
    }
    return first
  }
}

async function look(source: ChainSource, height: number, head: number, signal: AbortSignal): Promise<Served> {
  for (let at = height; at <= Math.min(height + neighbours, head); at++) {
    try {
      const block = await source.block(at, signal)
      source.release?.(block)
      if (block.traces !== undefined) return { receipts: true, traces: block.traces === 'read' }
    } catch (error) {
      const isAway = error instanceof ChainscreenError && error.code === 'node-unreachable'
      if (signal.aborted || isAway || !isTemporary(error)) throw error
      return { receipts: false, traces: false }
    }
  }
  return { receipts: true, traces: null }
}

function verdict(
  chain: EvmChainConfig,
  what: string,
  endpoint: string,
  { from, receipts, traces }: { from: number; receipts: number; traces: number },
): Checkup {
  if (receipts > from)
    return {
      what,
      state: 'fail',
      found: `${endpoint} has receipts from block ${receipts} on, and block ${from} is due`,
      advice: `use a node that keeps the receipts of older blocks; for a new database, \`start: ${receipts}\` also does`,
    }
  if (traces > from) {
    const missing = `blocks ${from} to ${traces - 1}`
    return {
      what,
      state: chain.traces === 'required' ? 'fail' : 'warn',
      found: `${endpoint} has receipts of block ${from}, which is due, and call traces from block ${traces} on`,
      advice:
        chain.traces === 'required'
          ? `use an archive node, or set traces: auto: ${missing} are then screened without traces, at level \`logs\``
          : `use an archive node, or ${missing} are screened without traces, at level \`logs\`; for a new database, \`start: ${traces}\` also does`,
    }
  }
  const all = chain.traces === 'off' ? 'receipts' : 'receipts and, where it serves any, call traces'
  return { what, state: 'ok', found: `${endpoint} has ${all} of block ${from}, which is due`, advice: null }
}
