import { abortable } from '../node-http/http-client.ts'
import { type RpcClient, RpcError } from './rpc-client.ts'
import { hashSchema } from './rpc-schemas.ts'

/** Heights asked at once. */
const batchSize = 100

/**
 * Block hashes by height, fetched ahead in batches while a backfill walks up. Each is handed out once, and all are
 * forgotten when the best chain may have changed: a hash of a branch that lost must not outlive the next look at the head.
 */
export class HashLookahead {
  readonly #rpc: RpcClient
  #ahead = new Map<number, Promise<string>>()
  #head: { height: number; hash: string } | undefined

  constructor(rpc: RpcClient) {
    this.#rpc = rpc
  }

  /** Tells what the node's head is; heights up to it are fetched ahead. */
  sawHead(head: { height: number; hash: string }): void {
    if (this.#head?.hash !== head.hash) this.forget()
    this.#head = { height: head.height, hash: head.hash }
  }

  forget(): void {
    this.#ahead = new Map()
  }

  /** @throws ChainscreenError `node-missing-data` where the best chain does not reach this height, and those of the connection */
  async hashAt(height: number, signal?: AbortSignal): Promise<string> {
    if (!this.#ahead.has(height)) this.#fetch(height)
    const hash = this.#ahead.get(height)
    this.#ahead.delete(height)
    if (hash === undefined) throw new Error(`no request for the hash at ${height}`)
    return abortable(hash, signal)
  }

  #fetch(first: number): void {
    const last = Math.max(first, Math.min(first + batchSize - 1, this.#head?.height ?? first))
    const heights: number[] = []
    for (let height = first; height <= last; height++) if (!this.#ahead.has(height)) heights.push(height)
    const calls = heights.map((height) => ({ method: 'getblockhash', params: [height] }))
    const answers = this.#rpc.batch(calls, hashSchema)
    const ahead = this.#ahead
    heights.forEach((height, i) => {
      const hash = answers.then((list) => {
        const answer = list[i]
        if (answer === undefined || answer instanceof RpcError) throw answer
        return answer
      })
      // A failure is only for those who wait for it; who asks later asks the node again.
      hash.catch(() => {
        if (ahead.get(height) === hash) ahead.delete(height)
      })
      ahead.set(height, hash)
    })
  }
}
