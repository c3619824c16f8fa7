import type { RpcLog } from '../types.ts'
import type { Movement } from './movement.ts'
import { movementOf } from './movement-of.ts'
import { dataLength, wordAt } from './words.ts'

/**
 * The movements of an ERC-1155 `TransferBatch`: its data is two dynamic arrays (ids, amounts) of one length. Offsets
 * and lengths are a stranger's: each is held against the data that is really there before it is used, so the work
 * is bounded by the size of the log. An empty batch moves nothing.
 */
export function decodeBatch(
  log: RpcLog,
  index: number,
  operator: string,
  from: string,
  to: string,
): Movement[] {
  const ids = readArray(log.data, 0)
  const amounts = readArray(log.data, 32)
  if (ids === null || amounts === null || ids.length !== amounts.length)
    return [movementOf(log, index, { asset: `erc1155:${log.address}`, operator, from, to, amount: null })]
  return ids.map((tokenId, i) =>
    movementOf(log, index, {
      id: `log:${index}:${i}`,
      asset: `erc1155:${log.address}:${tokenId}`,
      operator,
      from,
      to,
      amount: amounts[i] ?? null,
    }),
  )
}

/** A `uint256[]` whose offset stands at a byte offset; `null` where it does not fit into the data. */
function readArray(data: string, headOffset: number): bigint[] | null {
  const size = dataLength(data)
  const offset = wordAt(data, headOffset)
  if (size === null || offset === null || offset > BigInt(size)) return null
  const start = Number(offset)
  const length = wordAt(data, start)
  if (length === null || length > BigInt(Math.floor((size - start - 32) / 32))) return null
  const values: bigint[] = []
  for (let i = 0; i < Number(length); i++) {
    const value = wordAt(data, start + 32 + i * 32)
    if (value === null) return null
    values.push(value)
  }
  return values
}
