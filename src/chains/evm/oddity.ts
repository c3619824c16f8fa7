import { evmKey } from '../../address/key.ts'
import type { OwnLookup } from '../../screening/own.ts'
import type { Unscreened } from '../source.ts'

/**
 * Something of one transaction, as a node served it, that is not understood. Everything else of it is read: anybody can put
 * odd things into a block, and what one transaction holds must stop nothing but itself.
 */
export interface Oddity {
  /** As in `Unscreened`. Worded the same for each transaction, so that coverage can count them. */
  what: string
  reason: string
  /** The addresses that it can be about, lower-case; `null`: that can't be told. */
  about: readonly string[] | null
}

/** The oddities of one transaction that are about own addresses, or may be, each once. */
export function unscreenedOdd(
  oddities: readonly Oddity[],
  own: OwnLookup,
  txHash: string,
): readonly Unscreened[] {
  const found = new Map<string, Unscreened>()
  for (const { what, reason, about } of oddities) {
    const concerns = about === null || about.some((address) => isOwn(address, own))
    if (concerns) found.set(`${what} ${reason}`, { what, reason, txHash })
  }
  return [...found.values()]
}

function isOwn(address: string, own: OwnLookup): boolean {
  return own.mayHaveEvm(address) && own.has(evmKey(address))
}
