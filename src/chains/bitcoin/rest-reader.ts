import { ChainscreenError } from '../../errors.ts'
import { type BlockReader, SpentMissing } from './block-reader.ts'
import type { HttpAnswer } from './http-client.ts'
import type { NodeClient } from './node-client.ts'
import { printable } from './rpc-error.ts'
import type { RawBlock } from './scanned-block.ts'

/** A block's weight limit is also the most bytes it can have (src/consensus/consensus.h, MAX_BLOCK_SERIALIZED_SIZE). */
export const maxBlockBytes = 4_000_000

/** No block spends more: 1,000,000 bytes without witnesses hold 24,390 inputs, a spendable script has at most 10,000 bytes (src/script/script.h, MAX_SCRIPT_SIZE). */
export const maxSpentBytes = 250_000_000

/** Reads blocks as bytes over REST: the fastest way, and the cheapest for the node. */
export class RestReader implements BlockReader {
  readonly name = 'REST block + spenttxouts'
  readonly #node: NodeClient

  constructor(node: NodeClient) {
    this.#node = node
  }

  /** Whether the node serves spent outputs for this block. A node without REST or before Core 30 does not know the path. */
  async serves(hash: string, signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#node.get(spentPath(hash), maxSpentBytes, signal)
    return answer.status === 200
  }

  async read(hash: string, signal?: AbortSignal): Promise<RawBlock> {
    const [block, spent] = await Promise.all([
      this.#node.get(`/rest/block/${hash}.bin`, maxBlockBytes, signal),
      this.#node.get(spentPath(hash), maxSpentBytes, signal),
    ])
    // A block that is not there has no spent outputs either: so it is told first.
    if (block.status !== 200) throw this.#refused(`block ${hash}`, block)
    if (spent.status === 404)
      throw new SpentMissing(this.#refused(`what block ${hash} spends`, spent).message)
    if (spent.status !== 200) throw this.#refused(`what block ${hash} spends`, spent)
    return {
      block: block.body,
      spent: spent.body,
      received: block.body.length + spent.body.length,
      release: () => {
        for (const { body } of [block, spent]) this.#node.giveBack(body)
      },
    }
  }

  #refused(what: string, { status, body }: HttpAnswer): ChainscreenError {
    const said = printable(body.toString('utf8', 0, 200))
    return new ChainscreenError(
      status === 404 ? 'node-missing-data' : 'node-bad-answer',
      `The node at ${this.#node.endpoint} does not serve ${what}: HTTP ${status}${said === '' ? '' : `, "${said}"`}.`,
    )
  }
}

function spentPath(hash: string): string {
  return `/rest/spenttxouts/${hash}.bin`
}
