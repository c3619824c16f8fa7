import { ChainscreenError } from '../../diagnostics/errors.ts'
import { asNumber } from './hex.ts'
import { badAnswer } from './rpc/bad-answer.ts'
import type { RpcClient } from './rpc/client.ts'

/** A node may be replaced by one of another chain behind the same URL, without a connection that breaks. */
const usualEveryMs = 3_600_000

/** Knows whether a node is of the chain that the config says: asked at first, when it was away, and every hour. */
export class ChainIdentity {
  readonly #rpc: RpcClient
  readonly #chainId: number
  readonly #everyMs: number
  /** `null`: it is to be asked. Whoever reads a node opens it first. */
  #askedAtMs: number | null = performance.now()

  constructor(rpc: RpcClient, chainId: number, everyMs = usualEveryMs) {
    this.#rpc = rpc
    this.#chainId = chainId
    this.#everyMs = everyMs
  }

  /** The same client, which tells of a connection that broke: what answers next may be another node. */
  watched(): RpcClient {
    const broke = (error: unknown): never => {
      if (error instanceof ChainscreenError && error.code === 'node-unreachable') this.#askedAtMs = null
      throw error
    }
    const { endpoint, redactor } = this.#rpc
    return {
      ...{ endpoint, redactor },
      call: (call, options) => this.#rpc.call(call, options).catch(broke),
      callAll: (calls, options) => this.#rpc.callAll(calls, options).catch(broke),
      close: () => this.#rpc.close(),
    }
  }

  /** Asks for the chain id where that is due. @throws ChainscreenError `wrong-chain`; and as a call throws. */
  async check(signal?: AbortSignal): Promise<void> {
    const now = performance.now()
    if (this.#askedAtMs !== null && now - this.#askedAtMs < this.#everyMs) return
    await this.#ask(signal)
    this.#askedAtMs = now
  }

  /** Asks anew. Throws as {@link check} does. */
  async open(signal?: AbortSignal): Promise<void> {
    this.#askedAtMs = null
    await this.check(signal)
  }

  async #ask(signal?: AbortSignal): Promise<void> {
    const answer = await this.#rpc.call({ method: 'eth_chainId', params: [] }, { signal })
    const served = asNumber(answer)
    if (served === undefined) throw badAnswer('eth_chainId', 'result', answer)
    if (served === this.#chainId) return
    throw new ChainscreenError(
      'wrong-chain',
      `The node at ${this.#rpc.endpoint} serves chain id ${served}, but the config says chainId: ${this.#chainId}: correct the one or the other.`,
    )
  }
}
