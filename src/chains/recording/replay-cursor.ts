import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { RecordedView } from './format.ts'
import { hashAt, headOf, type Recording } from './recording.ts'

/** Which of its recorded moments a replay node is at, and what a node knows at that moment. */
export interface ReplayCursor {
  /** Counted from 1. */
  view(): number
  setView(view: number): void
  /** Goes to the next view; false in the last one. */
  advance(): boolean
  /** The chain's head is being asked for: the answer may be the next view's (see {@link createReplayCursor}). */
  askHead(): { height: number; hash: string }
  head(): { height: number; hash: string }
  hashAt(height: number): string | undefined
  finalized(): { height: number; hash: string } | null
  /** On the best chain of this view. */
  isCanonical(hash: string): boolean
  /** Part of this or an earlier view. */
  isKnown(hash: string): boolean
  /** The block that follows on the best chain. */
  next(hash: string): string | null
  /** Heads of earlier views that are not on the best chain now. */
  staleHeads(): readonly { height: number; hash: string; branchLength: number }[]
  /** Says that a part of a block has been answered. */
  served(hash: string, part: string): void
}

/**
 * With `advance`, the cursor starts at view 1 and moves by itself, without clocks: once every part of the view's
 * head block in one of the `wholes` has been served, the next question for the head is answered from the next
 * view. A client that reads the head it was told about therefore sees every view, in order, each one whole.
 */
export function createReplayCursor(
  recording: Recording,
  options: { view?: number; advance?: boolean; wholes: readonly (readonly string[])[] },
): ReplayCursor {
  const { views, header } = recording
  let view: RecordedView
  let number = 0
  let known = new Set<string>()
  const partsOfHead = new Set<string>()
  setView(options.view ?? (options.advance ? 1 : views.length))

  function setView(wanted: number): void {
    const found = views[wanted - 1]
    if (found === undefined)
      throw new ChainscreenError(
        'usage',
        `The recording has views 1 to ${views.length}; there is no view ${wanted}.`,
      )
    view = found
    number = wanted
    partsOfHead.clear()
    known = new Set([header.genesisHash])
    for (const earlier of views.slice(0, wanted)) {
      for (const hash of earlier.hashes) known.add(hash)
      if (earlier.finalized) known.add(earlier.finalized.hash)
    }
  }

  const at = (height: number) => hashAt(view, header.genesisHash, height)
  const heightOf = (hash: string) => recording.blocks.get(hash)?.height ?? -1
  const isCanonical = (hash: string) => at(heightOf(hash)) === hash
  const advance = () => {
    if (number === views.length) return false
    setView(number + 1)
    return true
  }

  return {
    view: () => number,
    setView,
    advance,
    askHead() {
      if (options.advance && options.wholes.some((parts) => parts.every((part) => partsOfHead.has(part))))
        advance()
      return headOf(view)
    },
    head: () => headOf(view),
    hashAt: at,
    finalized: () => view.finalized,
    isCanonical,
    isKnown: (hash) => known.has(hash),
    next: (hash) => (isCanonical(hash) ? (at(heightOf(hash) + 1) ?? null) : null),
    staleHeads() {
      const heads = new Map(views.slice(0, number).map((earlier) => [headOf(earlier).hash, earlier]))
      return [...heads.values()]
        .filter((earlier) => !isCanonical(headOf(earlier).hash))
        .map((earlier) => ({
          ...headOf(earlier),
          branchLength: earlier.hashes.filter((hash) => !isCanonical(hash)).length,
        }))
    },
    served(hash, part) {
      if (hash === headOf(view).hash) partsOfHead.add(part)
    },
  }
}
