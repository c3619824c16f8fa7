import { ChainscreenError } from '../../diagnostics/errors.ts'
import { AnswerTooLarge } from '../answer-limits.ts'
import { checkReceipt, checkReceipts, endsInOwnTransaction, noReceipt } from './check-receipts.ts'
import type { ChainDefinition } from './definition.ts'
import type { CallOptions, RpcCall, RpcClient } from './rpc/client.ts'
import { isMethodMissing, RpcRefusal } from './rpc/refusal.ts'
import type { RpcBlock, RpcReceipt } from './types.ts'

/** The receipts of a block, each with its transaction. */
export interface BlockReceipts {
  /** One for each transaction, in their order. That of an `absent` one says nothing: no status, no logs. */
  all: readonly RpcReceipt[]
  /** Those that the node served, as a root would commit to them. */
  served: readonly RpcReceipt[]
  /** Hashes of the transactions that the node has no receipt for, or none that can be received. */
  absent: readonly string[]
  /** Those of the absent ones whose receipt is larger than an answer may be: no root can be computed without them. */
  tooLarge: readonly string[]
  /** Hashes of the transactions that the node has a receipt for, and that are not in the block. */
  extra: readonly string[]
  /** Hashes of the transactions that it has several receipts for. */
  repeated: readonly string[]
}

/** Why the receipts of a block can't be proved, where one of them could not be received; else `null`. */
export function lackingOf({ tooLarge }: Pick<BlockReceipts, 'tooLarge'>): string | null {
  return tooLarge.length === 0 ? null : 'a receipt is larger than `maxResponse`, and was not read'
}

const blockMethod = 'eth_getBlockReceipts'
const singleMethod = 'eth_getTransactionReceipt'
/** Receipts in one batch: hosted nodes allow 100 calls and more. */
const batchSize = 100
/** After so many blocks without it the node is asked for all receipts of a block again: a gateway may have been the reason. */
const tryAgainAfter = 500
/** Blocks that lacked a receipt once, at most: they are asked for again within moments. */
const mostIncomplete = 1_000

/**
 * Reads the receipts of one node's blocks: all of a block in one call, or, where the node does not have that (Ganache,
 * geth before 1.13, some hosted nodes), one for each transaction, in batches.
 */
export class ReceiptReader {
  readonly #rpc: RpcClient
  readonly #definition: ChainDefinition
  /** Blocks left to read one receipt after the other; 0: all at once. */
  #singly = 0
  /** Blocks whose receipts were not all served the last time. */
  readonly #incomplete = new Set<string>()

  constructor(rpc: RpcClient, definition: ChainDefinition) {
    this.#rpc = rpc
    this.#definition = definition
  }

  /**
   * Finds out how the node serves receipts, anew.
   *
   * @param latest hash of a block that it has. @returns how, in a few words.
   * @throws ChainscreenError `node-missing-data` where it serves them in no way; and as a call throws.
   */
  async open(latest: string, client: string, signal?: AbortSignal): Promise<string> {
    this.#singly = 0
    try {
      await this.#rpc.call({ method: blockMethod, params: [latest] }, { signal })
      return 'receipts by hash'
    } catch (error) {
      if (!isMethodMissing(error)) throw error
    }
    try {
      await this.#rpc.call({ method: singleMethod, params: [latest] }, { signal })
    } catch (error) {
      if (!isMethodMissing(error)) throw error
      throw new ChainscreenError(
        'node-missing-data',
        `The node at ${this.#rpc.endpoint} (${client}) has neither ${blockMethod} (geth from 1.13, Arbitrum Nitro from ` +
          `2.2.4, current versions of reth, Erigon, Nethermind and Besu have it) nor ${singleMethod}: one of them is needed.`,
      )
    }
    this.#singly = tryAgainAfter
    return `receipts one by one (it has no ${blockMethod})`
  }

  /**
   * The receipts of a block, paired with its transactions by their hashes. What the answer lacks is asked for singly. Where
   * that gives nothing, the block is refused once, so that it is asked for again, and of the next node where there is one;
   * after that the receipt counts as absent.
   *
   * @throws ChainscreenError `node-missing-data`, `node-bad-answer`, and as a call throws.
   */
  async read(block: RpcBlock, options: CallOptions): Promise<BlockReceipts> {
    const { answer, fault } = await this.#ask(block, options)
    const { byHash, extra, repeated } = checkReceipts(answer ?? [], block, blockMethod)
    const lacking = block.transactions.flatMap(({ hash }, index) => (byHash.has(hash) ? [] : [index]))
    const { found, tooLarge } = await this.#askSingly(lacking, block, options)
    for (const receipt of found) byHash.set(receipt.transactionHash, receipt)
    const absent = block.transactions.map(({ hash }) => hash).filter((hash) => !byHash.has(hash))
    if (fault !== null && absent.length === block.transactions.length && tooLarge.length === 0) throw fault
    this.#refuseOdd(block, { absent, tooLarge }, answer)
    const inOrder = block.transactions.flatMap(({ hash }) => byHash.get(hash) ?? [])
    const isMore = extra.length + repeated.length > 0
    return {
      all: block.transactions.map(({ hash }) => byHash.get(hash) ?? noReceipt(hash, block)),
      // Where there are more than transactions, the order in which they were served is the only one there is.
      served: isMore && lacking.length === absent.length ? (answer as RpcReceipt[]) : inOrder,
      ...{ absent, tooLarge, extra, repeated },
    }
  }

