import { ChainscreenError } from '../../../errors.ts'
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

/**
 * How often a block's traces are asked for before it is done without them: the others 4 times, 15 s apart, so that a restart
 * or a failover is waited out. A node that says that it is busy will have time: 20 times, 5 minutes.
 */
export function attemptsFor(kind: TraceFailureKind): number {
  return kind === 'busy' ? 20 : 4
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

/**
 * Where a node's traces are away, as far as its blocks have told: below the lowest block that was traced since. Blocks are read
 * ahead, so at the edge of what a node keeps a later block is traced before the last ones without are done. These need no
 * waiting either, and those above do.
 */
export class AwayRange {
  #kind: TraceFailureKind | null = null
  /** The lowest block that was done without. */
  #from = 0
  /** The lowest block that was traced since. */
  #to = Number.POSITIVE_INFINITY

  /** Whether a block that fails in this way is one of them, so that asking for it again would change nothing. */
  has(kind: TraceFailureKind, height: number): boolean {
    if (kind !== this.#kind || height >= this.#to) return false
    // A state that is gone is gone for every older block. Nothing else says so much of them, once traces are back.
    return kind === 'gone' || height >= this.#from || this.#to === Number.POSITIVE_INFINITY
  }

  /** A block with transactions was done without its traces. */
  noteWithout(kind: TraceFailureKind, height: number): void {
    const isSame = kind === this.#kind && height < this.#to
    this.#from = isSame ? Math.min(this.#from, height) : height
    if (height >= this.#to) this.#to = Number.POSITIVE_INFINITY
    this.#kind = kind
  }

  /** The traces of a block with transactions were read. */
  noteTraced(height: number): void {
    if (this.#kind !== null) this.#to = Math.min(this.#to, height)
  }
}
