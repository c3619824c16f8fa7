import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { ByteReader } from '../byte-reader.ts'
import { hexBytes } from '../hex-bytes.ts'
import { maxBlockBytes } from '../rest-reader.ts'
import type { RpcClient } from '../rpc-client.ts'
import { RpcError } from '../rpc-error.ts'
import { blockHexSchema } from '../rpc-schemas.ts'
import { type BareTransaction, readBareTransaction } from '../transaction.ts'

/** Transactions asked for in one request. */
const batchSize = 25

/** What Bitcoin Core relays has at most 400,000 bytes, in hex twice that (src/policy/policy.h, MAX_STANDARD_TX_WEIGHT). */
const maxBatchBytes = batchSize * 2 * 400_000 + 10_000

/**
 * Transactions of a mempool, each proved by its id; those that the node does not have (any more), or serves wrongly, are
 * left out. A few at a time, so that a mempool of large ones costs little memory: take what is needed of them before
 * asking for more.
 */
export async function* fetchTransactions(
  rpc: RpcClient,
  txids: readonly string[],
  signal?: AbortSignal,
): AsyncGenerator<BareTransaction> {
  for (let i = 0; i < txids.length; i += batchSize) {
    yield* await fetchBatch(rpc, txids.slice(i, i + batchSize), maxBatchBytes, signal)
  }
}

async function fetchBatch(
  rpc: RpcClient,
  txids: readonly string[],
  maxBytes: number,
  signal?: AbortSignal,
): Promise<BareTransaction[]> {
  const calls = txids.map((txid) => ({ method: 'getrawtransaction', params: [txid, false] }))
  try {
    const answers = await rpc.batch(calls, blockHexSchema, signal, { maxBytes })
    return answers
      .map((answer, i) => (answer instanceof RpcError ? undefined : proved(answer, txids[i] ?? '')))
      .filter((tx) => tx !== undefined)
  } catch (error) {
    // A node that takes what others do not relay may have larger ones: one by one, none is larger than a block.
    const tooLarge = error instanceof ChainscreenError && error.code === 'node-bad-answer' && txids.length > 1
    if (!tooLarge) throw error
    const transactions: BareTransaction[] = []
    for (const txid of txids)
      transactions.push(...(await fetchBatch(rpc, [txid], 2 * maxBlockBytes + 1000, signal)))
    return transactions
  }
}

/** `undefined` where the bytes are no transaction, or another one. */
function proved(hex: string, asked: string): BareTransaction | undefined {
  try {
    const reader = new ByteReader(hexBytes(hex), `Transaction ${asked}`)
    const tx = readBareTransaction(reader)
    reader.end()
    return tx.txid === asked ? tx : undefined
  } catch (error) {
    if (error instanceof ChainscreenError) return undefined
    throw error
  }
}
