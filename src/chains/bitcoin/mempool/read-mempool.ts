import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Mempool, PendingTransaction } from '../../source.ts'
import { judgeInput } from '../proof/revealed.ts'
import type { Span } from '../proof/spends.ts'
import type { RpcClient } from '../rpc-client.ts'
import { hashSchema, listOf } from '../rpc-schemas.ts'
import { type BareTransaction, outpointText, type Transaction, type TxOut } from '../transaction.ts'
import { fetchTransactions, previousOutputs } from './fetch-transactions.ts'

/** Twice what a mempool of the default 300 MB can hold. */
const maxListBytes = 200_000_000
/** 64 hex digits, quotes and a comma. */
const hashBytes = 67

/** After a start the node reads its saved mempool bit by bit; what it does not have yet has not left. */
const mempoolInfoSchema = z.object({ loaded: z.boolean().default(true) })

/**
 * Lists a node's mempool, and reads the transactions in it as those of a block are read: same bytes, same extraction.
 *
 * @param verify whether what inputs show is compared with what they are said to spend; a transaction that proves false is
 * left out
 */
export async function readMempool(rpc: RpcClient, verify: boolean, signal?: AbortSignal): Promise<Mempool> {
  const best = () => rpc.call({ method: 'getbestblockhash', params: [] }, hashSchema, signal)
  const before = await best()
  const { loaded } = await rpc.call({ method: 'getmempoolinfo', params: [] }, mempoolInfoSchema, signal)
  const { result: hashes } = await rpc.callLarge(
    { method: 'getrawmempool', params: [] },
    listOf(hashSchema, maxListBytes / hashBytes),
    { maxBytes: maxListBytes, signal },
  )
  const holds = new Set(hashes)
  return {
    tips: loaded ? [...new Set([before, await best()])] : null,
    hashes,
    async read(txids, signal) {
      const bare: BareTransaction[] = []
      for await (const tx of fetchTransactions(rpc, txids, signal)) bare.push(tx)
      const spent = await previousOutputs(rpc, bare, (txid) => holds.has(txid), signal)
      return bare.flatMap((tx) => {
        const whole = withSpent(tx, spent)
        const proved = whole !== null && !(verify && inputsFault(whole) !== undefined)
        return proved ? [pendingTransaction(tx, whole)] : []
      })
    },
  }
}

/** `null` where something that it spends is not known. */
function withSpent(tx: BareTransaction, spent: ReadonlyMap<string, TxOut>): Transaction | null {
  const inputs: Transaction['inputs'][number][] = []
  for (const { outpoint, scriptSig, witness } of tx.spends) {
    const coin = spent.get(outpointText(outpoint))
    if (coin === undefined) return null
    inputs.push({ ...coin, scriptSig, witness })
  }
  return { txid: tx.txid, inputs, outputs: tx.outputs }
}

function pendingTransaction(bare: BareTransaction, tx: Transaction): PendingTransaction {
  return {
    hash: tx.txid,
    spends: bare.spends.map(({ outpoint }) => outpointText(outpoint)),
    content: { family: 'bitcoin', transaction: tx },
  }
}

/** An unconfirmed transaction would be mined under today's rules. */
const rules = { segwit: true, taproot: true }

/** What is wrong with what the inputs of a transaction are said to spend, as in a block; `undefined` where nothing is. */
function inputsFault({ inputs }: Transaction): string | undefined {
  for (const [input, { script, scriptSig, witness }] of inputs.entries()) {
    // All that an input reveals are views into the bytes of its transaction.
    const bytes = new Uint8Array(scriptSig.buffer)
    const top = witness.slice(-3).reverse().map(spanOf)
    const spend = { scriptSig: spanOf(scriptSig), witness: { items: witness.length, top }, script }
    const { expectedHashes, problem } = judgeInput(bytes, { tx: 0, input, ...spend }, rules)
    if (problem !== undefined) return problem
    for (const expected of expectedHashes) {
      const { start, end } = expected.revealed
      const sha256 = createHash('sha256').update(bytes.subarray(start, end)).digest()
      const wanted = expected.hash.length === 20 ? createHash('ripemd160').update(sha256).digest() : sha256
      if (!wanted.equals(expected.hash)) return expected.problem
    }
  }
  return undefined
}

function spanOf({ byteOffset, byteLength }: Uint8Array): Span {
  return { start: byteOffset, end: byteOffset + byteLength }
}
