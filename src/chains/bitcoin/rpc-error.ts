import { ChainscreenError, type ErrorCode } from '../../errors.ts'

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

  constructor(endpoint: string, method: string, error: { code: number; message: string }) {
    const said = printable(error.message)
    super(
      codes[error.code] ?? 'node-bad-answer',
      error.code === -28
        ? `The node at ${endpoint} is still starting: ${said}`
        : `The node at ${endpoint} answers ${method} with error ${error.code}: ${said}`,
    )
    this.rpcCode = error.code
  }
}

/** The first line of what a node said, short enough for a message. */
export function printable(text: string): string {
  return (text.split(/[\r\n]/, 1)[0] ?? '').replace(/\p{C}/gu, '?').slice(0, 200)
}
