import {
  type Hex,
  keccak256,
  numberToHex,
  parseTransaction,
  type TransactionSerializable,
  type TransactionSerialized,
} from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { writeTransaction } from '../../../../src/chains/evm/proof/encode-transaction.ts'
import { headerHash } from '../../../../src/chains/evm/proof/header.ts'
import { writeReceipt } from '../../../../src/chains/evm/proof/receipts.ts'
import { indexRoot } from '../../../../src/chains/evm/proof/trie.ts'
import type { RpcReceipt, RpcTransaction } from '../../../../src/chains/evm/types.ts'
import { keccak } from './keccak.ts'
import { type ServedBlock, served } from './served-blocks.ts'

/** Who signs what tests sign. */
export const account = privateKeyToAccount(`0x${'5'.repeat(64)}`)

const quantity = (value: bigint | number | undefined): Hex => numberToHex(value ?? 0)
const typeNumbers: Record<string, Hex> = { eip2930: '0x1', eip1559: '0x2', eip4844: '0x3', eip7702: '0x4' }

/** As a node serves what viem signed. */
export function servedTransaction(serialized: Hex): RpcTransaction {
  const tx = parseTransaction(serialized as TransactionSerialized) as TransactionSerializable &
    Record<string, unknown>
  const parity = { v: quantity(tx.v), ...(tx.type === 'legacy' ? {} : { yParity: quantity(tx.yParity) }) }
  const json: Record<string, unknown> = {
    type: typeNumbers[String(tx.type)] ?? '0x0',
    hash: keccak256(serialized),
    from: account.address.toLowerCase(),
    to: tx.to ?? null,
    input: tx.data ?? '0x',
    accessList: tx.accessList ?? [],
    ...parity,
    r: tx.r,
    s: tx.s,
  }
  for (const name of [
    'nonce',
    'gas',
    'value',
    'gasPrice',
    'maxFeePerGas',
    'maxPriorityFeePerGas',
    'chainId',
    'maxFeePerBlobGas',
  ])
    json[name] = quantity(tx[name] as bigint | undefined)
  json.blobVersionedHashes = tx.blobVersionedHashes
  json.authorizationList = (
    tx.authorizationList as { chainId: number; nonce: number; yParity: number }[] | undefined
  )?.map((one) => ({
    ...one,
    chainId: quantity(one.chainId),
    nonce: quantity(one.nonce),
    yParity: quantity(one.yParity),
  }))
  return json as unknown as RpcTransaction
}

/**
 * A block of signed transactions, with every root and hash as they have to be.
 *
 * @param options.receipts how many of the receipts the root commits to; default all.
 */
export async function signedBlock(
  values: readonly bigint[],
  options: { receipts?: number } = {},
): Promise<ServedBlock> {
  const to = `0x${'a'.repeat(40)}` as const
  const transactions = await Promise.all(
    values.map(async (value, nonce) =>
      servedTransaction(
        await account.signTransaction({ type: 'eip1559', chainId: 1, nonce, gas: 21_000n, to, value }),
      ),
    ),
  )
  const logsBloom = `0x${'0'.repeat(512)}`
  const receipts = transactions.map(({ hash }, i) => ({
    ...{ transactionHash: hash, type: '0x2', status: '0x1', logs: [], contractAddress: null },
    ...{ cumulativeGasUsed: quantity(21_000 * (i + 1)), logsBloom },
  })) as unknown as RpcReceipt[]
  const word = `0x${'1'.repeat(64)}`
  const header = {
    ...{ parentHash: word, sha3Uncles: word, miner: to, stateRoot: word, logsBloom, difficulty: '0x0' },
    ...{ number: '0x7', gasLimit: '0x1', gasUsed: '0x1', timestamp: '0x64', extraData: '0x', mixHash: word },
    nonce: '0x0000000000000000',
    transactionsRoot: indexRoot(
      transactions.length,
      (index, writer) => writeTransaction(writer, transactions[index] as RpcTransaction),
      keccak,
    ),
    receiptsRoot: indexRoot(
      options.receipts ?? receipts.length,
      (index, writer) => writeReceipt(writer, receipts[index] as RpcReceipt),
      keccak,
    ),
  }
  const blockHash = headerHash(header, keccak)
  return served(
    { ...header, hash: blockHash, transactions: transactions.map((tx) => ({ ...tx, blockHash })) },
    receipts.map((receipt) => ({ ...receipt, blockHash })),
  )
}
