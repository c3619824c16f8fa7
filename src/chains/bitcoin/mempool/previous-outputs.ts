import { z } from 'zod'
import { AnswerTooLarge } from '../../answer-limits.ts'
import { hexBytes } from '../hex-bytes.ts'
import type { RpcClient } from '../rpc-client.ts'
import { RpcError } from '../rpc-error.ts'
import { quoteAmounts, satoshiOf } from '../satoshi.ts'
import type { BareTransaction } from '../transaction.ts'
import type { TxOut } from '../tx-out.ts'
import { fetchTransactions } from './fetch-transactions.ts'
import { outpointText, readOutpoint } from './outpoint.ts'

/** Outputs asked for in one request; a script has at most 10,000 bytes, and is told twice, as hex and as words. */
const batchSize = 100
const maxBatchBytes = batchSize * 100_000

const coinSchema = z.object({ value: z.string(), scriptPubKey: z.object({ hex: z.string() }) }).nullable()

/**
 * The outputs that transactions of a mempool spend, by `txid:n`: from parents that wait too, else from the node's coins.
 * The coins are asked for without the mempool: with it, an output that is spent in it is none. What the node does not know
 * (any more) is left out.
 *
 * @param waits whether a transaction is in the mempool
 */
export async function previousOutputs(
  rpc: RpcClient,
  transactions: readonly BareTransaction[],
  waits: (txid: string) => boolean,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, TxOut>> {
  const wanted = new Set(
    transactions.flatMap(({ spends }) => spends.map(({ outpoint }) => outpointText(outpoint))),
  )
  const found = new Map<string, TxOut>()
  const missing = () => [...wanted].filter((outpoint) => !found.has(outpoint))
  const parentWaits = (outpoint: string) => waits(readOutpoint(outpoint).txid)
  await fromParents(rpc, missing().filter(parentWaits), found, signal)
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
  for (let i = 0; i < outpoints.length; i += batchSize) {
    const asked = outpoints.slice(i, i + batchSize)
    const calls = asked.map(readOutpoint).map(({ txid, index }) => ({
      method: 'gettxout',
      params: [txid, index, false],
    }))
    const options = { maxBytes: maxBatchBytes, prepare: quoteAmounts }
    const coins = await rpc.batch(calls, coinSchema, signal, options).catch((error: unknown) => {
      // A script can be longer, in words, than any answer: what it holds is not known, as of one that is not there.
      if (error instanceof AnswerTooLarge) return []
      throw error
    })
    for (const [at, coin] of coins.entries()) {
      if (coin === null || coin instanceof RpcError) continue
      const value = satoshiOf(coin.value)
      if (value === undefined) continue
      found.set(asked[at] ?? '', { value, script: hexBytes(coin.scriptPubKey.hex) })
    }
  }
}
