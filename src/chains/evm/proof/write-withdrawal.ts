import type { RpcWithdrawal } from '../types.ts'
import type { RlpWriter } from './rlp-writer.ts'
import { servedFields } from './served.ts'
import { address, quantity } from './write-field.ts'

/**
 * Writes a beacon chain withdrawal the way its block commits to it (EIP-4895).
 *
 * @throws EncodingFault where a field is missing or malformed.
 */
export function writeWithdrawal(writer: RlpWriter, withdrawal: RpcWithdrawal): void {
  const served = servedFields(withdrawal)
  const mark = writer.size
  quantity(writer, served.amount, 'amount')
  address(writer, served.address, 'address')
  quantity(writer, served.validatorIndex, 'validatorIndex')
  quantity(writer, served.index, 'index')
  writer.list(mark)
}
