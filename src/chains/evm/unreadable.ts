import { evmKey } from '../../address/key.ts'
import type { OwnLookup } from '../../screening/types.ts'
import type { Unscreened } from '../source.ts'

/**
 * Something of one transaction, as a node served it, that is not understood. Everything else of it is read: anybody can put
 * unreadable things into a block, and what one transaction holds must stop nothing but itself.
 */
export interface Unreadable {
  /** As in `Unscreened`. */
  what: string
  /** Worded the same for each transaction, so that coverage can count them. */
  reason: string
  /** The addresses that it can be about, lower-case; `null`: that can't be told. */
  about: readonly string[] | null
  /** The transaction's trace tells the same. */
  unlessTraced?: true
}

/** Where an address is not known, or there is none. */
export const nowhere = '0x'

/** What is unreadable about something served, noted on it where it was checked: a symbol, so that no node can serve it. */
export const unreadableParts = Symbol('unreadable parts')

export interface MayHaveUnreadable {
  [unreadableParts]?: readonly Unreadable[]
}

/** Notes an unreadable part on what was served, once: a node may serve millions of the same. */
export function noteUnreadable(served: object, part: Unreadable): void {
  const one = served as MayHaveUnreadable
  const known = one[unreadableParts] ?? []
  if (!known.includes(part)) one[unreadableParts] = [...known, part]
}

/** What is unreadable of one transaction and is about own addresses, or may be: each once. */
export function unscreenedParts(
  parts: readonly Unreadable[],
  own: OwnLookup,
  txHash: string,
): readonly Unscreened[] {
  const found = new Map<string, Unscreened>()
  for (const { what, reason, about } of parts) {
    const concerns = about === null || about.some((address) => isOwn(address, own))
    if (concerns) found.set(`${what} ${reason}`, { what, reason, txHash })
  }
  return [...found.values()]
}

function isOwn(address: string, own: OwnLookup): boolean {
  return own.mayHaveEvm(address) && own.has(evmKey(address))
}
