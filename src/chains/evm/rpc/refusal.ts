import { ChainscreenError, type ErrorCode } from '../../../diagnostics/errors.ts'
import type { RefusalKind } from './refusal-kinds.ts'

/** The node answered with a JSON-RPC error. Its kind decides what can be done; its text is only for people. */
export class RpcRefusal extends ChainscreenError {
  readonly rpcCode: number | null
  readonly kind: RefusalKind

  constructor(kind: RefusalKind, message: string, rpcCode: number | null) {
    super(codes[kind], message)
    this.kind = kind
    this.rpcCode = rpcCode
  }
}

const codes: Readonly<Record<RefusalKind, ErrorCode>> = {
  gone: 'node-missing-data',
  'not-yet': 'node-missing-data',
  unsupported: 'node-bad-answer',
  busy: 'node-unreachable',
  timeout: 'node-unreachable',
  other: 'node-bad-answer',
}

/** HTTP says that the node, or what stands before it, has no time now: 429, 503. */
export class NodeBusy extends ChainscreenError {
  constructor(message: string, retryAfterMs: number | undefined) {
    super('node-unreachable', message, { retryAfterMs })
  }
}

/** True where the node says that it does not have the method at all. */
export function isMethodMissing(error: unknown): boolean {
  return error instanceof RpcRefusal && error.kind === 'unsupported'
}
