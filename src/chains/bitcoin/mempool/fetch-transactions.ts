import { z } from 'zod'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { AnswerTooLarge } from '../../answer-limits.ts'
import { ByteReader, hexBytes } from '../bytes.ts'
import { maxBlockBytes } from '../rest-reader.ts'
import { type RpcClient, RpcError } from '../rpc-client.ts'
import { blockHexSchema, quoteAmounts, satoshiOf } from '../rpc-schemas.ts'
import {
  type BareTransaction,
  outpointText,
  readBareTransaction,
  readOutpoint,
  type TxOut,
} from '../transaction.ts'

/** Transactions asked for in one request. */
const transactionsPerBatch = 25

/** What Bitcoin Core relays has at most 400,000 bytes, in hex twice that (src/policy/policy.h, MAX_STANDARD_TX_WEIGHT). */
const maxTransactionsBytes = transactionsPerBatch * 2 * 400_000 + 10_000

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
  for (let i = 0; i < txids.length; i += transactionsPerBatch) {
    yield* await fetchBatch(rpc, txids.slice(i, i + transactionsPerBatch), maxTransactionsBytes, signal)
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

/** Outputs asked for in one request; a script has at most 10,000 bytes, and the answer has it twice, as hex and as assembly. */
const outputsPerBatch = 100
const maxOutputsBytes = outputsPerBatch * 100_000

const coinSchema = z.object({ value: z.string(), scriptPubKey: z.object({ hex: z.string() }) }).nullable()

/**
 * The outputs that transactions of a mempool spend, by `txid:n`: from unconfirmed parents, else from the node's coins.
 * The coins are asked for without the mempool: with it, an output that is spent in it is none. What the node does not know
 * (any more) is left out.
 *
 * @param isPending whether a transaction is in the mempool
 */
export async function previousOutputs(
  rpc: RpcClient,
  transactions: readonly BareTransaction[],
  isPending: (txid: string) => boolean,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, TxOut>> {
  const wanted = new Set(
    transactions.flatMap(({ spends }) => spends.map(({ outpoint }) => outpointText(outpoint))),
  )
  const found = new Map<string, TxOut>()
  const missing = () => [...wanted].filter((outpoint) => !found.has(outpoint))
  const hasPendingParent = (outpoint: string) => isPending(readOutpoint(outpoint).txid)
  await fromParents(rpc, missing().filter(hasPendingParent), found, signal)
  await fromCoins(rpc, missing(), found, signal)
  // Parents that came after the mempool was listed.
  await fromParents(rpc, missing(), found, signal)
  return found
}

/** Copies the scripts: a view would keep the whole parent in memory. */
async function fromParents(
  rpc: RpcClient,
  outpoints: readonly string[],
  found: Map<string, TxOut>,
  signal?: AbortSignal,
): Promise<void> {
  const byParent = new Map<string, number[]>()
  for (const { txid, index } of outpoints.map(readOutpoint))
    byParent.set(txid, [...(byParent.get(txid) ?? []), index])
  for await (const { txid, outputs } of fetchTransactions(rpc, [...byParent.keys()], signal)) {
    for (const index of byParent.get(txid) ?? []) {
      const output = outputs[index]
      if (output === undefined) continue
      found.set(`${txid}:${index}`, { value: output.value, script: Uint8Array.from(output.script) })
    }
  }
}

async function fromCoins(
  rpc: RpcClient,
  outpoints: readonly string[],
  found: Map<string, TxOut>,
  signal?: AbortSignal,
): Promise<void> {
  for (let i = 0; i < outpoints.length; i += outputsPerBatch) {
    const asked = outpoints.slice(i, i + outputsPerBatch)
    for (const [at, coin] of (await coinsOf(rpc, asked, signal)).entries()) {
      if (coin === null || coin instanceof RpcError) continue
      const value = satoshiOf(coin.value)
      if (value === undefined) continue
      found.set(asked[at] ?? '', { value, script: hexBytes(coin.scriptPubKey.hex) })
    }
  }
}

/** One for each outpoint. An answer that is too large for one alone counts as none: the others are known all the same. */
async function coinsOf(
  rpc: RpcClient,
  outpoints: readonly string[],
  signal?: AbortSignal,
): Promise<(z.infer<typeof coinSchema> | RpcError)[]> {
  const calls = outpoints.map(readOutpoint).map(({ txid, index }) => ({
    method: 'gettxout',
    params: [txid, index, false],
  }))
  try {
    return await rpc.batch(calls, coinSchema, signal, { maxBytes: maxOutputsBytes, prepare: quoteAmounts })
  } catch (error) {
    if (!(error instanceof AnswerTooLarge)) throw error
    if (outpoints.length < 2) return [null]
  }
  const half = outpoints.length >> 1
  const first = await coinsOf(rpc, outpoints.slice(0, half), signal)
  return [...first, ...(await coinsOf(rpc, outpoints.slice(half), signal))]
}
