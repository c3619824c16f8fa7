import { ChainscreenError, type ErrorCode } from '../../diagnostics/errors.ts'
import type { NodeClient } from './node-client.ts'

/**
 * What Bitcoin Core's error codes mean to us. Source: src/rpc/protocol.h. -28 in warm-up; -5 unknown block; -8 height out of
 * range; -1 block pruned, or not on disk.
 */
const codes: Readonly<Record<number, ErrorCode>> = {
  [-28]: 'node-syncing',
  [-5]: 'node-missing-data',
  [-8]: 'node-missing-data',
  [-1]: 'node-missing-data',
}

/** The node understood the call and refused it. */
export class RpcError extends ChainscreenError {
  readonly rpcCode: number

  constructor(
    { endpoint, redactor }: Pick<NodeClient, 'endpoint' | 'redactor'>,
    method: string,
    error: { code: number; message: string },
  ) {
    const said = redactor.quote(error.message)
    super(
      codes[error.code] ?? 'node-bad-answer',
      error.code === -28
        ? `The node at ${endpoint} is still starting: ${said}`
        : `The node at ${endpoint} answers ${method} with error ${error.code}: ${said}`,
    )
    this.rpcCode = error.code
  }
}
