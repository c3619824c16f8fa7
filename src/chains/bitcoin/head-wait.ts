import { z } from 'zod'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { pause } from '../../lifecycle/loop.ts'
import { type RetryPolicy, retryDelayMs } from '../../network/retry.ts'
import { abortable } from '../node-http/http-client.ts'
import { NodeClient, type NodeClientOptions } from '../node-http/node-client.ts'
import { RpcClient, RpcError } from './rpc-client.ts'
import { hashSchema } from './rpc-schemas.ts'

const tipSchema = z.object({ hash: hashSchema })

/** Shorter than proxies wait: they cut what is silent for 30 or 60 seconds. */
const usualWaitMs = 25_000
/** Waits are this short until another call was answered beside one. */
const usualTrialMs = 3_000
/** A wait that is shorter tells nothing of threads: a busy machine takes as long for an answer. */
const shortestTrialMs = 250
/** Before the other call, so that it does not come first: a fraction of the trial. */
const headStart = 0.1

/** After a question: a node with few threads has time for others, and one that shuts down, or lies, answers at once. Doubled while nothing but failures come. */
const usualPauseMs = 1_000
const longestPauseMs = 60_000

export interface HeadWaitOptions extends Omit<NodeClientOptions, 'connections'> {
  /** How long the node is asked to hold an answer back. Default 25 s. */
  waitMs?: number | undefined
  /** Default 1 s. */
  pauseMs?: number | undefined
  /** How long it is asked to wait while it is not known to have another thread. Default 3 s. */
  trialMs?: number | undefined
  /** The node has one thread (`rpcthreads=1`), which waits would keep from everybody else: it is asked no more. */
  onCrowded?: (() => void) | undefined
}

/**
 * Waits for another head by `waitfornewblock`, over a connection of its own. The node keeps one of its threads busy for as
 * long as the call asked for, even when nobody listens any more: so there is one call at a time, and whoever asks
 * meanwhile waits for the same answer. A node that has no other thread is found out by a call beside the first waits.
 */
export class HeadWait {
  readonly #node: NodeClient
  readonly #rpc: RpcClient
  readonly #waitMs: number
  readonly #retry: RetryPolicy
  readonly #trialMs: number
  readonly #onCrowded: HeadWaitOptions['onCrowded']
  /** Whether other calls are answered during a wait: not known at first. */
  #room: 'unknown' | 'some' | 'none' = 'unknown'
  readonly #closed = new AbortController()
  #asking: Promise<string | null> | undefined
  #askAgainAt = 0
  #failures = 0

  constructor({ waitMs = usualWaitMs, pauseMs = usualPauseMs, ...options }: HeadWaitOptions) {
    // The second one is for the call beside the first waits.
    this.#node = new NodeClient({ ...options, connections: 2, timeoutMs: waitMs + options.timeoutMs })
    this.#trialMs = Math.min(options.trialMs ?? usualTrialMs, waitMs)
    this.#onCrowded = options.onCrowded
    this.#rpc = new RpcClient(this.#node)
    this.#waitMs = waitMs
    this.#retry = { firstMs: pauseMs, longestMs: longestPauseMs }
  }

  /**
   * Whether the node has the form with a `current_tip` (Bitcoin Core 30). For a head that it does not have, it answers at
   * once.
   *
   * @throws ChainscreenError those of the connection
   */
  async serves(signal?: AbortSignal): Promise<boolean> {
    try {
      await this.#ask(1, '0'.repeat(64), signal)
      return true
    } catch (error) {
      // -32601 and -1: no such method, or not with these arguments. The credentials were good for other calls: an rpcwhitelist leaves this one out.
      const refused = error instanceof RpcError && (error.rpcCode === -32601 || error.rpcCode === -1)
      if (refused || (error instanceof ChainscreenError && error.code === 'node-auth')) return false
      throw error
    }
  }

  /** Resolves when the node's head may be another than this one; never, where the node has no thread for it. @throws ChainscreenError `aborted` */
  async changed(from: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#room === 'none') return abortable(new Promise(() => {}), signal)
      const head = await abortable(this.#next(from), signal)
      if (head !== null && head !== from) return
    }
  }

  close(): Promise<void> {
    this.#closed.abort()
    return this.#node.close()
  }

  /** The answer under way, or else to a new question; `null` where there was none. Never rejects but when closed. */
  #next(from: string): Promise<string | null> {
    this.#asking ??= this.#askInTime(from).finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #askInTime(from: string): Promise<string | null> {
    const { signal } = this.#closed
    await pause(Math.max(0, this.#askAgainAt - performance.now()), signal, { ref: false })
    signal.throwIfAborted()
    try {
      const head = await (this.#room === 'some'
        ? this.#ask(this.#waitMs, from, signal)
        : this.#askBesideAnother(from, signal))
      this.#failures = 0
      return head
    } catch (error) {
      if (signal.aborted) throw error
      this.#failures += 1
      return null
    } finally {
      this.#askAgainAt = performance.now() + retryDelayMs(this.#retry, this.#failures + 1)
    }
  }

  /** A short wait, and another call during it. That one is answered first by a node that has a thread left. */
  async #askBesideAnother(from: string, signal: AbortSignal): Promise<string> {
    const began = performance.now()
    const waiting = this.#ask(this.#trialMs, from, signal)
    const beside = pause(this.#trialMs * headStart, signal, { ref: false })
      .then(() => this.#rpc.call({ method: 'getblockhash', params: [0] }, hashSchema, signal))
      .then(
        () => 'beside' as const,
        () => 'failed' as const,
      )
    const first = await Promise.race([beside, waiting.then(() => 'wait' as const)])
    const head = await waiting
    // A wait that ended early ended by a new head, which tells nothing of threads.
    const wasWhole = performance.now() - began >= Math.max(this.#trialMs, shortestTrialMs)
    if (first === 'beside') this.#room = 'some'
    else if (first === 'wait' && wasWhole) {
      this.#room = 'none'
      this.#onCrowded?.()
    }
    return head
  }

  async #ask(waitMs: number, from: string, signal?: AbortSignal): Promise<string> {
    const call = { method: 'waitfornewblock', params: [waitMs, from] }
    return (await this.#rpc.call(call, tipSchema, signal)).hash
  }
}
