import { ChainscreenError } from '../../../errors.ts'
import type { ChainDefinition } from '../definitions/definition.ts'
import type { CallOptions, RpcClient } from '../rpc/client.ts'
import { isMethodMissing } from '../rpc/refusal.ts'
import type { RpcBlock, RpcReceipt } from '../types.ts'
import type { BlockFrames } from './block-frames.ts'
import { chooseTracer, type TracerChoice } from './choose-tracer.ts'
import type { Tracer } from './tracer.ts'

/** `auto`: traces where the node serves them, else a row in `unscreened` for each block. `required`: traces, or nothing. */
export type TracePolicy = 'auto' | 'required' | 'off'

/** What was served for a block, not yet read: the receipts that it is held against come at the same time. */
export type ServedTraces = { tracer: Tracer; answer: unknown } | { tracer: null; reason: string }

/** A block's frames, or why there are none. */
export type TracesOfBlock = { frames: BlockFrames } | { frames: null; reason: string }

/** Reads the traces of one node's blocks the way the config asks for and the node can. */
export class TraceReader {
  readonly #rpc: RpcClient
  readonly #policy: TracePolicy
  readonly #timeoutMs: number
  #choice: Promise<TracerChoice> | undefined

  constructor(rpc: RpcClient, policy: TracePolicy, timeoutMs: number) {
    this.#rpc = rpc
    this.#policy = policy
    this.#timeoutMs = timeoutMs
  }

  /**
   * Looks at what the node serves, anew.
   *
   * @returns the name of the traces that will be read; `null`: none.
   * @throws ChainscreenError `config` where the config requires traces and the node has none; and as a call throws.
   */
  async open(signal?: AbortSignal): Promise<string | null> {
    this.#choice = undefined
    const { tracer } = await this.#choose(signal)
    return tracer === null ? null : tracer.name
  }

  /**
   * Asks for the traces of a block. A block without transactions has none, and is not asked for.
   *
   * @throws ChainscreenError as {@link RpcClient.call}; a node that lost the method under `required`: `config`.
   */
  async ask(block: RpcBlock, options: CallOptions): Promise<ServedTraces> {
    const choice = await this.#choose(options.signal)
    if (choice.tracer === null) return choice
    if (block.transactions.length === 0) return { tracer: choice.tracer, answer: [] }
    try {
      const answer = await choice.tracer.ask(this.#rpc, block, options)
      if (answer !== null) return { tracer: choice.tracer, answer }
    } catch (error) {
      if (!isMethodMissing(error)) throw error
      return this.#without(`The node at ${this.#rpc.endpoint} no longer serves ${choice.tracer.name}.`)
    }
    throw new ChainscreenError(
      'node-missing-data',
      `The node at ${this.#rpc.endpoint} answered null for the traces of block ${Number(block.number)} ` +
        `(${block.hash}): it does not have it (yet, or any more), or keeps no history.`,
    )
  }

  /** For a node that serves no traces: nothing, where that will do. */
  #without(reason: string): { tracer: null; reason: string } {
    if (this.#policy !== 'required') return { tracer: null, reason }
    throw new ChainscreenError(
      'config',
      `The config says traces: required, but the node at ${this.#rpc.endpoint} serves none: enable its debug ` +
        'namespace (debug_traceBlockByHash) or its trace namespace (trace_block), use another node, or set traces: auto.',
      { details: [reason] },
    )
  }

  async #choose(signal?: AbortSignal): Promise<TracerChoice> {
    if (this.#policy === 'off') return { tracer: null, reason: 'the config says traces: off' }
    this.#choice ??= chooseTracer(this.#rpc, this.#timeoutMs, signal)
    const asked = this.#choice
    try {
      const choice = await asked
      return choice.tracer === null ? this.#without(choice.reason) : choice
    } catch (error) {
      if (this.#choice === asked) this.#choice = undefined
      throw error
    }
  }
}

/** @throws ChainscreenError `node-bad-answer` */
export function readTraces(
  served: ServedTraces,
  block: RpcBlock,
  receipts: readonly RpcReceipt[],
  definition: ChainDefinition,
): TracesOfBlock {
  if (served.tracer === null) return { frames: null, reason: served.reason }
  return { frames: served.tracer.read(served.answer, block, receipts, definition) }
}
