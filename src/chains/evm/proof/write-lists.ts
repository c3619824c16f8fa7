import { fieldFault } from './fault.ts'
import { type Served, servedFields } from './served.ts'
import { address, quantity, type WriteField, word } from './write-field.ts'

/** `[[address, [key, …]], …]` (EIP-2930). Not served counts as empty: the root says whether it was. */
export const writeAccessList: WriteField = (writer, value, name) => {
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
export const writeAuthorizations: WriteField = (writer, value, name) => {
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
export const writeHashes: WriteField = (writer, value, name) => {
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
