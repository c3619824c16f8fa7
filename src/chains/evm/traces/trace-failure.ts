import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { NodeBusy, RpcRefusal } from '../rpc/refusal.ts'
import type { RefusalKind } from '../rpc/refusal-kinds.ts'

/**
 * Why a node gave no traces of a block that it has. Beside what a refusal can mean, `silent`: no answer in time, or the
 * connection broke, while the same node served the block and its receipts. `other` is also an answer that is no trace.
 */
export type TraceFailureKind = RefusalKind | 'silent'

export interface TraceFailure {
  kind: TraceFailureKind
  error: ChainscreenError
}

/** @throws what is no failure of a node, and what was interrupted. */
export function traceFailure(error: unknown): TraceFailure {
  if (!(error instanceof ChainscreenError) || error.code === 'aborted') throw error
  if (error instanceof RpcRefusal) return { kind: error.kind, error }
  if (error instanceof NodeBusy) return { kind: 'busy', error }
  if (error.code === 'node-unreachable') return { kind: 'silent', error }
  // The block was served with these credentials: it is the method that they are not good for.
  if (error.code === 'node-auth') return { kind: 'unsupported', error }
  if (error.code === 'node-missing-data') return { kind: 'not-yet', error }
  if (error.code === 'node-bad-answer') return { kind: 'other', error }
  throw error
}

/** For `unscreened`: the same words for each block, so that coverage joins them. */
export const reasons: Readonly<Record<TraceFailureKind, string>> = {
  gone: 'the node does not keep the state of these blocks any more',
  'not-yet': 'the node does not know these blocks where it traces',
  unsupported: 'the node does not serve call traces any more',
  busy: 'the node is too busy to trace',
  timeout: 'the node gave up tracing',
  silent: 'the node did not answer when it was asked for traces',
  other: 'what the node answered is no trace of these blocks',
}

/** Of what several tracers failed with, what tells the most. */
export function mostTelling(failures: readonly TraceFailure[]): TraceFailure | undefined {
  return failures.find(({ kind }) => kind !== 'unsupported') ?? failures[0]
}
