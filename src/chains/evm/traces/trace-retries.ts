import { ChainscreenError } from '../../../diagnostics/errors.ts'
import { NodeBusy, type RefusalKind, RpcRefusal } from '../rpc/refusal.ts'
import type { RpcBlock } from '../types.ts'

/** Blocks that failed and were never read again, such as those that were reorged out, are forgotten beyond so many. */
const maxFailing = 1_000

/** Decides for one node whether the traces of a block are requested again, or the block is screened without them. */
export class TraceRetries {
  readonly #retryMs: number
  /** How often the traces of a block failed, by its hash. */
  readonly #failed = new Map<string, number>()
  /** Blocks that are done without as others before them were: they are not waited for again. */
  readonly #away = new AwayRange()

  /** @param retryMs the pause before a block's traces are requested again, at least */
  constructor(retryMs: number) {
    this.#retryMs = retryMs
  }

  hasFailed({ hash }: RpcBlock): boolean {
    return this.#failed.has(hash)
  }

  isAway(kind: TraceFailureKind, { number }: RpcBlock): boolean {
    return this.#away.has(kind, Number(number))
  }

  asksAgain(kind: TraceFailureKind, block: RpcBlock): boolean {
    return !this.isAway(kind, block) && (this.#failed.get(block.hash) ?? 0) + 1 < attemptsFor(kind)
  }

  /** Counts a failure. @returns the error that says when to ask again; `null`: not any more. */
  afterFailure({ kind, error }: TraceFailure, block: RpcBlock): ChainscreenError | null {
    if (!this.asksAgain(kind, block)) return null
    this.#failed.set(block.hash, (this.#failed.get(block.hash) ?? 0) + 1)
    const [oldest] = this.#failed.keys()
    if (this.#failed.size > maxFailing && oldest !== undefined) this.#failed.delete(oldest)
    const retryAfterMs = Math.max(this.#retryMs, error.retryAfterMs ?? 0)
    return new ChainscreenError(error.code, error.message, { details: error.details, retryAfterMs })
  }

  /** @param isTraced the traces of some of its transactions were read */
  noteRead(block: RpcBlock, isTraced: boolean): void {
    this.#failed.delete(block.hash)
    if (isTraced) this.#away.noteTraced(Number(block.number))
  }

  /** The block is screened without traces. */
  noteWithout(kind: TraceFailureKind, { number }: RpcBlock): void {
    this.#away.noteWithout(kind, Number(number))
  }

  forget({ hash }: RpcBlock): void {
    this.#failed.delete(hash)
  }
}

/**
 * How often a block's traces are asked for before it is done without them: the others 4 times, 15 s apart, so that a restart
 * or a failover is waited out. A node that says that it is busy will have time: 20 times, 5 minutes.
 */
function attemptsFor(kind: TraceFailureKind): number {
  return kind === 'busy' ? 20 : 4
}

/**
 * Where a node's traces are away, as far as its blocks have shown: below the lowest block that was traced since. Blocks are read
 * ahead, so at the edge of what a node keeps a later block is traced before the last ones without are done. These need no
 * waiting either, and those above do.
 */
class AwayRange {
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
export function mostSpecific(failures: readonly TraceFailure[]): TraceFailure | undefined {
  return failures.find(({ kind }) => kind !== 'unsupported') ?? failures[0]
}
