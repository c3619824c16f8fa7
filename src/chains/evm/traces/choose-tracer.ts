import type { ChainscreenError } from '../../../diagnostics/errors.ts'
import { checkHeader } from '../check-block.ts'
import type { RpcClient } from '../rpc/client.ts'
import { RpcRefusal } from '../rpc/refusal.ts'
import type { RpcHeader } from '../types.ts'
import { traceFailure } from './trace-retries.ts'
import type { Tracer } from './tracer.ts'

/** What is known of one way to trace at one node. */
export interface TracerState {
  readonly tracer: Tracer
  /** It gave traces of some block that had transactions. */
  proven: boolean
  /** Why the node does not serve it; `null` while nothing says so. */
  refusal: ChainscreenError | null
}

/** So often a node that never traced anything is asked whether it does now. */
const askAnewMs = 60_000

/** The tracers of one node, and what is known of them. */
export class KnownTracers {
  readonly #rpc: RpcClient
  readonly #tracers: readonly Tracer[]
  readonly #clock: { nowMs(): number }
  #states: Promise<TracerState[]> | undefined
  #probedAtMs = 0

  constructor(rpc: RpcClient, tracers: readonly Tracer[], clock: { nowMs(): number }) {
    this.#rpc = rpc
    this.#tracers = tracers
    this.#clock = clock
  }

  /** Looks at what the node serves, anew. @throws as {@link probeTracers}. */
  probe(signal?: AbortSignal): Promise<TracerState[]> {
    this.#states = undefined
    return this.states(signal)
  }

  /** What is known; asked anew where there was none, and that is a while ago. @throws as {@link probeTracers}. */
  async states(signal?: AbortSignal): Promise<TracerState[]> {
    if (this.#states !== undefined) {
      const states = await this.#states
      const none = states.every(({ refusal }) => refusal !== null)
      if (!none || this.#clock.nowMs() - this.#probedAtMs < askAnewMs) return states
    }
    this.#probedAtMs = this.#clock.nowMs()
    const asked = probeTracers(this.#rpc, this.#tracers, signal)
    this.#states = asked
    try {
      return await asked
    } catch (error) {
      if (this.#states === asked) this.#states = undefined
      throw error
    }
  }

  /** Whether the node traces some recent block now. */
  async traceOthers(signal?: AbortSignal): Promise<boolean> {
    try {
      return (await probeTracers(this.#rpc, this.#tracers, signal)).some(({ proven }) => proven)
    } catch (error) {
      // It says nothing of the block. What is no failure of the node is thrown here.
      traceFailure(error)
      return false
    }
  }
}

/** How far back a block with transactions is looked for. */
const farthest = 16

/**
 * Finds out which traces a node serves, by asking for those of recent blocks with transactions, and believes only traces: an
 * empty list, struct logs in their place, or an error in every item is none. What is refused or wrong is looked at twice, at
 * two blocks, unless the node says that it does not have the method or the tracer. Where no recent block has transactions,
 * nothing is proven: the first block that has some decides.
 *
 * @throws ChainscreenError whatever a call may throw that says nothing about traces.
 */
async function probeTracers(
  rpc: RpcClient,
  tracers: readonly Tracer[],
  signal?: AbortSignal,
): Promise<TracerState[]> {
  const blocks = await probeBlocks(rpc, signal)
  const states: TracerState[] = []
  for (const tracer of tracers) {
    const state = await probeTracer(tracer, blocks, rpc, signal)
    states.push(state)
    if (state.proven) return [...states, ...tracers.slice(states.length).map(untried)]
  }
  return states
}

function untried(tracer: Tracer): TracerState {
  return { tracer, proven: false, refusal: null }
}

async function probeTracer(
  tracer: Tracer,
  blocks: readonly ProbeBlock[],
  rpc: RpcClient,
  signal?: AbortSignal,
): Promise<TracerState> {
  const state = untried(tracer)
  for (const block of blocks) {
    try {
      const answer = await tracer.ask(rpc, block, { signal })
      // What is answered for a block without transactions proves nothing: anvil says `[]` of blocks that it does not have.
      if (!block.hasTransactions) continue
      tracer.inspect(answer)
      return { tracer, proven: true, refusal: null }
    } catch (error) {
      const { kind, error: refusal } = traceFailure(error)
      if (kind === 'busy' || kind === 'silent') throw error
      if (kind === 'unsupported' || isInvalidParams(refusal)) return { tracer, proven: false, refusal }
      // A block without transactions may be refused (geth: the genesis block) by a node that has the method. What is gone or
      // takes too long says nothing of other blocks.
      if (block.hasTransactions && kind === 'other') state.refusal = refusal
    }
  }
  return state
}

/** The node takes the method, and not the tracer. */
function isInvalidParams(error: ChainscreenError): boolean {
  return error instanceof RpcRefusal && error.rpcCode === -32602
}

interface ProbeBlock {
  hash: string
  number: string
  hasTransactions: boolean
}

/** Two recent blocks with transactions, as far as there are some; else the latest block. */
async function probeBlocks(rpc: RpcClient, signal?: AbortSignal): Promise<ProbeBlock[]> {
  const first = await rpc.call({ method: 'eth_getBlockByNumber', params: ['latest', false] }, { signal })
  let block = probeBlock(first, 'eth_getBlockByNumber')
  const latest = block
  const found: ProbeBlock[] = []
  for (let i = 0; i < farthest && block !== null; i++) {
    if (block.hasTransactions && found.push(block) === 2) break
    if (Number(block.number) === 0) break
    const parent = [block.parentHash, false] as [string, boolean]
    const answer = await rpc.call({ method: 'eth_getBlockByHash', params: parent }, { signal })
    block = probeBlock(answer, 'eth_getBlockByHash')
  }
  return found.length > 0 || latest === null ? found : [latest]
}

function probeBlock(answer: unknown, method: string): (ProbeBlock & RpcHeader) | null {
  if (answer === null) return null
  const header = checkHeader(answer, method)
  const { transactions } = answer as { transactions?: unknown }
  return { ...header, hasTransactions: Array.isArray(transactions) && transactions.length > 0 }
}
