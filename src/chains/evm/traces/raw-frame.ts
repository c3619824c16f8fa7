import { asAddress, asQuantity } from '../hex.ts'
import type { FrameFields, FrameKind } from './call-frames.ts'

/** A frame as the callTracer writes it, as JSON.parse left it. */
export interface RawFrame {
  type?: unknown
  from?: unknown
  to?: unknown
  value?: unknown
  input?: unknown
  error?: unknown
  calls?: unknown
  logs?: unknown
}

const kinds: Readonly<Record<string, FrameKind>> = {
  STATICCALL: 'static',
  DELEGATECALL: 'borrowed',
  CALLCODE: 'borrowed',
  EXTSTATICCALL: 'static',
  EXTDELEGATECALL: 'borrowed',
}

export function isRawFrame(value: unknown): value is RawFrame {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A kind of frame that nobody has heard of is taken to move what it says it carries: better seen than missed. */
export function frameFields({ type, from, to, value }: RawFrame): FrameFields {
  return {
    kind: (typeof type === 'string' ? kinds[type] : undefined) ?? 'value',
    selfDestruct: type === 'SELFDESTRUCT',
    from: asAddress(from),
    to: asAddress(to),
    // What such a frame carries, and whether it carries it anywhere, is not told.
    value: typeof type === 'string' ? quantityOf(value) : undefined,
  }
}

/** Frames that can carry no value (STATICCALL, with some clients DELEGATECALL) leave it out. */
export function quantityOf(value: unknown): string | undefined {
  return value === undefined || value === null ? '0x0' : asQuantity(value)
}

/** A frame failed where it has an `error` that says something. */
export function failedWith(error: unknown): boolean {
  return error !== undefined && error !== null && error !== ''
}
