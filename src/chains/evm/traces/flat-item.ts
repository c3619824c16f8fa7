import { asAddress } from '../hex.ts'
import type { FrameFields, FrameKind } from './call-frames.ts'
import { failedWith, isRawFrame, quantityOf } from './raw-frame.ts'

/** One item of trace_block, whose outer shape was looked at. */
export interface FlatItem {
  type: string
  action: Readonly<Record<string, unknown>>
  result?: unknown
  error?: unknown
  traceAddress: readonly number[]
}

/** What an item says in the words of a frame. */
export interface FlatFrame extends FrameFields {
  creates: boolean
  failed: boolean
  input: unknown
}

const kinds: Readonly<Record<string, FrameKind>> = {
  staticcall: 'static',
  delegatecall: 'borrowed',
  callcode: 'borrowed',
}

/** @returns `null` where it is no frame with a place among the calls of its transaction. */
export function flatItem(served: unknown): FlatItem | null {
  if (!isRawFrame(served)) return null
  const { type, action, traceAddress } = served as Record<string, unknown>
  const placed = Array.isArray(traceAddress) && traceAddress.every((part) => Number.isSafeInteger(part))
  return typeof type === 'string' && isRawFrame(action) && placed ? (served as unknown as FlatItem) : null
}

/** The frame of an item: `call` (with its callType), `create`, and `suicide`, as OpenEthereum named them. */
export function flatFrame({ action, type, result, error }: FlatItem): FlatFrame {
  const failed = failedWith(error)
  if (type === 'suicide' || type === 'selfdestruct') {
    return {
      ...{ kind: 'value', selfDestruct: true, creates: false, failed, input: '0x' },
      from: asAddress(action.address),
      to: asAddress(action.refundAddress),
      value: quantityOf(action.balance),
    }
  }
  const creates = type === 'create'
  const created = isRawFrame(result) ? (result as { address?: unknown }).address : undefined
  // A call that neither failed nor came back with something: whether it moved what it carries is not told.
  const value = failed || isRawFrame(result) ? quantityOf(action.value) : undefined
  return {
    ...{ kind: kinds[String(action.callType)] ?? 'value', selfDestruct: false, creates, failed, value },
    from: asAddress(action.from),
    to: asAddress(creates ? created : action.to),
    input: creates ? action.init : action.input,
  }
}
