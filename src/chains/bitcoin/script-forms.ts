import type { MatchBasis } from '../../address/basis.ts'
import { nestedForms } from '../../address/equivalents.ts'
import { type Key, makeKey } from '../../address/key.ts'
import { revealedPublicKeys } from '../../address/revealed-keys.ts'
import { publicKeyForms, scriptPublicKeys } from '../../address/script.ts'
import type { Spend } from './transaction.ts'

export type Form = { key: Key; basis: MatchBasis }

/**
 * Other keys of whoever holds a script: the P2SH that it may be the inside of, and the forms of each public key that the
 * script itself (where one is given), or a spend of it, shows.
 */
export function scriptForms(script: Uint8Array | null, spend?: Spend): Form[] {
  const publicKeys = script === null ? [] : [...scriptPublicKeys(script)]
  if (spend !== undefined) publicKeys.push(...revealedPublicKeys(spend.scriptSig, spend.witness))
  const nested = script === null ? [] : nestedForms(makeKey('bitcoin', script))
  return [...nested, ...publicKeys.flatMap((publicKey) => publicKeyForms(publicKey))]
}
