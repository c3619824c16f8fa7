import { badAnswer } from '../rpc/bad-answer.ts'
import type { FrameKind } from './call-frames.ts'
import { addressOf, failedWith, quantityOf } from './raw-frame.ts'

/** One item of trace_block, whose outer shape was looked at. */
export interface FlatItem {
  type: string
  action: Readonly<Record<string, unknown>>
  result?: unknown
  error?: unknown
  blockHash?: unknown
  transactionHash?: unknown
  traceAddress: readonly number[]
}

/** What an item says in the words of a frame. */
export interface FlatFrame {
  kind: FrameKind
  creates: boolean
  failed: boolean
  from: string
  to: string
  value: string
  input: unknown
}

const kinds: Readonly<Record<string, FrameKind>> = {
  staticcall: 'static',
  delegatecall: 'borrowed',
  callcode: 'borrowed',
}

const nowhere = '0x'

/** @throws ChainscreenError `node-bad-answer`, naming the field. */
export function flatItem(served: unknown, at: () => string, method: string): FlatItem {
  if (typeof served !== 'object' || served === null) throw badAnswer(method, at(), served)
  const { type, action, traceAddress } = served as Record<string, unknown>
  if (typeof type !== 'string') throw badAnswer(method, `${at()}.type`, type)
  if (typeof action !== 'object' || action === null) throw badAnswer(method, `${at()}.action`, action)
  if (!Array.isArray(traceAddress) || !traceAddress.every((part) => Number.isSafeInteger(part)))
    throw badAnswer(method, `${at()}.traceAddress`, traceAddress)
  return served as FlatItem
}

/**
 * The frame of an item: `call` (with its callType), `create`, and `suicide`, as OpenEthereum named them.
 *
 * @throws ChainscreenError `node-bad-answer`, naming the field.
 */
export function flatFrame(item: FlatItem, at: () => string, method: string): FlatFrame {
  const { action, type } = item
  const failed = failedWith(item.error)
  const inAction = () => `${at()}.action`
  if (type === 'suicide' || type === 'selfdestruct') {
    return {
      ...{ kind: 'value', creates: false, failed, input: '0x' },
      from: addressOf(action.address, 'address', inAction, method),
      to: addressOf(action.refundAddress, 'refundAddress', inAction, method),
      value: quantityOf(action.balance, inAction, method),
    }
  }
  const result = item.result as { address?: unknown } | null | undefined
  if (!failed && (typeof result !== 'object' || result === null))
    throw badAnswer(method, `${at()}.result`, result)
  const creates = type === 'create'
  const created = () =>
    failed ? nowhere : addressOf(result?.address, 'address', () => `${at()}.result`, method)
  return {
    kind: kinds[String(action.callType)] ?? 'value',
    creates,
    failed,
    from: addressOf(action.from, 'from', inAction, method),
    to: creates ? created() : addressOf(action.to, 'to', inAction, method),
    value: quantityOf(action.value, inAction, method),
    input: creates ? action.init : action.input,
  }
}
