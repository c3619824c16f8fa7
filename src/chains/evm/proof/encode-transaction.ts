import { opDeposit, type RpcTransaction, typeOf } from '../types.ts'
import {
  address,
  bytes,
  EncodingFault,
  fieldFault,
  quantity,
  type RlpWriter,
  type Served,
  servedFields,
  type WriteField,
  word,
} from './rlp.ts'

/** Whether a transaction of this type can be encoded. */
export function isKnownType(type: number): boolean {
  return type === 0 || signedFields[type] !== undefined || unsignedFields[type] !== undefined
}

/**
 * Writes a transaction the way its block commits to it (EIP-2718).
 *
 * @throws EncodingFault where its type is not known, or a field is missing or malformed.
 */
export function writeTransaction(writer: RlpWriter, tx: RpcTransaction): void {
  const type = typeOf(tx)
  const signed = type === 0 ? legacyFields : signedFields[type]
  const fields = signed ? [...signed, ...signatureOf(type)] : unsignedFields[type]
  if (fields === undefined) throw new EncodingFault('its type is not known', true)
  writeFields(writer, tx, fields, writer.size)
  if (type !== 0) writer.byte(type)
}

/**
 * Writes what the sender of a transaction signed: for a legacy one with the chain id, where its `v` says so (EIP-155).
 *
 * @throws EncodingFault as {@link writeTransaction}; also for a type that nobody signs.
 */
export function writeSigned(writer: RlpWriter, tx: RpcTransaction): void {
  const type = typeOf(tx)
  const fields = type === 0 ? legacyFields : signedFields[type]
  if (fields === undefined) throw new EncodingFault('transactions of its type are not signed', true)
  const mark = writer.size
  const chainId = type === 0 ? chainIdOf(servedFields(tx).v) : null
  if (chainId !== null) {
    writer.byte(0x80)
    writer.byte(0x80)
    quantity(writer, chainId, 'chainId')
  }
  writeFields(writer, tx, fields, mark)
  if (type !== 0) writer.byte(type)
}

function chainIdOf(v: unknown): string | null {
  const number = typeof v === 'string' && /^0x[0-9a-f]+$/i.test(v) ? BigInt(v) : 0n
  return number < 35n ? null : `0x${((number - 35n) / 2n).toString(16)}`
}

function writeFields(writer: RlpWriter, tx: RpcTransaction, fields: Fields, mark: number): void {
  const served = servedFields(tx)
  for (const [name, write] of fields.toReversed()) {
    // Clients from before `yParity` serve the same as `v`.
    write(writer, name === 'yParity' ? (served.yParity ?? served.v) : served[name], name)
  }
  writer.list(mark)
}

/** Fields of a transaction, by their names in JSON, in the order in which they are hashed. */
type Fields = readonly (readonly [name: string, write: WriteField])[]

/** Empty for a transaction that creates a contract. */
const recipient: WriteField = (writer, value, name) => {
  if (value === null || value === undefined) writer.byte(0x80)
  else address(writer, value, name)
}
const orZero: WriteField = (writer, value, name) => quantity(writer, value ?? '0x0', name)
const flag: WriteField = (writer, value) => writer.byte(value === true ? 1 : 0x80)

const legacyFields: Fields = [
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
const signedFields: Readonly<Record<number, Fields>> = {
  1: [['chainId', quantity], ...legacyFields, ['accessList', writeAccessList]],
  2: [...chainAndFees, ...call],
  3: [...chainAndFees, ...call, ['maxFeePerBlobGas', quantity], ['blobVersionedHashes', writeHashes]],
  4: [...chainAndFees, ...call, ['authorizationList', writeAuthorizations]],
}

/** Types that nobody signs. Deposits: https://specs.optimism.io/protocol/deposits.html#the-deposited-transaction-type */
const unsignedFields: Readonly<Record<number, Fields>> = {
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
function signatureOf(type: number): Fields {
  return [
    [type === 0 ? 'v' : 'yParity', quantity],
    ['r', quantity],
    ['s', quantity],
  ]
}

/** `[[address, [key, …]], …]` (EIP-2930). Not served counts as empty: the root says whether it was. */
function writeAccessList(writer: RlpWriter, value: unknown, name: string): void {
  const mark = writer.size
  for (const item of itemsOf(value ?? [], name).toReversed()) {
    const begun = writer.size
    writeHashes(writer, item.storageKeys, name)
    address(writer, item.address, name)
    writer.list(begun)
  }
  writer.list(mark)
}

/** `[[chainId, address, nonce, yParity, r, s], …]` (EIP-7702). */
function writeAuthorizations(writer: RlpWriter, value: unknown, name: string): void {
  const mark = writer.size
  for (const item of itemsOf(value, name).toReversed()) {
    const begun = writer.size
    quantity(writer, item.s, name)
    quantity(writer, item.r, name)
    quantity(writer, item.yParity ?? item.v, name)
    quantity(writer, item.nonce, name)
    address(writer, item.address, name)
    quantity(writer, item.chainId, name)
    writer.list(begun)
  }
  writer.list(mark)
}

/** A list of 32-byte words. */
function writeHashes(writer: RlpWriter, value: unknown, name: string): void {
  const mark = writer.size
  for (const hash of listOf(value, name).toReversed()) word(writer, hash, name)
  writer.list(mark)
}

function itemsOf(value: unknown, name: string): Served[] {
  return listOf(value, name).map((item) => {
    if (typeof item !== 'object' || item === null) throw fieldFault(name, item)
    return servedFields(item)
  })
}

function listOf(value: unknown, name: string): readonly unknown[] {
  if (!Array.isArray(value)) throw fieldFault(name, value)
  return value
}
