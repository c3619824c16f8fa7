import { ChainscreenError, messageOf } from '../../../diagnostics/errors.ts'
import { pause } from '../../../lifecycle/loop.ts'
import type { ChainDefinition } from '../definition.ts'
import type { CallOptions, RpcClient } from '../rpc/client.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import { areAllUnread, type BlockFrames, tracedTransactions } from './call-frames.ts'
import { KnownTracers, type TracerState } from './choose-tracer.ts'
import {
  mostSpecific,
  reasons,
  type TraceFailure,
  type TraceFailureKind,
  TraceRetries,
  traceFailure,
} from './trace-retries.ts'
import { traceSingly } from './trace-singly.ts'
import { callTracer, traceBlock } from './tracer.ts'

/** `auto`: traces where the node serves them, else a row in `unscreened` for each block. `required`: traces, or nothing. */
export type TracePolicy = 'auto' | 'required' | 'off'

/**
 * A block's frames, or why there are none. `away`: what went wrong, where the node was expected to serve them; `null` where
 * none are wanted, or the node has none.
 */
export type TracesOfBlock = { frames: BlockFrames } | { frames: null; reason: string; away: string | null }

export interface TraceReaderOptions {
  policy: TracePolicy
  /** For one transaction, where the node takes that. */
  timeoutMs: number
  /** The pause before a block's traces are asked for again. Default 15 s. */
  retryMs?: number | undefined
  /** Waits and asks again itself, for who reads a block once; else the failure is thrown each time, so that a pool can ask another node. */
  inPlace?: boolean | undefined
  clock?: { nowMs(): number }
}

/** Every tracer that was asked for a block failed. */
interface FailedRound {
  /** What tells the most. */
  failure: TraceFailure
  messages: readonly string[]
}

/** What the trace of one transaction alone can be the reason of, for all of its block. */
const mayBeOfOne: ReadonlySet<TraceFailureKind> = new Set(['timeout', 'silent', 'other'])

/**
 * Reads the traces of one node's blocks the way the config asks for and the node can. What fails for one block is asked for
 * again, then with the next tracer; `auto` goes on without in the end, and comes back to traces with the first block that has
 * them.
 */
export class TraceReader {
  readonly #rpc: RpcClient
  readonly #policy: TracePolicy
  readonly #tracers: KnownTracers
  readonly #retries: TraceRetries
  readonly #timeoutMs: number
  readonly #retryMs: number
  readonly #inPlace: boolean
  readonly #clock: { nowMs(): number }

  constructor(rpc: RpcClient, options: TraceReaderOptions) {
    const { policy, timeoutMs, retryMs = 15_000, inPlace = false, clock = performanceClock } = options
    this.#rpc = rpc
    this.#policy = policy
    this.#tracers = new KnownTracers(rpc, [callTracer(timeoutMs), traceBlock], clock)
    this.#retries = new TraceRetries(retryMs)
    this.#timeoutMs = timeoutMs
    this.#retryMs = retryMs
    this.#inPlace = inPlace
    this.#clock = clock
  }

