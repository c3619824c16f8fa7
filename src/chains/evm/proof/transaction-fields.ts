import { opDeposit } from '../transaction-types.ts'
import { address, bytes, quantity, type WriteField, word } from './write-field.ts'
import { writeAccessList, writeAuthorizations, writeHashes } from './write-lists.ts'

/** Fields of a transaction, by their names in JSON, in the order in which they are hashed. */
export type Fields = readonly (readonly [name: string, write: WriteField])[]

/** Empty for a transaction that creates a contract. */
const recipient: WriteField = (writer, value, name) => {
  if (value === null || value === undefined) writer.byte(0x80)
  else address(writer, value, name)
}
const orZero: WriteField = (writer, value, name) => quantity(writer, value ?? '0x0', name)
const flag: WriteField = (writer, value) => writer.byte(value === true ? 1 : 0x80)

export const legacyFields: Fields = [
  ['nonce', quantity],
  ['gasPrice', quantity],
  ['gas', quantity],
  ['to', recipient],
  ['value', quantity],
  ['input', bytes],
]

const chainAndFees: Fields = [
  ['chainId', quantity],
  ['nonce', quantity],
  ['maxPriorityFeePerGas', quantity],
  ['maxFeePerGas', quantity],
]
const call: Fields = [...legacyFields.slice(2), ['accessList', writeAccessList]]

/** What a transaction of each type signs: EIP-2930, EIP-1559, EIP-4844, EIP-7702. */
export const signedFields: Readonly<Record<number, Fields>> = {
  1: [['chainId', quantity], ...legacyFields, ['accessList', writeAccessList]],
  2: [...chainAndFees, ...call],
  3: [...chainAndFees, ...call, ['maxFeePerBlobGas', quantity], ['blobVersionedHashes', writeHashes]],
  4: [...chainAndFees, ...call, ['authorizationList', writeAuthorizations]],
}

/** Types that nobody signs. Deposits: https://specs.optimism.io/protocol/deposits.html#the-deposited-transaction-type */
export const unsignedFields: Readonly<Record<number, Fields>> = {
  [opDeposit]: [
    ['sourceHash', word],
    ['from', address],
    ['to', recipient],
    ['mint', orZero],
    ['value', quantity],
    ['gas', quantity],
    ['isSystemTx', flag],
    ['input', bytes],
  ],
}

/** The signature that stands behind the signed fields. */
export function signatureOf(type: number): Fields {
  return [
    [type === 0 ? 'v' : 'yParity', quantity],
    ['r', quantity],
    ['s', quantity],
  ]
}
