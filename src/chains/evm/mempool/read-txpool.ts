import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { Mempool, PendingTransaction } from '../../source.ts'
import { badAnswer } from '../answers.ts'
import { checkHeader, checkTransaction } from '../check-block.ts'
import type { EvmChain } from '../extract/context.ts'
import { topicAt, transferTopic } from '../extract/event-words.ts'
import { accountNonce } from '../extract/extract.ts'
import { type Keccak, loadKeccak } from '../proof/keccak.ts'
import { proveSigners } from '../proof/signers.ts'
import type { RpcClient } from '../rpc/client.ts'
import { isMethodMissing } from '../rpc/refusal.ts'
import type { RpcLog, RpcReceipt, RpcTransaction } from '../types.ts'
import { unreadableParts } from '../unreadable.ts'

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
  const tips = [...new Set([before, await latestHash(rpc, signal)])]
  const keccak = verify ? await loadKeccak() : null
  const byHash = new Map(transactions.map((tx) => [tx.hash, tx]))
  return {
    tips,
    hashes: [...byHash.keys()],
    read: async (hashes) =>
      hashes.flatMap((hash) => {
        const tx = byHash.get(hash)
        const read = tx !== undefined && tx[unreadableParts] === undefined
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
  const one = { tx, receipt: expectedReceipt(tx), frames: null, succeeded: true, unreadable: [] }
  const nonce = accountNonce(tx)
  return {
    hash: tx.hash,
    spends: nonce === null ? [] : [nonce],
    content: { family: 'evm', one, chain },
  }
}

/** Selectors of `transfer(address,uint256)` and `transferFrom(address,address,uint256)`: https://eips.ethereum.org/EIPS/eip-20 */
const transfer = '0xa9059cbb'
const transferFrom = '0x23b872dd'

/** The upper bytes of a word that holds an address, as a log has them. */
const addressPadding = `0x${'0'.repeat(24)}`

/**
 * What can be said of a transaction before it is run: that it succeeds, and, where it calls an ERC-20 the plain way,
 * the one log that such a call writes. What calls do inside of contracts is not guessed.
 */
function expectedReceipt(tx: RpcTransaction): RpcReceipt {
  const log = expectedLog(tx)
  return {
    transactionHash: tx.hash,
    blockHash: '',
    status: '0x1',
    contractAddress: null,
    logs: log === null ? [] : [log],
  }
}

function expectedLog({ from, to, input }: RpcTransaction): RpcLog | null {
  if (to === null || to === undefined || input === null) return null
  const selector = input.slice(0, 10).toLowerCase()
  const words = `0x${input.slice(10)}`
  const at = selector === transferFrom ? 1 : 0
  const sender = at === 1 ? addressWord(topicAt(words, 0)) : `${addressPadding}${from.slice(2)}`
  const receiver = addressWord(topicAt(words, at * 32))
  const amount = topicAt(words, (at + 1) * 32)
  const isTransfer = selector === transfer || selector === transferFrom
  if (!isTransfer || sender === null || receiver === null || amount === null) return null
  return { address: to, topics: [transferTopic, sender, receiver], data: amount }
}

/**
 * The word of a call's address as a log has it. Contracts compiled before Solidity 0.8, such as USDT and WETH, ignore the upper
 * bytes of an argument; later ones revert where there is anything but zeros, and the block then says so.
 *
 * @see https://docs.soliditylang.org/en/latest/080-breaking-changes.html (ABI coder v2)
 */
function addressWord(word: string | null): string | null {
  return word === null ? null : `${addressPadding}${word.slice(addressPadding.length)}`
}
