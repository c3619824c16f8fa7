import { typeOf } from '../transaction-types.ts'
import type { RpcTransaction } from '../types.ts'
import { EncodingFault } from './fault.ts'
import type { RlpWriter } from './rlp-writer.ts'
import { servedFields } from './served.ts'
import { type Fields, legacyFields, signatureOf, signedFields, unsignedFields } from './transaction-fields.ts'
import { quantity } from './write-field.ts'

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