  /** The node's answer for the whole block; `null` where each receipt has to be asked for, and why, where that may be a fault. */
  async #ask(
    block: RpcBlock,
    options: CallOptions,
  ): Promise<{ answer: unknown; fault: AnswerTooLarge | null }> {
    if (this.#singly > 0) {
      this.#singly--
      return { answer: null, fault: null }
    }
    try {
      const answer = await this.#rpc.call({ method: blockMethod, params: [block.hash] }, options)
      // Some nodes answer null where there are none.
      if (answer !== null || block.transactions.length === 0) return { answer, fault: null }
    } catch (error) {
      // What fills a block is its senders' choice: it is no fault of the node where the receipts come one by one.
      if (error instanceof AnswerTooLarge) return { answer: null, fault: error }
      if (!isMethodMissing(error)) throw error
      this.#singly = tryAgainAfter
      return { answer: null, fault: null }
    }
    throw new ChainscreenError(
      'node-missing-data',
      `The node at ${this.#rpc.endpoint} answered null for the receipts of block ${Number(block.number)} (${block.hash}): ` +
        'it does not have it (yet, or any more), or keeps no history.',
    )
  }

  /** Of each transaction of the block that is named, where the node has it. */
  async #askSingly(
    lacking: readonly number[],
    block: RpcBlock,
    options: CallOptions,
  ): Promise<{ found: RpcReceipt[]; tooLarge: string[] }> {
    const found: RpcReceipt[] = []
    const tooLarge: string[] = []
    for (let from = 0; from < lacking.length; from += batchSize) {
      const part = lacking.slice(from, from + batchSize)
      const calls = part.map((index): RpcCall => {
        return { method: singleMethod, params: [block.transactions[index]?.hash ?? ''] }
      })
      const answers = await this.#rpc.callAll(calls, options)
      for (const [i, answer] of answers.entries()) {
        const index = part[i] ?? 0
        if (answer instanceof AnswerTooLarge) tooLarge.push(block.transactions[index]?.hash ?? '')
        else if (answer === null || isWithout(answer)) continue
        else if (answer instanceof Error) throw answer
        else found.push(checkReceipt(answer, index, block, singleMethod))
      }
    }
    return { found, tooLarge }
  }

  /** @throws ChainscreenError where the block is to be asked for again. */
  #refuseOdd(
    block: RpcBlock,
    { absent, tooLarge }: Pick<BlockReceipts, 'absent' | 'tooLarge'>,
    answer: unknown,
  ): void {
    const { hash, number, transactions } = block
    const served = `The node at ${this.#rpc.endpoint} has ${transactions.length - absent.length} receipts of block ${Number(number)} (${hash}), but the block has ${transactions.length} transactions`
    if (absent.length === 0) {
      this.#incomplete.delete(hash)
    } else if (absent.length === transactions.length && tooLarge.length === 0 && !this.#isOwnAlone(block)) {
      // Not one: that is no missing receipt, but a node that lags behind itself.
      const code = Array.isArray(answer) ? 'node-bad-answer' : 'node-missing-data'
      throw new ChainscreenError(
        code,
        `${served}: the node is not consistent, ask it again or use another one.`,
      )
    } else if (absent.length === 1 && absent[0] === endsInOwnTransaction(block, this.#definition)) {
      // It stands in no root, and nodes are known to leave it out.
    } else if (!this.#incomplete.has(hash)) {
      if (this.#incomplete.size >= mostIncomplete) this.#incomplete.clear()
      this.#incomplete.add(hash)
      throw new ChainscreenError('node-missing-data', `${served}: it is asked again.`)
    }
  }

  #isOwnAlone(block: RpcBlock): boolean {
    return block.transactions.length === 1 && endsInOwnTransaction(block, this.#definition) !== null
  }
}

/** The node has no such receipt, or refuses to give it: asking for others may work all the same. */
function isWithout(answer: unknown): boolean {
  return (
    answer instanceof RpcRefusal && (answer.code === 'node-missing-data' || answer.code === 'node-bad-answer')
  )
}
