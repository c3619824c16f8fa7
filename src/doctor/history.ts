import type { ChainSource } from '../chains/source.ts'
import type { EvmChainConfig } from '../config/evm.ts'
import { ChainscreenError, isTemporary, messageOf } from '../diagnostics/errors.ts'
import { createSource } from '../pipeline/blocks/create-source.ts'
import { firstHeight } from '../pipeline/rescans/rescan-now.ts'
import type { Checkup } from './doctor.ts'
import { nextHeight } from './nodes.ts'

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
  const due = nextHeight(database, chain)
  if (due === null) return []
  const nodes = await Promise.all(chain.rpc.map((url) => readHistory({ ...chain, rpc: [url] }, due, signal)))
  const known = nodes.filter((node) => 'receipts' in node)
  return nodes.map((node) => {
    const what = `history of ${chain.id}`
    if (!('receipts' in node)) return { what, state: 'warn', found: node.failure, advice: null }
    return { what, ...verdict(chain, node, known) }
  })
}

/** How far back a node goes: `receipts` and `traces` are the first blocks from `from` on that it has them of. */
interface NodeHistory {
  endpoint: string
  from: number
  receipts: number
  traces: number
}

async function readHistory(
  chain: EvmChainConfig,
  due: number,
  signal?: AbortSignal,
): Promise<NodeHistory | { failure: string }> {
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
    return { endpoint: source.endpoint, from, receipts, traces: Math.max(traces, receipts) }
  } catch (error) {
    const failure = limit.aborted
      ? `${source.endpoint} could not be searched within ${longestMs / 1000} s`
      : messageOf(error)
    return { failure }
  } finally {
    await source.close()
  }
}

/** Finds the lowest block that has something, if every block after it has it too; above the head: none. */
function createSearch(source: ChainSource, head: number, signal: AbortSignal) {
  const known = new Map<number, Promise<Served>>()
  const serves = (height: number) => {
    const asked = known.get(height) ?? readServed(source, height, head, signal)
    known.set(height, asked)
    return asked
  }
  return (from: number, has: (served: Served) => boolean) =>
    firstHeight(from, head, async (height) => has(await serves(height)))
}

async function readServed(
  source: ChainSource,
  height: number,
  head: number,
  signal: AbortSignal,
): Promise<Served> {
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
  { endpoint, from, receipts, traces }: NodeHistory,
  nodes: readonly NodeHistory[],
): Omit<Checkup, 'what'> {
  if (receipts > from) {
    const found = `${endpoint} has receipts from block ${receipts} on, and block ${from} is due`
    const other = nodes.find((node) => node.receipts <= from)
    if (other !== undefined) return servedBy(other, found)
    return {
      state: 'fail',
      found,
      advice: `use a node that keeps the receipts of older blocks; for a new database, \`start: ${receipts}\` also does`,
    }
  }
  if (traces > from) {
    const found = `${endpoint} has receipts of block ${from}, which is due, and call traces from block ${traces} on`
    const other = nodes.find((node) => node.traces <= from)
    if (other !== undefined) return servedBy(other, found)
    const missing = `blocks ${from} to ${traces - 1}`
    return {
      state: chain.traces === 'required' ? 'fail' : 'warn',
      found,
      advice:
        chain.traces === 'required'
          ? `use an archive node, or set traces: auto: ${missing} are then screened without traces, at level \`logs\``
          : `use an archive node, or ${missing} are screened without traces, at level \`logs\`; for a new database, \`start: ${traces}\` also does`,
    }
  }
  const all = chain.traces === 'off' ? 'receipts' : 'receipts and, where it serves any, call traces'
  return { state: 'ok', found: `${endpoint} has ${all} of block ${from}, which is due`, advice: null }
}

/** Another node of the chain has what this one lacks. */
function servedBy({ endpoint, from }: NodeHistory, found: string): Omit<Checkup, 'what'> {
  const advice = `keep ${endpoint} in \`rpc\`: only it has the older blocks`
  return { state: 'warn', found: `${found}; ${endpoint} serves them from block ${from} on`, advice }
}
