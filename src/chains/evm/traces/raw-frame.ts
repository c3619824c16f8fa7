import { asAddress, asQuantity } from '../hex.ts'
import { badAnswer } from '../rpc/bad-answer.ts'
import type { FrameKind } from './call-frames.ts'

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

/** A kind of frame that nobody has heard of is taken to move what it says it carries: better seen than missed. */
export function kindOf(type: unknown, at: () => string, method: string): FrameKind {
  if (typeof type !== 'string') throw badAnswer(method, `${at()}.type`, type)
  return kinds[type] ?? 'value'
}

export function isRawFrame(value: unknown): value is RawFrame {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A frame failed where it has an `error` that says something. */
export function failedWith(error: unknown): boolean {
  return error !== undefined && error !== null && error !== ''
}

export function addressOf(value: unknown, field: string, at: () => string, method: string): string {
  const address = asAddress(value)
  if (address === undefined) throw badAnswer(method, `${at()}.${field}`, value)
  return address
}

/** Frames that can carry no value (STATICCALL, with some clients DELEGATECALL) leave it out. */
export function quantityOf(value: unknown, at: () => string, method: string): string {
  if (value === undefined || value === null) return '0x0'
  const quantity = asQuantity(value)
  if (quantity === undefined) throw badAnswer(method, `${at()}.value`, value)
  return quantity
}

/** A list, or nothing. */
export function listOf(value: unknown, field: string, at: () => string, method: string): readonly unknown[] {
  if (value === undefined || value === null) return none
  if (!Array.isArray(value)) throw badAnswer(method, `${at()}.${field}`, value)
  return value
}

const none: readonly unknown[] = []
