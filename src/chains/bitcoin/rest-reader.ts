import { ChainscreenError } from '../../diagnostics/errors.ts'
import { AnswerTooLarge } from '../answer-limits.ts'
import type { HttpAnswer } from '../node-http/http-client.ts'
import type { NodeClient } from '../node-http/node-client.ts'
import { type BlockReader, MethodUnavailable, SpentMissing } from './block-reader.ts'
import type { RawBlock } from './scanned-block.ts'

/** A block's weight limit is also the most bytes it can have (src/consensus/consensus.h, MAX_BLOCK_SERIALIZED_SIZE). */
export const maxBlockBytes = 4_000_000

/** No block spends more: 1,000,000 bytes without witnesses hold 24,390 inputs, a spendable script has at most 10,000 bytes (src/script/script.h, MAX_SCRIPT_SIZE). */
const maxSpentBytes = 250_000_000

/** Reads blocks as bytes over REST: the fastest method, and the cheapest for the node. */
export class RestReader implements BlockReader {
  readonly name = 'REST block + spenttxouts'
  readonly #node: NodeClient

  constructor(node: NodeClient) {
    this.#node = node
  }

  /** Whether the node serves spent outputs for this block. A node without REST or before Core 30 does not know the path. */
  async serves(hash: string, signal?: AbortSignal): Promise<boolean> {
    try {
      const answer = await this.#node.get(spentPath(hash), maxSpentBytes, signal)
      return answer.status === 200 && !isPage(answer)
    } catch (error) {
      // The node answers RPC: only this path leads nowhere.
      if (error instanceof ChainscreenError && error.code === 'node-unreachable') return false
      throw error
    }
  }

  async read(hash: string, signal?: AbortSignal): Promise<RawBlock> {
    const [block, spent] = await Promise.all([
      this.#node.get(`/rest/block/${hash}.bin`, maxBlockBytes, signal),
      this.#spent(hash, signal),
    ])
    // A block that is not there has no spent outputs either: so it is reported first.
    if (block.status !== 200 || isPage(block)) throw this.#refused(`block ${hash}`, block)
    // A path that the node does not know is answered without a word (src/httpserver.cpp), one without undo data with some.
    if (spent.status === 404 && spent.body.length > 0)
      throw new SpentMissing(this.#refused(`what block ${hash} spends`, spent).message)
    if (spent.status !== 200 || isPage(spent)) throw this.#refused(`what block ${hash} spends`, spent)
    return {
      block: block.body,
      spent: spent.body,
      received: block.body.length + spent.body.length,
    }
  }

  async #spent(hash: string, signal?: AbortSignal): Promise<HttpAnswer> {
    try {
      return await this.#node.get(spentPath(hash), maxSpentBytes, signal)
    } catch (error) {
      // Anybody can spend long scripts, so that this is no fault of the node: what the block spends is not known by this method.
      if (error instanceof AnswerTooLarge) throw new SpentMissing(error.message, error)
      throw error
    }
  }

  /** Neither status tells whether the block or the path is missing: REST that is off answers 404, as for a block that is pruned. */
  #refused(what: string, { status, body }: HttpAnswer): MethodUnavailable {
    const text = this.#node.redactor.quote(body.toString('utf8', 0, 1_000))
    const quoted = text === '' ? '' : `, "${text}"`
    const found = status === 200 ? `HTTP 200 with text${quoted}` : `HTTP ${status}${quoted}`
    return new MethodUnavailable(
      status === 404 ? 'node-missing-data' : 'node-bad-answer',
      `The node at ${this.#node.endpoint} does not serve ${what} over REST: ${found}.`,
      `REST: ${found}`,
    )
  }
}

function spentPath(hash: string): string {
  return `/rest/spenttxouts/${hash}.bin`
}

/** What proxies answer with status 200 instead of a node: a page, a JSON object, or nothing. Bytes of blocks hold zeros from the start. */
function isPage({ body }: HttpAnswer): boolean {
  return body
    .subarray(0, 64)
    .every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte < 127))
}
