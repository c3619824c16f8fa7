import { ChainscreenError, type ErrorCode } from '../../../errors.ts'

/** The node answered with a JSON-RPC error. Its code decides what can be done; its text is only for people. */
export class RpcRefusal extends ChainscreenError {
  readonly rpcCode: number | null

  constructor(code: ErrorCode, message: string, rpcCode: number | null) {
    super(code, message)
    this.rpcCode = rpcCode
  }
}

/**
 * True where the node says that it does not have the method at all: -32601 (JSON-RPC 2.0), -32004 (EIP-1474,
 * "method not supported").
 */
export function isMethodMissing(error: unknown): boolean {
  return error instanceof RpcRefusal && (error.rpcCode === -32601 || error.rpcCode === -32004)
}
