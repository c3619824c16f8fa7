import type { RpcBlock } from '../types.ts'
import { hexOf, type Keccak } from './keccak.ts'

/**
 * Whether a block ends in the state-sync transaction that Bor (Polygon PoS, BTTC) serves at the end of a block and
 * keeps out of its roots. Its hash tells: it is that of a database key.
 *
 * @see https://github.com/maticnetwork/bor/blob/master/core/types/bor_receipt.go
 */
export function endsInStateSync(block: RpcBlock, keccak: Keccak): boolean {
  const last = block.transactions.at(-1)
  if (last === undefined || !/^0x0{40}$/.test(last.from)) return false
  const key = Buffer.from(`matic-bor-receipt-${'\0'.repeat(8)}`)
  key.writeBigUInt64BE(BigInt(block.number), key.length - 8)
  const hash = keccak(Buffer.concat([key, Buffer.from(block.hash.slice(2), 'hex')]))
  return last.hash === hexOf(hash)
}
