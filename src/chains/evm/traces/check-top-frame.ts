import { badAnswer } from '../rpc/bad-answer.ts'
import { isSignedType } from '../transaction-types.ts'
import type { RpcReceipt, RpcTransaction } from '../types.ts'
import type { CallFrames } from './call-frames.ts'

/** Nobody signs as the zero address: until it had a type of its own, Bor's state sync did not. */
const zero = `0x${'0'.repeat(40)}`

/** What the first frame of a transaction says of it. */
export interface TopFrame {
  creates: boolean
  value: string
  input: unknown
}

/**
 * Traces have no root that proves them: at least the first frame must be the transaction itself. Types that a chain
 * made up trace in ways of their own, and are not held to it.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function checkTopFrame(
  top: TopFrame,
  frames: CallFrames,
  tx: RpcTransaction,
  receipt: RpcReceipt,
  at: () => string,
  method: string,
): void {
  const fail = (field: string, found: unknown, expected: string): never => {
    throw badAnswer(method, `${at()}.${field}`, found, expected)
  }
  if (!isSignedType(tx) || tx.from === zero) return
  if (frames.from[0] !== tx.from) fail('from', frames.from[0], tx.from)
  if (BigInt(top.value) !== BigInt(tx.value)) fail('value', top.value, tx.value)
  if (top.creates !== !tx.to) fail('type', top.creates ? 'CREATE' : 'CALL', 'that of the transaction')
  if (!sameHex(top.input, tx.input)) fail('input', top.input, 'that of the transaction')
  if (receipt.status !== undefined && receipt.status !== null) {
    const succeeded = receipt.status === '0x1'
    if (frames.failed === succeeded)
      fail('error', frames.failed ? 'a failure' : 'none', 'what the receipt says')
  }
  if (frames.failed) return
  const to = tx.to ?? receipt.contractAddress
  if (to !== undefined && to !== null && frames.to[0] !== to) fail('to', frames.to[0], to)
}

function sameHex(one: unknown, other: string): boolean {
  if (one === other) return true
  return typeof one === 'string' && one.length === other.length && one.toLowerCase() === other.toLowerCase()
}
