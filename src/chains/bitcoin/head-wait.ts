import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ChainscreenError } from '../../errors.ts'
import { abortable } from './abortable.ts'
import { NodeClient, type NodeClientOptions } from './node-client.ts'
import { RpcClient } from './rpc-client.ts'
import { RpcError } from './rpc-error.ts'
import { hashSchema } from './rpc-schemas.ts'

const tipSchema = z.object({ hash: hashSchema })

/** Shorter than proxies wait: they cut what is silent for 30 or 60 seconds. */
const usualWaitMs = 25_000
/** Between two questions at least: a node that shuts down, or lies, answers at once. Doubled while nothing but failures come. */
const usualPauseMs = 1_000
const longestPauseMs = 60_000

export interface HeadWaitOptions extends Omit<NodeClientOptions, 'connections'> {
  /** How long the node is asked to hold an answer back. Default 25 s. */
  waitMs?: number | undefined
  /** Default 1 s. */
  pauseMs?: number | undefined
}

/**
 * Waits for another head by `waitfornewblock`, over a connection of its own. The node keeps one of its threads busy for as
 * long as it was told to wait, even when nobody listens any more: so there is one question at a time, and whoever asks
 * meanwhile waits for the same answer.
 */
export class HeadWait {
  readonly #node: NodeClient
  readonly #rpc: RpcClient
  readonly #waitMs: number
  readonly #pauseMs: number
  readonly #closed = new AbortController()
  #asking: Promise<string | null> | undefined
  #askAgainAt = 0
  #failures = 0

  constructor({ waitMs = usualWaitMs, pauseMs = usualPauseMs, ...options }: HeadWaitOptions) {
    this.#node = new NodeClient({ ...options, connections: 1, timeoutMs: waitMs + options.timeoutMs })
    this.#rpc = new RpcClient(this.#node)
    this.#waitMs = waitMs
    this.#pauseMs = pauseMs
  }

  /**
   * Whether the node has it, in the form that is told the head to wait against (Bitcoin Core 30): against a head that there
   * is not, it answers at once.
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

  /** Resolves when the node's head may be another than this one. @throws ChainscreenError `aborted` */
  async changed(from: string, signal: AbortSignal): Promise<void> {
    for (;;) {
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
    await sleep(Math.max(0, this.#askAgainAt - performance.now()), undefined, { signal, ref: false })
    const began = performance.now()
    try {
      const head = await this.#ask(this.#waitMs, from, signal)
      this.#failures = 0
      return head
    } catch (error) {
      if (signal.aborted) throw error
      this.#failures += 1
      return null
    } finally {
      this.#askAgainAt = began + Math.min(this.#pauseMs * 2 ** this.#failures, longestPauseMs)
    }
  }

  async #ask(waitMs: number, from: string, signal?: AbortSignal): Promise<string> {
    const call = { method: 'waitfornewblock', params: [waitMs, from] }
    return (await this.#rpc.call(call, tipSchema, signal)).hash
  }
}
