import type { ChainDefinition } from '../definition.ts'
import type { RpcLog } from '../types.ts'
import { nativeLogAddress } from './topics.ts'

/**
 * Whether a log tells of the native coin in the words of an ERC-20 token: of all value from Amsterdam on (EIP-7708),
 * and of a chain's own contracts. As a token it would be counted twice.
 */
export function isNativeLog(log: RpcLog, { nativeLogs }: ChainDefinition): boolean {
  return log.address === nativeLogAddress || nativeLogs.includes(log.address)
}
