import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Mempool, PendingTransaction } from '../../source.ts'
import { checkHeader, checkTransaction } from '../check-block.ts'
import type { EvmChain } from '../extract/context.ts'
import { touches } from '../extract/touches.ts'
import { extractTransaction } from '../extract/transaction.ts'
import { oddities } from '../oddity.ts'
import { type Keccak, loadKeccak } from '../proof/keccak.ts'
import { proveSigners } from '../proof/prove-signers.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import type { RpcClient } from '../rpc/client.ts'
import { isMethodMissing } from '../rpc/refusal.ts'
import type { RpcTransaction } from '../types.ts'
import { accountNonce } from './account-nonce.ts'
import { expectedReceipt } from './expected-receipt.ts'

const method = 'txpool_content'

/**
 * Everything in a node's pool: what could be mined now, and what waits for another one of its sender. One answer with
 * all transactions: it also tells what left, which a subscription does not.
 *
 * @param verify whether hashes and senders are proved by the signatures; a transaction that proves false is left out
 * @throws ChainscreenError `node-missing-data` where the node does not serve its pool
 */
export async function readTxpool(
  rpc: RpcClient,
  chain: EvmChain,
  verify: boolean,
  signal?: AbortSignal,
): Promise<Mempool> {
  const before = await latestHash(rpc, signal)
  const transactions = await content(rpc, signal)
  const tip = (await latestHash(rpc, signal)) === before ? before : null
  const keccak = verify ? await loadKeccak() : null
  const byHash = new Map(transactions.map((tx) => [tx.hash, tx]))
  return {
    tip,
    hashes: [...byHash.keys()],
    read: async (hashes) =>
      hashes.flatMap((hash) => {
        const tx = byHash.get(hash)
        const read = tx !== undefined && tx[oddities] === undefined
        const proved = read && (keccak === null || provesTrue(tx, chain, keccak))
        return proved ? [pendingTransaction(tx, chain)] : []
      }),
  }
}

async function latestHash(rpc: RpcClient, signal?: AbortSignal): Promise<string> {
  const asked = 'eth_getBlockByNumber'
  return checkHeader(await rpc.call({ method: asked, params: ['latest', false] }, { signal }), asked).hash
}

/** Groups (`pending`, `queued`; others have more), in them senders, in them nonces. */
async function content(rpc: RpcClient, signal?: AbortSignal): Promise<RpcTransaction[]> {
  let answer: unknown
  try {
    answer = await rpc.call({ method, params: [] }, { signal })
  } catch (error) {
    if (!isMethodMissing(error)) throw error
    throw new ChainscreenError(
      'node-missing-data',
      `The node at ${rpc.endpoint} does not serve its pool (${method}): enable the txpool namespace (geth: ` +
        '--http.api eth,net,web3,txpool), use a node that has it, or set mempool: false.',
    )
  }
  const transactions: RpcTransaction[] = []
  for (const [group, senders] of entriesOf(answer, 'result'))
    for (const [sender, nonces] of entriesOf(senders, group))
      for (const [, tx] of entriesOf(nonces, `${group}.${sender.slice(0, 42)}`)) {
        checkTransaction(tx, () => group, method)
        transactions.push(tx as RpcTransaction)
      }
  return transactions
}

function entriesOf(value: unknown, field: string): [string, unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badAnswer(method, field, value)
  return Object.entries(value)
}

function provesTrue(tx: RpcTransaction, { definition }: EvmChain, keccak: Keccak): boolean {
  return proveSigners([tx], [0], definition.unproved, keccak).mismatches.length === 0
}

function pendingTransaction(tx: RpcTransaction, chain: EvmChain): PendingTransaction {
  const one = { tx, receipt: expectedReceipt(tx), frames: null, succeeded: true, odd: [] }
  const nonce = accountNonce(tx)
  return {
    hash: tx.hash,
    claims: nonce === null ? [] : [nonce],
    extract: (own) => (touches(one, own) ? extractTransaction(one, own, chain) : null),
  }
}
