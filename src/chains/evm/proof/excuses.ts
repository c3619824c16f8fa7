import { typeOf } from '../transaction-types.ts'
import type { RpcTransaction } from '../types.ts'
import { isKnownType } from './write-transaction.ts'

/** Fields of transactions that are hashed, by any type that is known, and those that nodes serve beside them. */
const known = new Set([
  ...[
    'hash',
    'type',
    'chainId',
    'nonce',
    'gas',
    'gasPrice',
    'maxFeePerGas',
    'maxPriorityFeePerGas',
    'to',
    'value',
  ],
  ...[
    'input',
    'accessList',
    'maxFeePerBlobGas',
    'blobVersionedHashes',
    'authorizationList',
    'v',
    'r',
    's',
    'yParity',
  ],
  ...['sourceHash', 'from', 'mint', 'isSystemTx', 'depositReceiptVersion', 'requestId'],
  ...[
    'blockHash',
    'blockNumber',
    'blockTimestamp',
    'transactionIndex',
    'data',
    'creates',
    'publicKey',
    'raw',
  ],
  ...[
    'condition',
    'standardV',
    'l1BlockNumber',
    'l1Timestamp',
    'l1TxOrigin',
    'queueOrigin',
    'index',
    'rawTransaction',
  ],
])

/** Why transactions of such types can't be encoded; `undefined` where all can. */
export function unknownTypes(transactions: readonly RpcTransaction[]): string | undefined {
  const unknown = [...new Set(transactions.map(typeOf))].filter((type) => !isKnownType(type))
  if (unknown.length === 0) return undefined
  const names = unknown.sort((a, b) => a - b).map((type) => `0x${type.toString(16)}`)
  return `transactions of a type not known to this version: ${names.join(', ')}`
}

/** Why transactions may be hashed otherwise than is known: they have fields of their own. `undefined` where none has. */
export function unknownTransactionFields(transactions: readonly RpcTransaction[]): string | undefined {
  const unknown = new Set(transactions.flatMap((tx) => Object.keys(tx).filter((name) => !known.has(name))))
  if (unknown.size === 0) return undefined
  return `transaction fields not known to this version: ${nameList(unknown)}`
}

/** Names of fields that a node served, for people: few, and nothing but names. */
export function nameList(names: Iterable<string>): string {
  const plain = [...names].map((name) => (/^\w{1,40}$/.test(name) ? name : '?')).sort()
  return plain.length > 8 ? `${plain.slice(0, 8).join(', ')}, …` : plain.join(', ')
}

/** Some chains serve zero in place of a root: they commit to nothing there. No trie has that root. */
export function noRoot(root: unknown): string | undefined {
  const none = root === undefined || root === null || (typeof root === 'string' && /^0x0*$/.test(root))
  return none ? 'the header holds no such root' : undefined
}
