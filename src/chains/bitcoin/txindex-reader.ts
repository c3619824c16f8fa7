import { ChainscreenError } from '../../diagnostics/errors.ts'
import { type BlockReader, SpentMissing } from './block-reader.ts'
import { ByteReader, ByteWriter, hexBytes, rpcHex } from './bytes.ts'
import { type RpcClient, RpcError } from './rpc-client.ts'
import { blockHexSchema } from './rpc-schemas.ts'
import { headerBytes, type RawBlock } from './scanned-block.ts'
import { type BareTransaction, readBareTransaction } from './transaction.ts'

/** Transactions asked at once, and the most bytes of such an answer: no transaction is larger than a block. */
const batchSize = 50
const maxBatchBytes = 400_000_000

/** The most transactions of one block. */
const minTransactionBytes = 60

/**
 * Reads blocks whose undo data is gone, on a node with `-txindex=1`: every transaction that the block spends from is asked for
 * by its id and proved by it. Slow: a block of 2,000 transactions costs some 4,000 look-ups.
 */
export class TxindexReader implements BlockReader {
  readonly name = 'getblock 0 + txindex'
  readonly #blocks: BlockReader
  readonly #rpc: RpcClient

  /** @param blocks reads the block's own bytes */
  constructor(blocks: BlockReader, rpc: RpcClient) {
    this.#blocks = blocks
    this.#rpc = rpc
  }

  async read(hash: string, signal?: AbortSignal): Promise<RawBlock> {
    const raw = await this.#blocks.read(hash, signal)
    const transactions = readAll(raw.block, hash)
    const known = new Map(transactions.map((tx) => [tx.txid, tx]))
    const spending = transactions.slice(1)
    const wanted = new Set(spending.flatMap(({ spends }) => spends.map(({ outpoint }) => parentOf(outpoint))))
    const missing = [...wanted].filter((txid) => !known.has(txid))
    for (let i = 0; i < missing.length; i += batchSize)
      for (const tx of await this.#fetch(missing.slice(i, i + batchSize), hash, signal))
        known.set(tx.txid, tx)
    const writer = new ByteWriter()
    writer.compactSize(transactions.length)
    writer.compactSize(0)
    for (const { spends } of spending) {
      writer.compactSize(spends.length)
      for (const { outpoint } of spends) {
        const { value, script } = spentOutput(known, outpoint, hash)
        writer.amount(value)
        writer.compactSize(script.length)
        writer.bytes(script)
      }
    }
    return { ...raw, spent: writer.join() }
  }

  async #fetch(txids: readonly string[], block: string, signal?: AbortSignal): Promise<BareTransaction[]> {
    const calls = txids.map((txid) => ({ method: 'getrawtransaction', params: [txid, false] }))
    const answers = await this.#rpc.batch(calls, blockHexSchema, signal, { maxBytes: maxBatchBytes })
    return answers.map((answer, i) => {
      const asked = txids[i] ?? ''
      if (answer instanceof RpcError) {
        throw new SpentMissing(
          `The node has no transaction ${asked}, from which block ${block} spends.`,
          answer,
        )
      }
      const reader = new ByteReader(hexBytes(answer), `Transaction ${asked}`)
      const tx = readBareTransaction(reader)
      reader.end()
      if (tx.txid === asked) return tx
      throw new ChainscreenError(
        'node-bad-answer',
        `The node was asked for transaction ${asked} and served ${tx.txid}.`,
      )
    })
  }
}

function readAll(block: Uint8Array, hash: string): BareTransaction[] {
  const reader = new ByteReader(block, `Block ${hash}`)
  reader.advance(headerBytes)
  const transactions: BareTransaction[] = []
  for (let left = reader.count(minTransactionBytes); left > 0; left--)
    transactions.push(readBareTransaction(reader))
  return transactions
}

function spentOutput(known: ReadonlyMap<string, BareTransaction>, outpoint: Uint8Array, block: string) {
  const index = Buffer.from(outpoint).readUInt32LE(32)
  const output = known.get(parentOf(outpoint))?.outputs[index]
  if (output !== undefined) return output
  throw new ChainscreenError(
    'node-bad-answer',
    `Block ${block} spends output ${index} of transaction ${parentOf(outpoint)}, which has none of that number.`,
  )
}

function parentOf(outpoint: Uint8Array): string {
  return rpcHex(outpoint.subarray(0, 32))
}
