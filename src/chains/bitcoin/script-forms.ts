import { holderForms, type MatchBasis } from '../../address/equivalents.ts'
import { type Key, makeKey } from '../../address/key.ts'
import { revealedPublicKeys } from '../../address/revealed-keys.ts'
import { publicKeyForms } from '../../address/script.ts'
import type { Spend } from './transaction.ts'

export type Form = { key: Key; basis: MatchBasis }

/**
 * Other keys of whoever holds a script: those of the script itself, where one is given, and the forms of each public key
 * that a spend of it shows.
 */
export function scriptForms(script: Uint8Array | null, spend?: Spend): Form[] {
  const held = script === null ? [] : holderForms(makeKey('bitcoin', script))
  const revealed = spend === undefined ? [] : revealedPublicKeys(spend.scriptSig, spend.witness)
  return [...held, ...revealed.flatMap(publicKeyForms)]
}