  /**
   * Looks at what the node serves, anew.
   *
   * @returns the name of the traces that will be read; `null`: none.
   * @throws ChainscreenError `config` where the config requires traces and the node has none; and as a call throws.
   */
  async open(signal?: AbortSignal): Promise<string | null> {
    if (this.#policy === 'off') return null
    const served = (await this.#tracers.probe(signal)).filter(({ refusal }) => refusal === null)
    if (served.length === 0) await this.#none(signal)
    return (served.find(({ proven }) => proven) ?? served[0])?.tracer.name ?? null
  }

  /**
   * Reads the traces of a block. A block without transactions has none, and is not asked for.
   *
   * @param receipts those of the block, which are asked for at the same time. Where they fail, nothing is held against traces.
   * @throws ChainscreenError what `receipts` rejects with; what the node answered, while the block is to be asked for again
   * (`retryAfterMs`); `config` where traces are required and the node can't give them.
   */
  async read(
    block: RpcBlock,
    receipts: Promise<readonly RpcReceipt[]>,
    definition: ChainDefinition,
    options: CallOptions,
  ): Promise<TracesOfBlock> {
    if (this.#policy === 'off') return { frames: null, reason: 'the config says traces: off', away: null }
    for (;;) {
      const states = await this.#tracers.states(options.signal)
      if (states.every(({ refusal }) => refusal !== null)) return this.#none(options.signal)
      if (block.transactions.length === 0) return { frames: [] }
      const outcome = await this.#round(states, block, receipts, definition, options)
      if ('frames' in outcome) return outcome
      const error = this.#retries.afterFailure(outcome.failure, block)
      if (error === null) return this.#without(block, outcome, options.signal)
      if (!this.#inPlace) throw error
      await pause(error.retryAfterMs ?? 0, options.signal)
      options.signal?.throwIfAborted()
    }
  }

  /** Asks each tracer that may help, once. */
  async #round(
    states: readonly TracerState[],
    block: RpcBlock,
    receipts: Promise<readonly RpcReceipt[]>,
    definition: ChainDefinition,
    options: CallOptions,
  ): Promise<{ frames: BlockFrames } | FailedRound> {
    const failures: TraceFailure[] = []
    for (const state of inOrder(states)) {
      const whole = await this.#try(state, block, receipts, definition, options)
      const outcome =
        'frames' in whole
          ? whole
          : ((await this.#singly(state, whole, block, receipts, definition, options)) ?? whole)
      if ('frames' in outcome) {
        this.#retries.noteRead(block, !areAllUnread(outcome.frames))
        return outcome
      }
      failures.push(outcome)
      if (!this.#leadsOn(outcome, state, block)) break
    }
    const failure = mostSpecific(failures)
    if (failure === undefined) throw new Error('unreachable: some tracer was asked')
    return { failure, messages: failures.map(({ error }) => error.message) }
  }

  async #try(
    state: TracerState,
    block: RpcBlock,
    receipts: Promise<readonly RpcReceipt[]>,
    definition: ChainDefinition,
    options: CallOptions,
  ): Promise<{ frames: BlockFrames } | TraceFailure> {
    const { tracer } = state
    const [asked, served] = await Promise.allSettled([tracer.ask(this.#rpc, block, options), receipts])
    if (served.status === 'rejected') throw served.reason
    try {
      if (asked.status === 'rejected') throw asked.reason
      const nothing = Array.isArray(asked.value) && asked.value.length === 0
      if (!nothing || tracedTransactions(block, definition, 0) > 0) tracer.inspect(asked.value)
      const frames = tracer.read(asked.value, block, served.value, definition)
      state.proven = true
      state.refusal = null
      return { frames }
    } catch (error) {
      const failure = traceFailure(error)
      if (!state.proven && failure.kind === 'unsupported') state.refusal = failure.error
      return failure
    }
  }

  /**
   * One transaction may be the reason why a block's traces can't be had, and must not keep the others' away. Tried with the
   * first failure, so that nobody waits for what will not change, and with the last. Of a block's only transaction the same
   * holds where the node traces other blocks, but where it did not answer at all: that may be over in a moment.
   */
  async #singly(
    { tracer, proven }: TracerState,
    failure: TraceFailure,
    block: RpcBlock,
    receipts: Promise<readonly RpcReceipt[]>,
    definition: ChainDefinition,
    options: CallOptions,
  ): Promise<{ frames: BlockFrames } | null> {
    const { kind } = failure
    if (!proven || !mayBeOfOne.has(kind)) return null
    if (this.#retries.hasFailed(block) && this.#retries.asksAgain(kind, block)) return null
    // A tracer that does not answer at all would be waited for with every block.
    if (kind === 'silent' && this.#retries.isAway(kind, block)) return null
    const limits = { timeoutMs: this.#timeoutMs, clock: this.#clock }
    const frames = await traceSingly(this.#rpc, tracer.single, block, await receipts, definition, {
      ...options,
      ...limits,
    })
    if (frames === null || !areAllUnread(frames)) return frames && { frames }
    const isContent = block.transactions.length === 1 && kind !== 'silent'
    return isContent && (await this.#tracesOthers(failure, options.signal)) ? { frames } : null
  }

  /**
   * Whether the next tracer is tried for this block at once: where the state is gone, and where this one never gave any traces.
   * What may be well in a moment is asked for again first, since the callTracer tells more.
   */
  #leadsOn({ kind }: TraceFailure, { proven }: TracerState, block: RpcBlock): boolean {
    if (kind === 'gone' || kind === 'unsupported') return true
    return (!proven && kind === 'other') || !this.#retries.asksAgain(kind, block)
  }

  async #without(
    block: RpcBlock,
    { failure, messages }: FailedRound,
    signal: AbortSignal | undefined,
  ): Promise<TracesOfBlock> {
    // Under `auto` a row of the block says the same as one of each of its transactions, where there are several.
    const mayBeContent = this.#policy === 'required' || block.transactions.length === 1
    const isContent = mayBeContent && (await this.#tracesOthers(failure, signal))
    if (this.#policy === 'required' && !isContent) throw this.#required(block, failure)
    if (this.#policy === 'auto') this.#retries.noteWithout(failure.kind, block)
    if (isContent) return { frames: block.transactions.map(() => ({ unread: reasonOfAll })) }
    this.#retries.forget(block)
    return { frames: null, reason: reasons[failure.kind], away: messages.join(' ') }
  }

  /** Whether it is this block alone, or what is in it: a block of one transaction is whatever that one makes of it. */
  async #tracesOthers({ kind }: TraceFailure, signal: AbortSignal | undefined): Promise<boolean> {
    return mayBeOfOne.has(kind) && (await this.#tracers.traceOthers(signal))
  }

  /**
   * What a node can't give later either halts the chain; what it may is asked for again, for ever. Also where it gives up on
   * every recent block: all of them may be one sender's, and the next one is not.
   */
  #required(block: RpcBlock, { kind, error }: TraceFailure): ChainscreenError {
    const isLasting = kind === 'gone' || kind === 'unsupported'
    if (!isLasting && kind !== 'timeout') return error
    return new ChainscreenError(
      isLasting ? 'config' : error.code,
      `The config says traces: required, and the node at ${this.#rpc.endpoint} can't give those of block ` +
        `${Number(block.number)}: ${reasons[kind]}. Use an archive node, or set traces: auto.`,
      { details: [error.message], ...(!isLasting && { retryAfterMs: this.#retryMs }) },
    )
  }

  /** For a node that serves no traces at all: nothing, where that will do. */
  async #none(signal: AbortSignal | undefined): Promise<TracesOfBlock & { frames: null }> {
    const states = await this.#tracers.states(signal)
    const reason = states.map(({ refusal }) => messageOf(refusal)).join(' ')
    if (this.#policy !== 'required') return { frames: null, reason, away: null }
    throw new ChainscreenError(
      'config',
      `The config says traces: required, but the node at ${this.#rpc.endpoint} serves none: enable its debug ` +
        'namespace (debug_traceBlockByHash) or its trace namespace (trace_block), use another node, or set traces: auto.',
      { details: [reason] },
    )
  }
}

const reasonOfAll = 'is not available, and those of other blocks are'

const performanceClock = { nowMs: () => performance.now() }

/** Those that are known to work first, and those that the node does not serve not at all. */
function inOrder(states: readonly TracerState[]): TracerState[] {
  return states
    .filter(({ refusal, proven }) => refusal === null || proven)
    .sort((a, b) => Number(b.proven) - Number(a.proven))
}
